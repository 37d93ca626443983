import { expect, test } from "vitest";
import { ReconnectLimits } from "../../../src/server/listen/reconnect-limits.js";

function leave(limits: ReconnectLimits, address: string, times: number, now = 0): void {
  for (let time = 0; time < times; time++) limits.left(address, now);
}

test("who leaves few connections in the middle, or comes from elsewhere, never waits", () => {
  const limits = new ReconnectLimits();
  leave(limits, "a", 50);
  expect(limits.wait("a", 0)).toBe(0);
  leave(limits, "a", 1);
  expect([limits.wait("a", 0), limits.wait("b", 0)]).toEqual([10, 0]);
});

test("the more there was, the further apart the next begin, up to a tenth of a second", () => {
  const limits = new ReconnectLimits();
  leave(limits, "a", 55);
  expect([limits.wait("a", 0), limits.wait("a", 0)]).toEqual([50, 100]);
  leave(limits, "b", 200);
  expect([limits.wait("b", 0), limits.wait("b", 0)]).toEqual([100, 200]);
});

test("behind floods they begin further apart", () => {
  const limits = new ReconnectLimits();
  limits.flooded("a", 0);
  limits.flooded("a", 0);
  expect(limits.wait("a", 0)).toBe(0);
  limits.flooded("a", 0);
  const waits = Array.from({ length: 10 }, () => limits.wait("a", 0));
  expect([waits.slice(0, 2), Math.max(...waits)]).toEqual([[500, 1000], 2000]);
  expect(limits.wait("a", 5000)).toBe(0);
});

test("connections begin one after another, and none waits longer than half a second", () => {
  const limits = new ReconnectLimits();
  leave(limits, "a", 200);
  const waits = Array.from({ length: 30 }, () => limits.wait("a", 0));
  expect([waits.slice(0, 2), Math.max(...waits)]).toEqual([[100, 200], 500]);
  expect(limits.wait("a", 4000)).toBe(0);
  // Ten are too many by then: those that come later begin 100 ms behind the last.
  expect(limits.wait("a", 4050)).toBe(50);
});

test("it is forgiven with time", () => {
  const limits = new ReconnectLimits();
  leave(limits, "a", 60);
  expect([limits.wait("a", 900), limits.wait("a", 900)]).toEqual([0, 10]);
  expect([limits.wait("a", 1100), limits.wait("a", 1100)]).toEqual([0, 0]);
});

test("however much it was, it is forgiven in some seconds", () => {
  const limits = new ReconnectLimits();
  leave(limits, "a", 10_000);
  expect([limits.wait("a", 11_000), limits.wait("a", 11_000)]).toEqual([0, 0]);
});

test("addresses without number are not remembered", () => {
  const limits = new ReconnectLimits();
  leave(limits, "first", 60);
  for (let number = 0; number < 1000; number++) leave(limits, `a${number}`, 60);
  expect([limits.wait("first", 0), limits.wait("a0", 0)]).toEqual([0, 100]);
});
