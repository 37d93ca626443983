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
  expect([limits.wait("a", 0), limits.wait("b", 0)]).toEqual([25, 0]);
});

test("connections begin one after another, and none waits longer than half a second", () => {
  const limits = new ReconnectLimits();
  leave(limits, "a", 200);
  const waits = Array.from({ length: 30 }, () => limits.wait("a", 0));
  expect(waits.slice(0, 3)).toEqual([25, 50, 75]);
  expect(Math.max(...waits)).toBe(500);
  // Those that come later begin 25 ms behind the last.
  expect(limits.wait("a", 400)).toBe(125);
});

test("it is forgiven with time", () => {
  const limits = new ReconnectLimits();
  leave(limits, "a", 60);
  expect([limits.wait("a", 900), limits.wait("a", 900)]).toEqual([0, 25]);
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
  expect([limits.wait("first", 0), limits.wait("a0", 0)]).toEqual([0, 25]);
});
