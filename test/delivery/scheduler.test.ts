import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { WriteQueue, type Writer } from "../../src/delivery/scheduler.js";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] }));
afterEach(() => void vi.useRealTimers());

const PIECE = 16 * 1024;

let arrived = 0;
const writer = (urgency = 3, incremental = false, isBlockedByStreamWindow = () => false): Writer => ({
  arrival: ++arrived,
  priority: { urgency, incremental },
  isBlockedByStreamWindow,
});

/** A connection that takes a piece every 80 ms, and the order in which it takes them. */
function narrowLine() {
  const queue = new WriteQueue();
  const order: string[] = [];
  const line: (() => void)[] = [];
  /** A response of so many pieces. */
  const respond = async (name: string, pieces: number, by: Writer) => {
    for (let piece = 0; piece < pieces; piece++) {
      const taken = await queue.reserve(by, PIECE);
      order.push(name);
      await new Promise<void>((resolve) => line.push(resolve));
      taken();
    }
  };
  const take = async (pieces: number) => {
    for (let piece = 0; piece < pieces; piece++) {
      await vi.advanceTimersByTimeAsync(80);
      line.shift()?.();
      await new Promise(setImmediate);
    }
  };
  return { queue, order, respond, take };
}

test("lets everything through that a fast line takes at once", async () => {
  const queue = new WriteQueue();
  for (let piece = 0; piece < 10; piece++) (await queue.reserve(writer(), PIECE))();
  const admitted = Array.from({ length: 50 }, () => queue.reserve(writer(), PIECE));
  await expect(Promise.all(admitted)).resolves.toHaveLength(50);
});

test("a client that asks for 16 responses at a time is given all of them at once, each time but the first", async () => {
  const queue = new WriteQueue();
  const bytes = 20_000;
  const batch = async () => {
    const takers = Array.from(
      { length: 16 },
      () => queue.reserveNow(writer(), bytes) ?? queue.reserve(writer(), bytes),
    );
    const atOnce = takers.filter((taken) => typeof taken === "function").length;
    // They are all taken in one turn of the event loop, some milliseconds later.
    await vi.advanceTimersByTimeAsync(5);
    for (const taken of takers) (await taken)();
    await new Promise(setImmediate);
    return atOnce;
  };
  const counts = [await batch(), await batch(), await batch(), await batch()];
  expect(counts[0]).toBeLessThan(16);
  expect(counts.slice(1)).toEqual([16, 16, 16]);
});

test("on a narrow line, sends what is more urgent first, and what came first among equals", async () => {
  const { order, respond, take } = narrowLine();
  void respond("page", 4, writer(0));
  await take(2);
  void respond("image", 2, writer(3));
  void respond("script", 2, writer(1));
  void respond("style", 2, writer(0));
  await take(10);
  expect(order.slice(2).join(" ")).toBe("page page style style script script image image");
});

test("lets incremental responses of one urgency take turns, and the others not", async () => {
  const { order, respond, take } = narrowLine();
  void respond("page", 3, writer(0));
  await take(1);
  for (const name of ["a", "b"]) void respond(name, 3, writer(3, true));
  for (const name of ["c", "d"]) void respond(name, 2, writer(4));
  await take(14);
  expect(order.slice(3).join(" ")).toBe("a b a b a b c c d d");
});

test("a piece that is never taken holds up the others for 100 ms when it waits alone, and for good when the connection does", async () => {
  const queue = new WriteQueue();
  let alone = false;
  await queue.reserve(
    writer(0, false, () => alone),
    2 * PIECE,
  );
  let admitted = false;
  void queue.reserve(writer(), PIECE).then(() => (admitted = true));
  await vi.advanceTimersByTimeAsync(5000);
  expect(admitted).toBe(false);
  alone = true;
  await vi.advanceTimersByTimeAsync(100);
  expect(admitted).toBe(true);
  expect(vi.getTimerCount()).toBe(0);
});

test("a piece larger than what the line carries goes alone", async () => {
  const queue = new WriteQueue();
  const taken = await queue.reserve(writer(), 10 * 1024 * 1024);
  let admitted = false;
  void queue.reserve(writer(), 1).then(() => (admitted = true));
  await vi.advanceTimersByTimeAsync(0);
  expect(admitted).toBe(false);
  taken();
  taken();
  await new Promise(setImmediate);
  expect(admitted).toBe(true);
});

test("pieces may be taken in any order, and each counts once", async () => {
  const queue = new WriteQueue();
  const takers = Array.from({ length: 16 }, () => queue.reserveNow(writer(), 1) ?? expect.fail("a byte has to wait"));
  for (const at of [3, 15, 0, 7, 14, 1, 2, 3, 15, 0, 4, 5, 6, 8, 9, 10, 11, 12, 13]) {
    // More than any line carries at a time goes when nothing else is under way.
    expect(queue.reserveNow(writer(), 1e9)).toBeUndefined();
    takers[at]?.();
  }
  expect(queue.reserveNow(writer(), 1e9)).toBeTypeOf("function");
});

test("passes over every piece that waits alone, and none that does not", async () => {
  const queue = new WriteQueue();
  const alone = () => writer(3, false, () => true);
  for (const by of [alone(), writer(), alone(), alone()]) expect(queue.reserveNow(by, 4000)).toBeDefined();
  // At first, a line gets 32 KB: what follows fits beside one of the four.
  let admitted = false;
  void queue.reserve(writer(), 28_000).then(() => (admitted = true));
  await vi.advanceTimersByTimeAsync(99);
  expect(admitted).toBe(false);
  await vi.advanceTimersByTimeAsync(2);
  expect(admitted).toBe(true);
  expect(queue.reserveNow(writer(), 4000)).toBeUndefined();
});
