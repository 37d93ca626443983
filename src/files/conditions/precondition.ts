import type { IncomingHttpHeaders } from "node:http";
import { parseHttpDate } from "./http-date.js";

/** The validators of a selected representation (RFC 9110 §8.8). */
export interface Validators {
  /** Entity tag, quotes included. Ours are strong. */
  readonly etag: string;
  /** Milliseconds since the epoch, in whole seconds. */
  readonly lastModified: number;
  /** Another content had this date, or a later one: who has a date alone may have that content. */
  readonly isRedated?: boolean | undefined;
}

/** What the conditions of a GET or HEAD come to: go on, 304 (Not Modified), or 412 (Precondition Failed). */
export type Outcome = "proceed" | "not modified" | "failed";

/** The date that conditions are about: one that proves nothing is later than any. */
const dateOf = ({ lastModified, isRedated }: Validators) => (isRedated === true ? Infinity : lastModified);

/** Evaluates the conditions of a GET or HEAD in the order of RFC 9110 §13.2.2. */
export function evaluate(request: IncomingHttpHeaders, current: Validators): Outcome {
  const match = request["if-match"];
  const unmodified = request["if-unmodified-since"];
  if (match !== undefined) {
    if (!includes(match, current.etag, "strong")) return "failed";
  } else if (unmodified !== undefined) {
    const date = parseHttpDate(unmodified);
    if (date !== undefined && dateOf(current) > date) return "failed";
  }
  return notModified(request, current) ? "not modified" : "proceed";
}

/** Steps 3 and 4: `if-none-match` counts, and only without it `if-modified-since`. */
function notModified(request: IncomingHttpHeaders, current: Validators): boolean {
  const noneMatch = request["if-none-match"];
  if (noneMatch !== undefined) return includes(noneMatch, current.etag, "weak");
  const since = request["if-modified-since"];
  const date = since === undefined ? undefined : parseHttpDate(since);
  return date !== undefined && dateOf(current) <= date;
}

/**
 * Step 5: whether the client's part is of the version that is current, so that
 * the range it asks for completes it (RFC 9110 §13.1.5). Without `if-range` it is.
 *
 * A date is a strong validator only when it lay a second behind the clock that
 * gave it (§8.8.2.2): another version in the same second would have the same.
 *
 * @param now milliseconds since the epoch
 */
export function rangeApplies(ifRange: string | undefined, current: Validators, now: number): boolean {
  if (ifRange === undefined) return true;
  if (ifRange.endsWith('"')) return ifRange === current.etag && !ifRange.startsWith("W/");
  return parseHttpDate(ifRange) === dateOf(current) && now - current.lastModified >= 2000;
}

/**
 * Whether a list of entity tags, or `*`, has the current one (RFC 9110
 * §8.8.3.2). In a strong comparison weak ones do not count.
 */
function includes(list: string, etag: string, comparison: "strong" | "weak"): boolean {
  if (list.trim() === "*") return true;
  const current = etag.replace(/^W\//, "");
  if (comparison === "strong" && current !== etag) return false;
  for (const [, weak, opaque] of list.matchAll(/(W\/)?("[^"]*")/g)) {
    if (opaque === current && (comparison === "weak" || weak === undefined)) return true;
  }
  return false;
}
