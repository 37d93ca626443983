import { performance } from "node:perf_hooks";

/** How often it is looked at what the event loop did meanwhile (milliseconds). */
const STEP_MS = 20;

/** It is overloaded that rested for less than this part of the time. */
const RESTS_BELOW = 0.1;

/** How many times slower the clock goes then. */
const SLOWER_TIMES = 3;

let seen = { at: 0, idle: 0, time: 0 };

/**
 * A clock for how old something is that should be looked at again
 * (milliseconds). It goes slower while the event loop is overloaded: a look
 * takes several turns of the loop, and would come too late for everybody
 * where each turn is long.
 */
export function loopTime(now = performance.now()): number {
  const elapsed = now - seen.at;
  if (elapsed < STEP_MS) return seen.time + elapsed / SLOWER_TIMES;
  const { idle } = performance.eventLoopUtilization();
  const isOverloaded = idle - seen.idle < elapsed * RESTS_BELOW;
  seen = { at: now, idle, time: seen.time + (isOverloaded ? elapsed / SLOWER_TIMES : elapsed) };
  return seen.time;
}
