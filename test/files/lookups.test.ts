import { setImmediate as turn } from "node:timers/promises";
import { expect, onTestFinished, test, vi } from "vitest";
import { Lookups } from "../../src/files/lookups.js";
import { deferred } from "../../src/io/deferred.js";

vi.mock("../../src/io/loop-time.js", () => ({ loopTime: () => performance.now() }));

/** Look-ups that count how often they look, with a clock that stands still. */
function counted() {
  vi.useFakeTimers({ toFake: ["performance"] });
  onTestFinished(() => void vi.useRealTimers());
  let looks = 0;
  const lookups = new Lookups((key) => Promise.resolve(`${key} ${++looks}`));
  return { lookups, later: (ms: number) => vi.advanceTimersByTime(ms) };
}

/** What was looked up once, as "old", and whose second look ends when the test says so. */
async function lookedAt() {
  vi.useFakeTimers({ toFake: ["performance"] });
  onTestFinished(() => void vi.useRealTimers());
  let looks = 0;
  const second = deferred<string>();
  const lookups = new Lookups(() => (++looks === 1 ? Promise.resolve("old") : second.promise));
  await lookups.find("a");
  return { lookups, second, looks: () => looks, later: (ms: number) => vi.advanceTimersByTime(ms) };
}

test("gives an answer again for 250 ms, and then looks again", async () => {
  const { lookups, later } = counted();
  expect(lookups.peek("a")).toBeUndefined();
  expect(await lookups.find("a")).toBe("a 1");
  later(125);
  expect(lookups.peek("a")).toBe("a 1");
  expect(await lookups.find("a")).toBe("a 1");
  later(125);
  expect(lookups.peek("a")).toBeUndefined();
  expect(await lookups.find("a")).toBe("a 2");
});

test("looks again ahead, once, where an answer is asked for again, so that nobody waits", async () => {
  const { lookups, later } = counted();
  await lookups.find("a");
  later(126);
  expect([1, 2].map(() => lookups.peek("a"))).toEqual(["a 1", "a 1"]);
  await turn();
  expect(lookups.peek("a")).toBe("a 2");
  later(125);
  expect(lookups.peek("a")).toBe("a 2");
});

test("gives an answer on while looking again ahead fails, until it is too old", async () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  onTestFinished(() => void vi.useRealTimers());
  let looks = 0;
  const lookups = new Lookups(() => (++looks === 1 ? Promise.resolve("fine") : Promise.reject(new Error("disk"))));
  await lookups.find("a");
  vi.advanceTimersByTime(200);
  expect(await lookups.find("a")).toBe("fine");
  await turn();
  vi.advanceTimersByTime(50);
  await expect(lookups.find("a")).rejects.toThrow("disk");
});

test("gives the same object as long as it says the same", async () => {
  const { later } = counted();
  let size = 1;
  const lookups = new Lookups(() => Promise.resolve({ size }));
  const first = await lookups.find("a");
  later(250);
  expect(await lookups.find("a")).toBe(first);
  size = 2;
  later(250);
  expect(await lookups.find("a")).toEqual({ size: 2 });
});

test("gives an answer on while it is looked at again, until it is too old", async () => {
  const { lookups, later, second, looks } = await lookedAt();
  later(200);
  expect(lookups.peek("a")).toBe("old");
  later(299);
  expect(await lookups.find("a")).toBe("old");
  later(1);
  expect(lookups.peek("a")).toBeUndefined();
  second.resolve("new");
  expect(await lookups.find("a")).toBe("new");
  expect(looks()).toBe(2);
});

test("gives nothing that was too old when it was looked at again", async () => {
  const { lookups, later, second } = await lookedAt();
  later(260);
  const both = [lookups.find("a"), lookups.find("a")];
  expect(lookups.peek("a")).toBeUndefined();
  second.resolve("new");
  expect(await Promise.all(both)).toEqual(["new", "new"]);
});

test("looks once for all who ask at the same time", async () => {
  const { lookups } = counted();
  expect(await Promise.all([lookups.find("a"), lookups.find("a"), lookups.find("b")])).toEqual(["a 1", "a 1", "b 2"]);
});

test("looks again for what is forgotten, and does not keep what was on its way then", async () => {
  const { lookups } = counted();
  const early = lookups.find("a");
  lookups.invalidate("a");
  expect(await lookups.find("a")).toBe("a 2");
  expect(await early).toBe("a 1");
  expect(await lookups.find("a")).toBe("a 2");
  lookups.invalidate();
  expect(await lookups.find("a")).toBe("a 3");
});

test("keeps no failure, and tells it to all who asked", async () => {
  let fails = true;
  const lookups = new Lookups(() => (fails ? Promise.reject(new Error("disk")) : Promise.resolve("fine")));
  const both = await Promise.allSettled([lookups.find("a"), lookups.find("a")]);
  expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  fails = false;
  expect(await lookups.find("a")).toBe("fine");
});

test("keeps a bounded number of answers, and none for a path that is very long", async () => {
  const lookups = new Lookups((key) => Promise.resolve(key));
  for (let n = 0; n <= 8192; n++) await lookups.find(String(n));
  expect([lookups.peek("0"), lookups.peek("4096")]).toEqual([undefined, "4096"]);
  await lookups.find("x".repeat(513));
  expect(lookups.peek("x".repeat(513))).toBeUndefined();
});
