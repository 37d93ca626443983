import type * as filesystem from "node:fs/promises";
import { afterEach, expect, test, vi } from "vitest";
import { connect } from "../support/h2.js";
import { startServer } from "../support/server.js";
import { writeSite } from "../support/site.js";

const state = vi.hoisted(() => ({ failures: 0, tried: 0 }));

vi.mock("node:fs/promises", async (original) => {
  const fs = await original<typeof filesystem>();
  const open: typeof fs.open = async (...given) => {
    state.tried++;
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

test("what can't be opened is waited for, as long as it takes, and nobody is refused", async () => {
  const { request, errors } = await serve();
  state.failures = Infinity;
  const answer = request("/a.txt");
  await vi.waitFor(() => expect(state.tried).toBeGreaterThan(100), { timeout: 20_000 });
  state.failures = 0;
  expect([(await answer).status, errors]).toEqual([200, []]);
});
