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
  const date = Date.parse(since);
  return !Number.isNaN(date) && validators.lastModified <= date;
}

/** Weak comparison (RFC 9110 §8.8.3.2) of a list of entity tags, or `*`, with a current one. */
function matchesAny(list: string, etag: string): boolean {
  if (list.trim() === "*") return true;
  const opaque = etag.replace(/^W\//, "");
  return [...list.matchAll(/"[^"]*"/g)].some(([tag]) => tag === opaque);
}
