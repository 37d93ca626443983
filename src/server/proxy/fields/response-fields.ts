import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";
import { endToEnd } from "./hop-by-hop.js";
import { relocatedCookie } from "./cookie.js";
import { relocated, relocatedLinks, relocatedRefresh } from "./location.js";
import type { ProxyRule } from "../proxy-rule.js";

/** What a client gets of an upstream's response. */
export interface ProxiedFields {
  /** `link` left out: those are delivered. */
  readonly fields: OutgoingHttpHeaders;
  readonly link: string | undefined;
  /** Of the content, when the upstream tells. */
  readonly length: number | undefined;
  /** A stream of events may be silent as long as it likes, and never ends by itself. */
  readonly endless: boolean;
}

/**
 * The fields of an upstream's response as they go on to the client.
 *
 * @param authority what the client calls this server
 */
export function responseFields(
  rule: ProxyRule,
  { status, received, authority }: { status: number; received: IncomingHttpHeaders; authority: string },
): ProxiedFields {
  const { link, ...fields } = endToEnd(received);
  // A 204 with a length is malformed over HTTP/2 (RFC 9113 §8.1.1).
  if (status === 204) delete fields["content-length"];
  const length = fields["content-length"];
  const links = typeof link === "string" ? link : link?.join(", ");
  return {
    fields: { ...fields, ...relocatedFields(rule, fields, authority) },
    link: links === undefined ? undefined : relocatedLinks(rule, links, authority),
    length: typeof length === "string" ? Number(length) : undefined,
    endless: String(fields["content-type"]).toLowerCase().startsWith("text/event-stream"),
  };
}

/** How a field that names a place at the upstream reads here. */
type Relocation = (rule: ProxyRule, value: string, authority: string) => string;

const relocations: Readonly<Record<string, Relocation>> = {
  location: relocated,
  "content-location": relocated,
  refresh: relocatedRefresh,
  "set-cookie": relocatedCookie,
};

function relocatedFields(rule: ProxyRule, fields: Record<string, string | string[]>, authority: string) {
  const moved: Record<string, string | string[]> = {};
  for (const [name, relocate] of Object.entries(relocations)) {
    const value = fields[name];
    if (typeof value === "string") moved[name] = relocate(rule, value, authority);
    else if (value !== undefined) moved[name] = value.map((each) => relocate(rule, each, authority));
  }
  return moved;
}
