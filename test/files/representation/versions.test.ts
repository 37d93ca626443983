import { createHash } from "node:crypto";
import { once } from "node:events";
import { closeSync, openSync, writeSync } from "node:fs";
import { appendFile, chmod, link, realpath, rename, stat, utimes, writeFile } from "node:fs/promises";
import { constants } from "node:http2";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { openFound } from "../../../src/files/file.js";
import { ask } from "../../support/ask.js";
import { connect, type H2Client } from "../../support/h2.js";
import { startServer } from "../../support/server.js";
import { writeSite } from "../../support/site.js";

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

/** An old time, as npm, `tar` and `cp -p` give it to a file again and again. */
const OLD = new Date("1985-10-26T08:15:00Z");

async function writeOld(file: string, content: string, replaces = false): Promise<void> {
  const written = replaces ? `${file}.next` : file;
  await writeFile(written, content);
  await utimes(written, OLD, OLD);
  if (replaces) await rename(written, file);
}

describe.each([
  ["written in its place", false],
  ["replaced", true],
])("a file that is %s with its size and time kept", (_how, replaces) => {
  test.each([3, 5000, 400_000])("is served as it is, to who has the version before, too (%i bytes)", async (size) => {
    const root = await writeSite({});
    await writeOld(join(root, "a.txt"), "1".repeat(size));
    const { port } = await startServer({ root });
    const client = await connect(port);
    const first = await client.request("/a.txt", { "accept-encoding": "gzip" });
    await writeOld(join(root, "a.txt"), "2".repeat(size), replaces);
    await vi.waitFor(async () => expect((await client.request("/a.txt")).body.toString()).toBe("2".repeat(size)));
    const { status } = await client.request("/a.txt", {
      "accept-encoding": "gzip",
      "if-none-match": first.headers.etag,
    });
    expect(status).toBe(200);
    const range = await client.request("/a.txt", { range: "bytes=1-1", "if-range": first.headers.etag });
    expect(range.status).toBe(200);
  });

  test("is pushed again", async () => {
    const root = await writeSite({ "index.html": "<!doctype html><script src=a.js></script>" });
    await writeOld(join(root, "a.js"), "1");
    const server = await startServer({ root });
    const client = await connect(server.port);
    await client.page("/");
    expect((await client.page("/")).pushed.size).toBe(0);
    await writeOld(join(root, "a.js"), "2", replaces);
    server.invalidate();
    expect((await client.page("/")).pushed.get("/a.js")?.body.toString()).toBe("2");
  });
});

test.each<[string, (file: string) => Promise<void>]>([
  ["the same time", (file) => writeOld(file, "22")],
  ["an earlier one", (file) => writeOld(file, "2", true).then(() => utimes(file, 0, 0))],
])("the date of another content with %s proves nothing", async (_what, change) => {
  const root = await writeSite({});
  const file = join(root, "a.txt");
  await writeOld(file, "1");
  const server = await startServer({ root });
  const { request } = await connect(server.port);
  const date = String((await request("/a.txt")).headers["last-modified"]);
  expect((await request("/a.txt", { "if-modified-since": date })).status).toBe(304);
  await change(file);
  server.invalidate();
  const answer = await request("/a.txt", { "if-modified-since": date });
  expect([answer.status, answer.body.toString()[0]]).toEqual([200, "2"]);
  expect((await request("/a.txt", { "if-unmodified-since": date })).status).toBe(412);
  expect((await request("/a.txt", { range: "bytes=0-0", "if-range": date })).status).toBe(200);
  expect((await request("/a.txt", { "if-none-match": answer.headers.etag })).status).toBe(304);
  await writeFile(file, "3");
  server.invalidate();
  const later = String((await request("/a.txt")).headers["last-modified"]);
  expect((await request("/a.txt", { "if-modified-since": later })).status).toBe(304);
});

test("a file that is touched, copied over itself or made executable keeps its entity tag", async () => {
  const root = await writeSite({ "a.js": "1" });
  const server = await startServer({ root });
  const client = await connect(server.port);
  const { etag } = (await client.request("/a.js")).headers;
  const file = join(root, "a.js");
  for (const touch of [() => utimes(file, OLD, OLD), () => chmod(file, 0o755), () => writeOld(file, "1", true)]) {
    await touch();
    server.invalidate();
    expect((await client.request("/a.js", { "if-none-match": etag })).status).toBe(304);
  }
});

/** Appends a line every few milliseconds until the test ends. */
function keepAppending(file: string, every: number): void {
  const log = openSync(file, "a");
  const timer = setInterval(() => writeSync(log, "one more line\n"), every);
  onTestFinished(() => {
    clearInterval(timer);
    closeSync(log);
  });
}

