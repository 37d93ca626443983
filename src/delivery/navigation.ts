import type { IncomingHttpHeaders } from "node:http";

/** What is asked, and over which protocol. */
export interface AskedFor {
  readonly httpVersion: "2" | "1.1";
  readonly method: string;
  readonly fields: IncomingHttpHeaders;
}

/** Destinations of a request for a page that is shown within another (Fetch §2.2.5). */
export const frameDestinations = ["iframe", "frame", "fencedframe", "embed", "object"] as const;

const FRAMES: ReadonlySet<unknown> = new Set(frameDestinations);

/** Whether a request is for a page that is shown within another one. Nothing tells whether it is sandboxed there. */
export function isFramed({ fields }: Pick<AskedFor, "fields">): boolean {
  return FRAMES.has(fields["sec-fetch-dest"]);
}

/**
 * Whether a request is a navigation whose 103 (Early Hints, RFC 8297) a
 * browser reads: of a document, not of a frame, and over HTTP/2. Chromium and
 * Firefox pass over every other.
 */
export function isNavigation({ httpVersion, method, fields }: AskedFor): boolean {
  return (
    httpVersion === "2" &&
    method === "GET" &&
    fields["sec-fetch-mode"] === "navigate" &&
    fields["sec-fetch-dest"] === "document"
  );
}
