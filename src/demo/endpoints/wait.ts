import { setTimeout as delay } from "node:timers/promises";

/** Waits that many milliseconds, or until `gone`: the answer has no reader then, and nothing has failed. */
export async function waitFor(ms: number, gone: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal: gone });
  } catch (error) {
    if (!gone.aborted) throw error;
  }
}
