import type { DeliveredTarget } from "./history.js";

/** What was done for a page, in numbers. */
export interface DeliverySummary {
  readonly push: number;
  readonly pushBytes: number;
  readonly hint: number;
  readonly link: number;
  /** How many of each observation has added. */
  readonly learned: Readonly<Record<"push" | "hint" | "link", number>>;
  /** Reason → number of targets. */
  readonly skipped: ReadonlyMap<string, number>;
}

/** Of targets that were counted before: a page that is asked for again and again goes with the same. */
const summaries = new WeakMap<readonly DeliveredTarget[], DeliverySummary>();

export function summarize(targets: readonly DeliveredTarget[]): DeliverySummary {
  let summary = summaries.get(targets);
  if (summary === undefined) summaries.set(targets, (summary = count(targets)));
  return summary;
}

function count(targets: readonly DeliveredTarget[]): DeliverySummary {
  const learned = { push: 0, hint: 0, link: 0 };
  const summary = { push: 0, pushBytes: 0, hint: 0, link: 0, learned, skipped: new Map<string, number>() };
  for (const { means, bytes, by, reason = "" } of targets) {
    if (means === "skipped") {
      summary.skipped.set(reason, (summary.skipped.get(reason) ?? 0) + 1);
      continue;
    }
    summary[means]++;
    if (by !== undefined) learned[means]++;
    if (means === "push") summary.pushBytes += bytes;
  }
  return summary;
}

/** The value of a `server-timing` field (Server Timing, §2): `h2push;desc="push 6, link 2, skipped 1"`. */
export function serverTiming(targets: readonly DeliveredTarget[]): string {
  const { push, hint, link, skipped } = summarize(targets);
  const left = [...skipped.values()].reduce((sum, number) => sum + number, 0);
  const parts = Object.entries({ push, hint, link, skipped: left }).filter(([, number]) => number > 0);
  return `h2push;desc="${parts.map(([name, number]) => `${name} ${number}`).join(", ") || "nothing"}"`;
}
