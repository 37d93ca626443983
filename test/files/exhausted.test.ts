import type * as filesystem from "node:fs/promises";
import { afterEach, expect, test, vi } from "vitest";
import { connect } from "../support/h2.js";
import { startServer } from "../support/server.js";
import { writeSite } from "../support/site.js";

const state = vi.hoisted(() => ({ failures: 0 }));

vi.mock("node:fs/promises", async (original) => {
  const fs = await original<typeof filesystem>();
  const open: typeof fs.open = async (...given) => {
    if (state.failures-- > 0) throw Object.assign(new Error("too many open files"), { code: "EMFILE" });
    return fs.open(...given);
  };
  return { ...fs, open };
});

afterEach(() => void (state.failures = 0));

async function serve() {
  const root = await writeSite({ "a.txt": "a", "large.bin": Buffer.alloc(400_000, 1) });
  const server = await startServer({ root });
  return { ...server, request: (await connect(server.port)).request };
}

test.each(["/a.txt", "/large.bin"])("while too many files are open, %s is waited for", async (path) => {
  const { request } = await serve();
  state.failures = 5;
  expect((await request(path)).status).toBe(200);
});

test("what can't be opened for two seconds is 503, and 200 when there is a descriptor again", async () => {
  const { request, errors } = await serve();
  state.failures = Infinity;
  const { status, headers } = await request("/a.txt");
  expect([status, headers["retry-after"], errors.length]).toEqual([503, "1", 1]);
  state.failures = 0;
  expect((await request("/a.txt")).status).toBe(200);
});
