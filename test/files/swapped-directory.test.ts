import { spawn } from "node:child_process";
import { once } from "node:events";
import type * as Fs from "node:fs/promises";
import { mkdir, open, realpath, rename, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { isOpenedAt } from "../../src/io/disk/opened-path.js";
import { readAsync } from "../../src/scanner/site-files/read-file.js";
import { emptyDirectory } from "../support/directory.js";
import { connect } from "../support/h2.js";
import { startServer } from "../support/server.js";

const system = vi.hoisted(() => ({ hasDescriptors: true }));

vi.mock("node:fs/promises", async (original) => {
  const fs = await original<typeof Fs>();
  const readlink = (path: string) =>
    system.hasDescriptors ? fs.readlink(path) : Promise.reject(Object.assign(new Error("none"), { code: "ENOENT" }));
  return { ...fs, readlink };
});

/** Swaps a directory for a link out of the root and back, for as long as it lives. */
const SWAPPER = `
  const { renameSync, symlinkSync } = require("node:fs");
  const [, directory, aside, outside] = process.argv;
  symlinkSync(outside, aside + "-link", "junction");
  process.stdout.write("swapping");
  // Long enough for one look to fall into it, and for the next to fall into another.
  const hold = (ms) => { for (const end = performance.now() + ms; performance.now() < end; ); };
  for (;;) {
    renameSync(directory, aside);
    renameSync(aside + "-link", directory);
    hold(Math.random() / 2);
    renameSync(directory, aside + "-link");
    renameSync(aside, directory);
    hold(Math.random() / 2);
  }`;

/** A root with a directory that is swapped in a tight loop, and what must not come out. */
async function swapped(size: number): Promise<string> {
  const top = await realpath(await emptyDirectory());
  const [root, outside] = [join(top, "root"), join(top, "outside")];
  await mkdir(join(root, "docs"), { recursive: true });
  await mkdir(outside);
  await writeFile(join(root, "docs", "a.txt"), "i".repeat(size));
  await writeFile(join(outside, "a.txt"), "O".repeat(size));
  const swapper = spawn(process.execPath, ["-e", SWAPPER, join(root, "docs"), join(top, "aside"), outside]);
  onTestFinished(() => void swapper.kill("SIGKILL"));
  await once(swapper.stdout, "data");
  return root;
}

test.each([
  ["kept in memory", 100, 1500],
  ["sent from the disk", 400_000, 300],
])(
  "nothing of what a swapped directory leads to is sent: a file %s",
  async (_what, size, times) => {
    const server = await startServer({ root: await swapped(size), compress: false });
    const { request } = await connect(server.port, { settings: { enablePush: false } });
    const statuses = new Set<number>();
    for (let n = 0; n < times; n += 1) {
      server.invalidate();
      // Most often there is no such file, or it is another one at each look.
      const answer = await request("/docs/a.txt").catch(() => undefined);
      if (answer === undefined) continue;
      statuses.add(answer.status);
      expect(answer.body.includes("O".repeat(10))).toBe(false);
    }
    expect([...statuses].every((status) => [200, 404, 503].includes(status))).toBe(true);
  },
  60_000,
);

test.each([
  ["as Linux tells", true],
  ["step by step", false],
])("a file that was opened by way of a link is told %s, after the link has gone", async (_how, hasDescriptors) => {
  system.hasDescriptors = hasDescriptors;
  onTestFinished(() => void (system.hasDescriptors = true));
  const top = await realpath(await emptyDirectory());
  for (const directory of ["docs", "outside"]) {
    await mkdir(join(top, directory));
    await writeFile(join(top, directory, "a.txt"), directory);
  }
  const file = join(top, "docs", "a.txt");
  const own = await open(file);
  onTestFinished(() => own.close());
  expect(await isOpenedAt(own, file)).toBe(true);
  await rename(join(top, "docs"), join(top, "aside"));
  await symlink(join(top, "outside"), join(top, "docs"), "junction");
  const other = await open(file);
  onTestFinished(() => other.close());
  expect(await isOpenedAt(other, file)).toBe(false);
  // It is where it was: by its name all is well.
  await rename(join(top, "docs"), join(top, "link"));
  await rename(join(top, "aside"), join(top, "docs"));
  expect([await realpath(file), (await stat(file)).isFile()]).toEqual([file, true]);
  expect(await isOpenedAt(other, file)).toBe(false);
  expect(await isOpenedAt(own, file)).toBe(true);
});

test("a page is not read by way of a directory that has become a link", async () => {
  const root = await swapped(1);
  const file = join(root, "docs", "a.txt");
  let seen = "";
  for (let n = 0; n < 1000; n += 1) {
    const found = { file, size: 1, mtimeMs: 0, ctimeMs: 0, dev: 0, ino: 0 };
    seen += await readAsync(found, (bytes) => bytes.toString()).catch(() => "");
  }
  expect(new Set(seen)).toEqual(new Set("i"));
});
