import type { DeliveredTarget } from "../../delivery/history.js";
import { summarize } from "../../delivery/delivery-summary.js";
import type { RequestRecord } from "../../server/request-record.js";
import { printable } from "../output/printable.js";
import { colouredStatus, quiet, size } from "../output/output.js";
import { OWN_PATH } from "../../server/own-path.js";

/** What such a line tells. */
type Told = Pick<
  RequestRecord,
  "status" | "method" | "target" | "duration" | "bytes" | "aborted" | "failed" | "delivery"
>;

/** The lines for a request: with `verbose` one for each target of a page, else none for what live reload asks itself. */
export function prettyLines(record: RequestRecord, verbose: boolean): readonly string[] {
  if (verbose) return [requestLine(record), ...targetLines(record.delivery?.targets ?? [])];
  return record.target.startsWith(OWN_PATH) ? [] : [requestLine(record)];
}

/** One line for a request: `200 GET /docs/ 3 ms 14.2 kB  push 6 (38.1 kB)  link 2  skipped 1 seen`. */
export function requestLine({ status, method, target, duration, bytes, aborted, failed, delivery }: Told): string {
  const line = [
    `${colouredStatus(status)} ${method} ${printable(target)} ${quiet(`${milliseconds(duration)} ${size(bytes)}`)}`,
  ];
  if (aborted) line.push("client went away");
  if (failed) line.push("broken off");
  if (delivery !== undefined) line.push(...parts(delivery.targets));
  return line.join("  ");
}

/** A line for each target of a page, with what became of it. */
function targetLines(targets: readonly DeliveredTarget[]): string[] {
  return targets.map(({ means, target, as, bytes, by, reason }) => {
    const what = means === "skipped" ? `skip (${reason ?? ""})` : means;
    return `    ${what.padEnd(5)} ${printable(target)} ${quiet(`${as} ${size(bytes)}${by === undefined ? "" : ` learned from ${SOURCES[by]}`}`)}`;
  });
}

const SOURCES = { traffic: "traffic", browser: "a browser" } as const;

function parts(targets: readonly DeliveredTarget[]): string[] {
  const { push, pushBytes, hint, link, learned, skipped } = summarize(targets);
  const reasons = [...skipped].map(([reason, number]) => `${number} ${reason}`);
  return [
    push > 0 ? `push ${push} (${[size(pushBytes), ...learnedText(learned.push)].join(", ")})` : "",
    hint > 0 ? ["hint", hint, ...inBrackets(learned.hint)].join(" ") : "",
    link > 0 ? ["link", link, ...inBrackets(learned.link)].join(" ") : "",
    reasons.length > 0 ? `skipped ${reasons.join(", ")}` : "",
  ].filter(Boolean);
}

const learnedText = (number: number) => (number === 0 ? [] : [`${number} learned`]);

const inBrackets = (number: number) => learnedText(number).map((text) => `(${text})`);

const milliseconds = (duration: number) => (duration < 1 ? "<1 ms" : `${Math.round(duration)} ms`);
