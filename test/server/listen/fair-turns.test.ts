import { setImmediate as loop } from "node:timers/promises";
import { expect, test } from "vitest";
import { FairTurns } from "../../../src/server/listen/fair-turns.js";

/** Something that takes so long (milliseconds). */
function work(duration: number): void {
  for (const end = performance.now() + duration; performance.now() < end;);
}

/** Asks for a turn, works, and notes who it was. */
async function act(turns: FairTurns<string>, key: string, order: string[]): Promise<void> {
  await turns.wait(key);
  work(3);
  order.push(key);
}

test("what takes little time goes at once", () => {
  const turns = new FairTurns<string>();
  expect(turns.wait("a")).toBeUndefined();
  expect(turns.wait("b")).toBeUndefined();
});

test("one that asks for much is held up, and one that asks for little goes between", async () => {
  const turns = new FairTurns<string>();
  const order: string[] = [];
  const many = Array.from({ length: 40 }, () => act(turns, "many", order));
  const one = act(turns, "one", order);
  await one;
  expect(order.length).toBeLessThan(13);
  await Promise.all(many);
  expect(order).toHaveLength(41);
});

test("the event loop goes on between what waits", async () => {
  const turns = new FairTurns<string>();
  const order: string[] = [];
  const all = Array.from({ length: 30 }, (_, at) => act(turns, `connection ${at}`, order));
  const ended = Promise.all(all).then(() => "ended");
  const perLoop: number[] = [];
  let before = 0;
  while (order.length < 30) {
    await Promise.race([loop(), ended]);
    perLoop.push(order.length - before);
    before = order.length;
  }
  // The first begin before it is known what they take, then two at most.
  expect(Math.max(...perLoop.slice(1))).toBeLessThan(4);
});

test("when nothing waits, the next turn of the loop has time again", async () => {
  const turns = new FairTurns<string>();
  expect(turns.wait("a")).toBeUndefined();
  work(10);
  expect(turns.wait("a")).toBeInstanceOf(Promise);
  await turns.wait("b");
  await loop();
  await loop();
  expect(turns.wait("a")).toBeUndefined();
});
