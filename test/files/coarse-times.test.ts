import type * as Fs from "node:fs/promises";
import { utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { listen } from "../support/event-source.js";
import { connect } from "../support/h2.js";
import { startServer } from "../support/server.js";
import { writeSite } from "../support/site.js";

const clock = vi.hoisted(() => ({ time: 0 }));

/** A file system that keeps whole seconds, as ext4 with small inodes and some shared folders do. One stands still. */
vi.mock("node:fs/promises", async (original) => {
  const fs = await original<typeof Fs>();
  const coarse = <T extends object>(stats: T) => Object.assign(stats, { mtimeMs: clock.time, ctimeMs: clock.time });
  return {
    ...fs,
    stat: async (path: string) => coarse(await fs.stat(path)),
    open: async (path: string, flags: number) => {
      const handle = await fs.open(path, flags);
      const stat = handle.stat.bind(handle);
      return Object.assign(handle, { stat: async () => coarse(await stat()) });
    },
  };
});

beforeEach(() => {
  const now = Date.now();
  clock.time = Math.floor(now / 1000) * 1000;
  // However long a busy machine takes.
  const stopped = vi.spyOn(Date, "now").mockReturnValue(now);
  onTestFinished(() => stopped.mockRestore());
});

const noPush = { settings: { enablePush: false } };

test.each([
  ["in memory", 1000],
  ["that is compressed", 200_000],
  ["that is read for each response", 3_000_000],
])("a file %s that changes twice in one second of its file system is served as it is", async (_what, size) => {
  const root = await writeSite({ "a.txt": "1".repeat(size) });
  const server = await startServer({ root });
  const client = await connect(server.port, noPush);
  const first = await client.request("/a.txt");
  for (const digit of ["2", "3", "1"]) {
    await writeFile(join(root, "a.txt"), digit.repeat(size));
    server.invalidate();
    const answer = await client.request("/a.txt");
    expect([answer.status, answer.body.length, answer.body.toString("latin1", 0, 1)]).toEqual([200, size, digit]);
    for (const coding of ["gzip", "identity"]) {
      const fields = { "accept-encoding": coding, "if-none-match": first.headers.etag };
      if (digit !== "1") expect((await client.request("/a.txt", fields)).status).toBe(200);
    }
  }
});

test("a page's links follow a stylesheet that changes within one second of its file system", async () => {
  const root = await writeSite({
    "index.html": "<!doctype html><link rel=stylesheet href=a.css><p>text",
    "a.css": "@import 'b.css'",
    "b.css": "",
    "c.css": "",
  });
  const server = await startServer({ root });
  const client = await connect(server.port);
  expect([...(await client.page("/")).pushed.keys()]).toEqual(["/a.css", "/b.css"]);
  await writeFile(join(root, "a.css"), "@import 'c.css'");
  server.invalidate();
  const { pushed } = await client.page("/");
  expect([...pushed.keys()]).toEqual(["/a.css", "/c.css"]);
  expect(pushed.get("/a.css")?.body.toString()).toBe("@import 'c.css'");
});

test("an open page is told of a change within one second of its file system", async () => {
  const root = await writeSite({ "index.html": "<!doctype html><script src=a.js></script>", "a.js": "1" });
  const { port } = await startServer({ root, live: true });
  const client = await connect(port, noPush);
  const load = /h2push-live;desc="([^"]+)"/.exec(String((await client.request("/")).headers["server-timing"]))?.[1];
  const source = await listen(client, `/.h2push/live?page=/&load=${load}`);
  expect((await source.next()).event).toBe("hello");
  await writeFile(join(root, "a.js"), "2");
  await utimes(join(root, "a.js"), 1, 1);
  expect(await source.next()).toMatchObject({ event: "reload", data: '["/a.js"]' });
});
