import { setTimeout as delay } from "node:timers/promises";

/** Waits that many milliseconds, and says whether it did: false when `stop` ended the wait. */
export async function waitFor(ms: number, stop: AbortSignal): Promise<boolean> {
  try {
    await delay(Math.max(0, ms), undefined, { signal: stop });
    return true;
  } catch (error) {
    if (stop.aborted) return false;
    throw error;
  }
}
