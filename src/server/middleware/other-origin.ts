import type { IncomingHttpHeaders } from "node:http";

/**
 * Whether a page of another origin has made this request, other than by a link
 * that somebody follows: a browser sends it without asking, and only keeps the
 * answer from that page (Fetch Metadata §2.4; `Origin` from browsers that have
 * no such fields, and with an `Origin` of "null" nobody knows whose page it is).
 *
 * @param authority host and port that the request names
 */
export function isFromOtherOrigin(method: string, fields: IncomingHttpHeaders, authority: string): boolean {
  const { origin, "sec-fetch-site": site, "sec-fetch-mode": mode } = fields;
  if (site !== undefined) {
    const isLink = mode === "navigate" && (method === "GET" || method === "HEAD");
    return site !== "same-origin" && site !== "none" && !isLink;
  }
  return origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== hostIn(authority));
}

/** As in an origin: in lower case, without the port of https. */
const hostIn = (authority: string) =>
  URL.canParse(`https://${authority}`) ? new URL(`https://${authority}`).host : authority;
