import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";

/** Fields of a request that change what it gets, or that no preload sends. */
const OWN_FIELDS = [
  "authorization",
  "range",
  "rsc",
  "next-router-state-tree",
  "next-router-prefetch",
  "x-requested-with",
  "sec-purpose",
  "purpose",
] as const;

/** Whether a request is one that a browser makes for a page by itself, so that a preload can stand for it. */
export function isPlain(fields: IncomingHttpHeaders): boolean {
  if (OWN_FIELDS.some((name) => fields[name] !== undefined)) return false;
  // What `fetch()` is told to accept, a preload does not say.
  return fields["sec-fetch-dest"] !== "empty" || fields.accept === undefined || fields.accept === "*/*";
}

/**
 * Whether a response may be announced to others: one that a shared cache may
 * store (RFC 9111 §3), that is the same whoever asks, and that is part of a page.
 *
 * @param fields of the response as it was sent
 */
export function isShared(status: number, fields: OutgoingHttpHeaders, destination: string): boolean {
  if (status !== 200 && status !== 304) return false;
  if (fields["set-cookie"] !== undefined) return false;
  if (/\b(?:private|no-store)\b/i.test(textOf(fields["cache-control"]))) return false;
  if (/\*|(?<![\w-])(?:cookie|authorization)(?![\w-])/i.test(textOf(fields["vary"]))) return false;
  const type = textOf(fields["content-type"]);
  // A page that a script fetches is the next one, fetched ahead.
  return (
    !/^text\/event-stream/i.test(type) && !(destination === "empty" && /^(?:text\/html|application\/xhtml)/i.test(type))
  );
}

/** Whether a response says itself that a shared cache may store it. */
export function isPublic(fields: OutgoingHttpHeaders): boolean {
  return /\b(?:public|s-maxage=[1-9]|max-age=[1-9])/i.test(textOf(fields["cache-control"]));
}

const textOf = (value: OutgoingHttpHeaders[string]) => (value === undefined ? "" : String(value));
