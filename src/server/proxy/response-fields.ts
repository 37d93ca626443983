import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";
import { endToEnd } from "./hop-by-hop.js";
import { relocated, type ProxyRule } from "./rule.js";

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

/** The fields of an upstream's response as they go on to the client. */
export function responseFields(rule: ProxyRule, status: number, received: IncomingHttpHeaders): ProxiedFields {
  const { link, location, ...fields } = endToEnd(received);
  // A 204 with a length is malformed over HTTP/2 (RFC 9113 §8.1.1).
  if (status === 204) delete fields["content-length"];
  const length = fields["content-length"];
  return {
    fields: typeof location === "string" ? { ...fields, location: relocated(rule, location) } : fields,
    link: typeof link === "string" ? link : link?.join(", "),
    length: typeof length === "string" ? Number(length) : undefined,
    endless: String(fields["content-type"]).toLowerCase().startsWith("text/event-stream"),
  };
}
