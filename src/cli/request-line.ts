import type { DeliveredTarget } from "../delivery/history.js";
import type { RequestRecord } from "../server/log.js";
import { colouredStatus, quiet, size } from "./output.js";

/** One line for a request: `200 GET /docs/ 3 ms 14.2 kB  push 6 (38.1 kB)  link 2  skipped 1 seen`. */
export function requestLine({ status, method, target, duration, bytes, aborted, delivery }: RequestRecord): string {
  const parts = [
    `${colouredStatus(status)} ${method} ${printable(target)} ${quiet(`${milliseconds(duration)} ${size(bytes)}`)}`,
  ];
  if (aborted) parts.push("client went away");
  if (delivery !== undefined) parts.push(...summary(delivery.targets));
  return parts.join("  ");
}

/** A line for each target of a page, with what became of it. */
export function targetLines(targets: readonly DeliveredTarget[]): string[] {
  return targets.map(({ means, target, as, bytes, reason }) => {
    const what = means === "skipped" ? `skip (${reason ?? ""})` : means;
    return `    ${what.padEnd(5)} ${printable(target)} ${quiet(`${as} ${size(bytes)}`)}`;
  });
}

function summary(targets: readonly DeliveredTarget[]): string[] {
  const by = (means: DeliveredTarget["means"]) => targets.filter((target) => target.means === means);
  const push = by("push");
  const pushed = push.reduce((sum, { bytes }) => sum + bytes, 0);
  const counts = [push.length > 0 ? `push ${push.length} (${size(pushed)})` : ""];
  for (const means of ["hint", "link"] as const) if (by(means).length > 0) counts.push(`${means} ${by(means).length}`);
  const reasons = new Map<string, number>();
  for (const { reason = "" } of by("skipped")) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  if (reasons.size > 0)
    counts.push(`skipped ${[...reasons].map(([reason, number]) => `${number} ${reason}`).join(", ")}`);
  return counts.filter(Boolean);
}

const milliseconds = (duration: number) => (duration < 1 ? "<1 ms" : `${Math.round(duration)} ms`);

/** What a client sends must not write to the terminal as it likes. */
// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const printable = (text: string) => text.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, "?");
