import type { Delivery } from "../../delivery/history.js";
import { summarize } from "../../delivery/delivery-summary.js";
import type { RequestRecord } from "../../server/request-record.js";

/**
 * A request as one line of JSON. What there is not is null; times are in
 * milliseconds.
 *
 * @param verbose each target that went with a page, too
 */
export function jsonLine(record: RequestRecord, verbose: boolean): string {
  const { time, remoteAddress, method, authority, target, httpVersion, status, bytes, aborted, failed } = record;
  const { firstByte, duration, referer, userAgent, delivery } = record;
  const line = JSON.stringify({
    time: new Date(time).toISOString(),
    remoteAddress: remoteAddress ?? null,
    method,
    authority,
    target,
    httpVersion,
    status,
    bytes,
    firstByte: firstByte === undefined ? null : rounded(firstByte),
    duration: rounded(duration),
    aborted,
    failed,
    referer: referer ?? null,
    userAgent: userAgent ?? null,
    delivery: delivery === undefined ? null : delivered(delivery, verbose),
  });
  return UNESCAPED.test(line) ? line.replaceAll(new RegExp(UNESCAPED, "g"), unicodeEscape) : line;
}

function delivered({ targets }: Delivery, verbose: boolean): object {
  const { skipped, ...numbers } = summarize(targets);
  return { ...numbers, skipped: Object.fromEntries(skipped), ...(verbose ? { targets } : {}) };
}

/** Microseconds are what a clock tells. */
const rounded = (milliseconds: number) => Math.round(milliseconds * 1000) / 1000;

/** What JSON leaves as it is, and a terminal takes for a command, or a reader of lines for the end of one. */
const UNESCAPED = /[\u007f-\u009f\u2028\u2029]/;

const unicodeEscape = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
