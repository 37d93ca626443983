import { randomBytes } from "node:crypto";
import { isIPv6 } from "node:net";
import type { OutgoingHttpHeaders } from "node:http";
import type { Exchange } from "../../http/exchange.js";
import { dispositionFirst } from "../../http/http1-exchange.js";
import { endToEnd } from "./hop-by-hop.js";
import type { ProxyRule } from "../proxy-rule.js";
import { quotedString } from "../../../io/text/quoted-string.js";

/** What the fields of a request are made from. */
export type ForwardedRequest = Pick<Exchange, "httpVersion" | "authority" | "fields">;

export interface ForwardOptions {
  /** The client's address; undefined when nobody knows it. */
  readonly client: string | undefined;
  /** The name under which this server passes requests on. */
  readonly pseudonym: string;
  /** `authorization` was meant for this server, and is nothing to the upstream. */
  readonly protectedByUs: boolean;
  /** There is a content. */
  readonly content: boolean;
  /** The client wants to go on as a WebSocket. */
  readonly webSocket: boolean;
}

/**
 * The fields that the upstream gets: the client's own, of another host, and
 * with what they no longer tell there (`forwarded`, RFC 7239, and its
 * forerunners, which most frameworks read).
 */
export function requestFields(
  request: ForwardedRequest,
  { upstream }: ProxyRule,
  { client, pseudonym, protectedByUs, content, webSocket }: ForwardOptions,
): OutgoingHttpHeaders {
  // 100 (Continue) is between us and the client.
  const { authorization, expect: _expect, ...fields } = endToEnd(request.fields);
  const via = `${request.httpVersion === "2" ? "2.0" : "1.1"} ${pseudonym}`;
  return dispositionFirst({
    ...fields,
    host: upstream.host,
    ...(typeof authorization === "string" && !protectedByUs ? { authorization } : {}),
    ...forwarded(request, client),
    via: joined(fields["via"], via),
    ...(content && fields["content-length"] === undefined ? { "transfer-encoding": "chunked" } : {}),
    ...(takesTrailers(request) ? { connection: "TE", te: "trailers" } : {}),
    ...(webSocket ? handshake(request) : {}),
  });
}

/** Upstreams are asked over HTTP/1.1, whose handshake has a key; that of HTTP/2 has none (RFC 8441 §5). */
function handshake({ fields }: ForwardedRequest): OutgoingHttpHeaders {
  const key = fields["sec-websocket-key"] ?? randomBytes(16).toString("base64");
  return { connection: "Upgrade", upgrade: "websocket", "sec-websocket-key": key };
}

/** The same request for all of a response: the copy that the client has may be another one. */
export function unconditional({ httpVersion, authority, fields: given }: ForwardedRequest): ForwardedRequest {
  const fields = { ...given };
  for (const name of ["if-none-match", "if-modified-since", "if-range", "range"]) delete fields[name];
  return { httpVersion, authority, fields };
}

/** Fields behind the content reach clients of HTTP/2 (RFC 9110 §10.1.4); some upstreams send them only when asked. */
const takesTrailers = ({ httpVersion, fields: { te } }: ForwardedRequest) => httpVersion === "2" && te === "trailers";

function forwarded({ authority, fields }: ForwardedRequest, address: string | undefined): OutgoingHttpHeaders {
  const node = address === undefined ? "unknown" : isIPv6(address) ? `"[${address}]"` : address;
  const host = authority === "" ? "" : `;host=${tokenOrQuoted(authority)}`;
  return {
    forwarded: joined(fields["forwarded"], `for=${node}${host};proto=https`),
    ...(address === undefined ? {} : { "x-forwarded-for": joined(fields["x-forwarded-for"], address) }),
    ...(authority === "" ? {} : { "x-forwarded-host": authority }),
    "x-forwarded-proto": "https",
  };
}

const joined = (before: string | string[] | undefined, value: string) => [before ?? [], value].flat().join(", ");

/** A token as it is, anything else as a quoted string (RFC 7239 §4). */
const tokenOrQuoted = (text: string) => (/^[\w.-]+$/.test(text) ? text : quotedString(text));

/** Whether the request has been passed on by the server of that pseudonym before: it would go round for ever. */
export function isLoop(via: string | string[] | undefined, pseudonym: string): boolean {
  return [via ?? []].flat().some((value) => value.split(/[\s,]+/).includes(pseudonym));
}
