import { spawn } from "node:child_process";
import { once } from "node:events";
import { watch } from "node:fs";
import { mkdir, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { withFileLock } from "../../src/tls/store/file-lock.js";
import { ownName } from "../../src/tls/store/lock-owner.js";
import { startCli } from "../support/cli.js";
import { emptyDirectory } from "../support/directory.js";

test("one at a time holds the lock, and nothing stays behind", async () => {
  const directory = await emptyDirectory();
  let inside = 0;
  let most = 0;
  const results = await Promise.all(
    Array.from({ length: 10 }, (_, index) =>
      withFileLock(join(directory, "lock"), async () => {
        most = Math.max(most, ++inside);
        await readdir(directory);
        inside -= 1;
        return index;
      }),
    ),
  );
  expect(results).toEqual(Array.from({ length: 10 }, (_, index) => index));
  expect(most).toBe(1);
  expect(await readdir(directory)).toEqual([]);
});

test("an action that fails gives the lock back", async () => {
  const lock = join(await emptyDirectory(), "lock");
  await expect(withFileLock(lock, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await withFileLock(lock, () => Promise.resolve("yes"))).toBe("yes");
});

test("the lock of a process that died long ago is broken, by one of many at a time", async () => {
  const directory = await emptyDirectory();
  const lock = join(directory, "lock");
  await writeFile(lock, "");
  const longAgo = new Date(Date.now() - 60_000);
  await utimes(lock, longAgo, longAgo);
  let inside = 0;
  await Promise.all(
    Array.from({ length: 10 }, () =>
      withFileLock(lock, async () => {
        expect(++inside).toBe(1);
        await readdir(directory);
        inside -= 1;
      }),
    ),
  );
  expect(await readdir(directory)).toEqual([]);
});

test("a directory that cannot be written is an error at once", async () => {
  const lock = join(await emptyDirectory(), "missing", "lock");
  await expect(withFileLock(lock, () => Promise.resolve())).rejects.toMatchObject({ code: "ENOENT" });
});

/** A process that has ended. */
async function deadProcess(): Promise<number> {
  const child = spawn(process.execPath, ["-e", ""]);
  await once(child, "exit");
  return child.pid ?? 0;
}

const [pid = "", start = "", ...place] = ownName().split(" ");

const dead: [string, () => Promise<string>][] = [
  ["that has ended", async () => `${await deadProcess()} ${start}`],
  ["whose number another one has by now", () => Promise.resolve(`${pid} 1`)],
];

test.each(dead.slice(0, start === "" ? 1 : 2))(
  "the fresh lock of a process %s is broken without a wait",
  async (_what, owner) => {
    const directory = await emptyDirectory();
    const lock = join(directory, "lock");
    await writeFile(lock, `a ${await owner()} ${place.join(" ")}`);
    const told: string[] = [];
    await withFileLock(
      lock,
      () => Promise.resolve(),
      (text) => told.push(text),
    );
    expect([told, await readdir(directory)]).toEqual([[], []]);
  },
);

test.each([
  ["that lives", ownName()],
  ["of another machine", `${pid} 1 elsewhere pid:[1]`],
  ["that has not written its name yet, and does", ""],
])("a wait for the lock of a process %s is told once, and ends with the lock", async (_what, name) => {
  const lock = join(await emptyDirectory(), "lock");
  await writeFile(lock, name);
  if (name === "") await writeFile(lock, ownName());
  const told: string[] = [];
  await withFileLock(
    lock,
    () => Promise.resolve(),
    (text) => {
      told.push(text);
      void rm(lock);
    },
  );
  expect(told).toEqual([`waiting for another process, which makes a certificate: it holds ${lock}`]);
});

test("a start after one that was killed while it made a certificate waits for nobody", async () => {
  const data = await emptyDirectory();
  const directory = join(data, "h2push");
  await mkdir(directory, { mode: 0o700 });
  const env = { XDG_DATA_HOME: data };
  const args = ["-p", "0", "-H", "127.0.0.1"];
  do {
    // From the beginning, until the lock was left behind.
    for (const file of await readdir(directory)) await rm(join(directory, file));
    const killed = await startCli(args, { env });
    const watcher = watch(directory, (_event, file) => file === "lock" && killed.child.kill("SIGKILL"));
    await killed.exit;
    watcher.close();
  } while (!(await readdir(directory)).includes("lock"));
  const begin = performance.now();
  await (await startCli(args, { env })).prints(/^https:/m);
  expect(performance.now() - begin).toBeLessThan(8000);
});
