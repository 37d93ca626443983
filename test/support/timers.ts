import { setImmediate } from "node:timers/promises";

/** Node's timers that run now: what has been stopped leaves none behind. */
export function runningTimers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
}

/** Resolves as soon as so many timers run. Waits without one of its own, as `vi.waitUntil` would. */
export async function timersToBe(count: number): Promise<void> {
  while (runningTimers() !== count) await setImmediate();
}
