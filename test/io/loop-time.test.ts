import { performance } from "node:perf_hooks";
import { beforeEach, expect, test, vi } from "vitest";
import { loopTime } from "../../src/io/loop-time.js";

/** Milliseconds that the event loop has rested. */
let idle = 0;
/** The time of the system. */
let now = performance.now();

beforeEach(() => {
  vi.spyOn(performance, "eventLoopUtilization").mockImplementation(() => ({ idle, active: 0, utilization: 0 }));
  return () => vi.restoreAllMocks();
});

/** How far the clock goes while so much time passes, of which the loop rests a part. */
function passed(ms: number, rested: number): number {
  const before = loopTime(now);
  now += ms;
  idle += rested;
  return Math.round(loopTime(now) - before);
}

test("goes like any clock where the event loop rests", () => {
  passed(1000, 1000);
  expect([passed(300, 300), passed(300, 31), passed(5000, 4000)]).toEqual([300, 300, 5000]);
});

test("goes three times slower where it does not, and never back", () => {
  passed(1000, 1000);
  expect([passed(300, 29), passed(90, 0), passed(15, 0)]).toEqual([100, 30, 5]);
  expect(passed(15, 15)).toBe(25);
});
