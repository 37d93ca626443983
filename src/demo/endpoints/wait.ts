import { setTimeout as delay } from "node:timers/promises";

/** Waits that many milliseconds, and says whether it did: false when `stop` ended the wait. */
export function waitFor(ms: number, stop: AbortSignal): Promise<boolean> {
  return delay(Math.max(0, ms), true, { signal: stop }).catch(() => false);
}
