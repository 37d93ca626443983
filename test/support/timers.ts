import type * as Timers from "node:timers/promises";
import { vi } from "vitest";

const actual = await vi.importActual<typeof Timers>("node:timers/promises");

export const { setImmediate, setInterval, scheduler } = actual;

/** Waits that are under way. */
export const waits = new Set<Promise<unknown>>();

/**
 * Node's own, and counted:
 * `vi.mock("node:timers/promises", () => import("./support/timers.js"))`.
 */
export const setTimeout: typeof actual.setTimeout = (...args) => {
  const wait = actual.setTimeout(...args);
  waits.add(wait);
  const forget = () => void waits.delete(wait);
  wait.then(forget, forget);
  return wait;
};
