import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { runInOrder, type ResponseTask } from "../../src/delivery/response-order.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Responses whose course the test decides. */
function responses(names: readonly string[], isBlockedByStreamWindow = () => true) {
  const log: string[] = [];
  const moves = new Map<string, { progress: () => void; end: () => void; fail: () => void }>();
  const turns = names.map((name): ResponseTask => ({
    send: (progress) =>
      new Promise<void>((resolve, reject) => {
        log.push(name);
        moves.set(name, { progress, end: resolve, fail: () => reject(new Error("refused")) });
      }),
    isBlockedByStreamWindow,
  }));
  const move = (name: string) => {
    const found = moves.get(name);
    if (found === undefined) throw new Error(`${name} has not begun`);
    return found;
  };
  return { log, turns, move };
}

test("begins each response when the one before it has ended", async () => {
  const { log, turns, move } = responses(["page", "css", "js"]);
  const all = runInOrder(turns);
  expect(log).toEqual(["page"]);
  move("page").end();
  await vi.advanceTimersByTimeAsync(0);
  expect(log).toEqual(["page", "css"]);
  move("css").end();
  await vi.advanceTimersByTimeAsync(0);
  move("js").end();
  await all;
  expect(log).toEqual(["page", "css", "js"]);
});

test("goes on after a response that fails", async () => {
  const { log, turns, move } = responses(["page", "css"]);
  const all = runInOrder(turns);
  move("page").fail();
  await vi.advanceTimersByTimeAsync(0);
  expect(log).toEqual(["page", "css"]);
  move("css").fail();
  await all;
});

test("begins the next when one stands still for 100 ms, and waits for both in the end", async () => {
  const { log, turns, move } = responses(["page", "css"]);
  let done = false;
  const all = runInOrder(turns).then(() => (done = true));
  await vi.advanceTimersByTimeAsync(99);
  expect(log).toEqual(["page"]);
  await vi.advanceTimersByTimeAsync(1);
  expect(log).toEqual(["page", "css"]);
  move("css").end();
  await vi.advanceTimersByTimeAsync(1000);
  expect(done).toBe(false);
  move("page").end();
  await all;
});

test("waits as long as pieces are taken", async () => {
  const { log, turns, move } = responses(["page", "css"]);
  void runInOrder(turns);
  for (let n = 0; n < 20; n++) {
    await vi.advanceTimersByTimeAsync(99);
    move("page").progress();
  }
  expect(log).toEqual(["page"]);
  await vi.advanceTimersByTimeAsync(100);
  expect(log).toEqual(["page", "css"]);
});

test("leaves no timer behind", async () => {
  const { turns, move } = responses(["page"]);
  const all = runInOrder(turns);
  move("page").end();
  await all;
  expect(vi.getTimerCount()).toBe(0);
});

test("keeps the order, however long it takes, when it is the connection that takes nothing", async () => {
  let held = true;
  const { log, turns, move } = responses(["page", "css"], () => !held);
  void runInOrder(turns);
  await vi.advanceTimersByTimeAsync(5000);
  expect(log).toEqual(["page"]);
  held = false;
  await vi.advanceTimersByTimeAsync(100);
  expect(log).toEqual(["page", "css"]);
  move("page").end();
  move("css").end();
});

test("is not moved by the progress of a response that was passed over", async () => {
  const { turns, move } = responses(["page", "css"]);
  const all = runInOrder(turns);
  await vi.advanceTimersByTimeAsync(100);
  move("css").end();
  await vi.advanceTimersByTimeAsync(0);
  move("page").progress();
  expect(vi.getTimerCount()).toBe(0);
  move("page").end();
  await all;
});
