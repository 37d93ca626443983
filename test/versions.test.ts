import { createHash } from "node:crypto";
import { once } from "node:events";
import { appendFile, realpath, rename, stat, utimes, writeFile } from "node:fs/promises";
import { constants } from "node:http2";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { openFound } from "../src/static/file.js";
import { connect, type H2Client } from "./support/h2.js";
import { startServer } from "./support/server.js";
import { writeSite } from "./support/site.js";

const REWRITES = 300;
const READERS = 10;

/** A version says in each of its lines which one it is; its size tells nothing, or everything. */
function version(n: number, size: number): Buffer {
  return Buffer.from(`version ${String(n).padStart(6, "0")}\n`.repeat(Math.ceil(size / 15)));
}

/** Why a content is not whole and of one version. */
function fault(body: Buffer, size: number): string | undefined {
  const lines = new Set(body.toString().trimEnd().split("\n"));
  if (lines.size !== 1) return `${lines.size} versions in one response`;
  return body.length === version(0, size).length ? undefined : `${body.length} bytes`;
}

async function readUntil(
  client: H2Client,
  path: string,
  done: () => boolean,
  check: (body: Buffer, etag: string) => void,
) {
  let whole = 0;
  while (!done()) {
    const answer = await client.request(path).catch(() => undefined);
    // Reset, or told to come again: honest both.
    if (answer === undefined || answer.status === 503) continue;
    expect(answer.status).toBe(200);
    check(answer.body, answer.headers.etag ?? "");
    whole++;
  }
  return whole;
}

test.each([
  ["replaced by renaming", 3000, true],
  ["replaced by renaming", 400_000, true],
  ["written in its place", 3000, false],
  ["written in its place", 400_000, false],
])("a file that is %s, of %i bytes: each response is whole and of one version", async (_how, size, renames) => {
  const root = await writeSite({ "a.txt": version(0, size) });
  const server = await startServer({ root });
  let done = false;
  const byTag = new Map<string, string>();
  const check = (body: Buffer, etag: string) => {
    expect(fault(body, size)).toBeUndefined();
    const digest = createHash("sha256").update(body).digest("hex");
    expect(byTag.get(etag) ?? digest, "another content under the same entity tag").toBe(digest);
    byTag.set(etag, digest);
  };
  const readers = Array.from({ length: READERS }, async () => {
    const client = await connect(server.port);
    return readUntil(client, "/a.txt", () => done, check);
  });
  for (let n = 1; n <= REWRITES; n++) {
    const file = join(root, renames ? "next.txt" : "a.txt");
    await writeFile(file, version(n, size));
    if (renames) await rename(file, join(root, "a.txt"));
  }
  // The last version, when it has been left alone: it is what all get in the end.
  const client = await connect(server.port);
  let last = "";
  while (last !== version(REWRITES, size).toString()) {
    last = (await client.request("/a.txt").catch(() => undefined))?.body.toString() ?? "";
  }
  done = true;
  const counts = await Promise.all(readers);
  expect(Math.max(...counts)).toBeGreaterThan(0);
});

test.each<[string, (file: string) => Promise<void>]>([
  ["grows", (file) => appendFile(file, "more")],
  ["is written anew in the same size", (file) => writeFile(file, Buffer.alloc(20_000_000, 2))],
  ["is touched", (file) => utimes(file, new Date(), new Date())],
])("a response whose file %s meanwhile ends in a reset", async (_what, change) => {
  const root = await writeSite({ "big.bin": Buffer.alloc(20_000_000, 1) });
  const server = await startServer({ root });
  const { session } = await connect(server.port);
  const stream = session.request({ ":path": "/big.bin" });
  const error = once(stream, "error");
  await once(stream, "response");
  await change(join(root, "big.bin"));
  stream.resume();
  await error;
  expect(stream.rstCode).toBe(constants.NGHTTP2_INTERNAL_ERROR);
});

test("a response whose file is replaced by another meanwhile goes on with the version that it began with", async () => {
  const root = await writeSite({ "big.bin": Buffer.alloc(5_000_000, 1), "next.bin": Buffer.alloc(5_000_000, 2) });
  const { port } = await startServer({ root });
  const { session } = await connect(port);
  const stream = session.request({ ":path": "/big.bin" });
  await once(stream, "response");
  await rename(join(root, "next.bin"), join(root, "big.bin"));
  let sum = 0;
  for await (const piece of stream) if (piece instanceof Buffer) for (const byte of piece) sum += byte;
  expect(sum).toBe(5_000_000);
});

test("a file that was written in the millisecond in which it is asked for has to be left alone first", async () => {
  const file = join(await writeSite({ "a.txt": "1" }), "a.txt");
  const { size, mtimeMs, ctimeMs, dev, ino } = await stat(file);
  // The clock of the program goes by whole milliseconds, that of the file by less.
  const now = vi.spyOn(Date, "now").mockReturnValue(Math.floor(ctimeMs - 0.001));
  onTestFinished(() => now.mockRestore());
  const began = performance.now();
  const opened = await openFound({ kind: "file", file: await realpath(file), size, mtimeMs, dev, ino, siblings: [] });
  expect(performance.now() - began).toBeGreaterThan(15);
  if (typeof opened !== "string") await opened.close();
});
