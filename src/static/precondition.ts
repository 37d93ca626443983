import type { IncomingHttpHeaders } from "node:http";

/** The validators of a selected representation (RFC 9110 §8.8). */
export interface Validators {
  /** Strong entity tag, quotes included. */
  readonly etag: string;
  /** Milliseconds since the epoch, in whole seconds. */
  readonly lastModified: number;
}

/**
 * Whether the client's stored response is still good, so that a GET or HEAD
 * is answered 304 (RFC 9110 §13.2.2, steps 3 and 4): `if-none-match` counts,
 * and only without it `if-modified-since`.
 */
export function notModified(fields: IncomingHttpHeaders, validators: Validators): boolean {
  const noneMatch = fields["if-none-match"];
  if (noneMatch !== undefined) return matchesAny(noneMatch, validators.etag);
  const since = fields["if-modified-since"];
  if (since === undefined) return false;
  const date = httpDate(since);
  return date !== undefined && validators.lastModified <= date;
}

/** The three forms of RFC 9110 §5.6.7, of which the last names no zone and means UTC; undefined for anything else. */
function httpDate(text: string): number | undefined {
  const fixed = /^[A-Z][a-z]{2,8}, \d\d[ -][A-Z][a-z]{2}[ -](?:\d\d){1,2} \d\d:\d\d:\d\d GMT$/.test(text);
  const asctime = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}$/.test(text);
  if (!fixed && !asctime) return undefined;
  const date = Date.parse(asctime ? `${text} GMT` : text);
  return Number.isNaN(date) ? undefined : date;
}

/** Weak comparison (RFC 9110 §8.8.3.2) of a list of entity tags, or `*`, with a current one. */
function matchesAny(list: string, etag: string): boolean {
  if (list.trim() === "*") return true;
  const opaque = etag.replace(/^W\//, "");
  return [...list.matchAll(/"[^"]*"/g)].some(([tag]) => tag === opaque);
}