describe.each(["HTTP/2", "HTTP/1.1"] as const)("a log that grows all the time, over %s", (protocol) => {
  test.each([
    ["small", 100],
    ["to be compressed", 50_000],
    ["large", 5_000_000],
  ])("(%s) is sent as far as it went", async (_what, size) => {
    const root = await writeSite({ "a.log": "x".repeat(size) });
    keepAppending(join(root, "a.log"), 2);
    const { port } = await startServer({ root });
    for (const request of [{}, { "accept-encoding": "gzip" }]) {
      const { status, headers, body } = await ask(port, protocol, "/a.log", "GET", request);
      const content = headers["content-encoding"] === "gzip" ? gunzipSync(body) : body;
      expect([status, body.length]).toEqual([200, Number(headers["content-length"])]);
      expect(content.toString("latin1")).toMatch(/^x+(?:one more line\n)*$/);
      expect(content.length).toBeGreaterThanOrEqual(size);
    }
    const head = await ask(port, protocol, "/a.log", "HEAD");
    expect([head.status, Number(head.headers["content-length"]) >= size]).toEqual([200, true]);
    const range = await ask(port, protocol, "/a.log", "GET", { range: "bytes=10-59" });
    expect([range.status, range.body.toString()]).toEqual([206, "x".repeat(50)]);
    const old = await ask(port, protocol, "/a.log", "GET", { range: "bytes=10-59", "if-range": head.headers.etag });
    expect([200, 206]).toContain(old.status);
  });
});

test("what was promised of a file that grows meanwhile is sent to a slow reader", async () => {
  const root = await writeSite({ "a.log": Buffer.alloc(20_000_000, "x") });
  const file = join(root, "a.log");
  await utimes(file, OLD, OLD);
  const { port } = await startServer({ root });
  const { session } = await connect(port);
  const stream = session.request({ ":path": "/a.log" });
  const [fields] = await once(stream, "response");
  let length = 0;
  for await (const piece of stream) {
    if (!(piece instanceof Buffer)) continue;
    // The first piece is here: what the file begins with is being learned, or known.
    if (length < 10_000_000 && length + piece.length >= 10_000_000) await appendFile(file, "more\n");
    length += piece.length;
    expect(piece.every((byte) => byte === 120)).toBe(true);
  }
  expect([length, stream.rstCode]).toEqual([Number(fields["content-length"]), 0]);
});

test("a log that is pushed comes as far as it went", async () => {
  const root = await writeSite({
    "index.html": `<!doctype html><script>fetch("a.json")</script><link rel=preload as=fetch href=a.json>`,
    "a.json": "x".repeat(300_000),
  });
  keepAppending(join(root, "a.json"), 2);
  const { port } = await startServer({ root });
  const client = await connect(port);
  await client.request("/a.json");
  const { pushed } = await (await connect(port)).page("/");
  expect(pushed.get("/a.json")?.body.toString()).toMatch(/^x{300000}(?:one more line\n)*$/);
});

test.each<[string, (file: string) => Promise<void>]>([
  ["longer", (file) => writeFile(file, Buffer.alloc(20_500_000, 2))],
  ["shorter", (file) => writeFile(file, Buffer.alloc(1000, 1))],
])("a response whose file is written anew meanwhile and is %s then ends in a reset", async (_what, change) => {
  const root = await writeSite({ "big.bin": Buffer.alloc(20_000_000, 1) });
  const { port } = await startServer({ root });
  const { session } = await connect(port);
  const stream = session.request({ ":path": "/big.bin" });
  const error = once(stream, "error");
  await once(stream, "response");
  await change(join(root, "big.bin"));
  stream.resume();
  await error;
  expect(stream.rstCode).toBe(constants.NGHTTP2_INTERNAL_ERROR);
});

test.each([
  ["made executable", (file: string) => chmod(file, 0o755)],
  ["linked to", (file: string) => link(file, `${file}.link`)],
  ["renamed", (file: string) => rename(file, `${file}.old`)],
])("a response whose file is %s meanwhile is whole", async (_what, change) => {
  const root = await writeSite({ "big.bin": Buffer.alloc(5_000_000, 1) });
  const { port } = await startServer({ root });
  const { session } = await connect(port);
  const stream = session.request({ ":path": "/big.bin" });
  await once(stream, "response");
  await change(join(root, "big.bin"));
  let length = 0;
  for await (const piece of stream) if (piece instanceof Buffer) length += piece.length;
  expect([length, stream.rstCode]).toEqual([5_000_000, 0]);
});

test("a file that was written in the millisecond in which it is asked for has to be left alone first", async () => {
  const file = join(await writeSite({ "a.txt": "1" }), "a.txt");
  const { size, mtimeMs, ctimeMs, dev, ino } = await stat(file);
  const found = { kind: "file", file: await realpath(file), size, mtimeMs, ctimeMs, dev, ino, siblings: [] } as const;
  // The clock of the program goes by whole milliseconds, that of the file by less.
  const now = vi.spyOn(Date, "now").mockReturnValue(Math.floor(ctimeMs - 0.001));
  onTestFinished(() => now.mockRestore());
  const began = performance.now();
  const opened = await openFound(found);
  expect(performance.now() - began).toBeGreaterThan(15);
  if (typeof opened !== "string") await opened.close();
});
