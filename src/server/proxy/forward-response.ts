import { ServerResponse, type OutgoingHttpHeaders } from "node:http";
import type { Delivery } from "../../delivery/history.js";
import { writePieces } from "../../files/write-pieces.js";
import { EarlyHints, hintedFreshness, isField } from "../page-delivery/early-hints.js";
import { sendError } from "../http/error-page.js";
import { isConnect, type Exchange, type Upgrade } from "../http/exchange.js";
import { deliverAnswer } from "../page-delivery/deliver-answer.js";
import type { ReadyPage } from "../page-delivery/deliver-page.js";
import type { Site } from "../context.js";
import type { PassedPage } from "../live-reload/live.js";
import { canDecode, decoded } from "./decode-body.js";
import { ask, type Question, type UpstreamAnswer } from "./upstream-request.js";
import { noWebSocket, UpstreamFailure } from "./upstream-error.js";
import { sendHead } from "../http/send-head.js";
import { piecesOf } from "./forward-body.js";
import { endToEnd } from "./fields/hop-by-hop.js";
import { responseFields, type ProxiedFields } from "./fields/response-fields.js";
import type { ProxyRule, Upstream } from "./proxy-rule.js";
import { tunnel } from "./websocket-tunnel.js";

/** Answers a request with what the upstream says to it, or with 502 or 504 and the reason. */
export async function answerFromUpstream(
  site: Site,
  rule: ProxyRule,
  question: Omit<Question, "onHint">,
): Promise<Delivery | undefined> {
  const { exchange } = question;
  const hints = new EarlyHints(exchange, site);
  const onHint = (link: string) => void (isField(link) && hints.send(link));
  try {
    const answer = await hints.whileSlow(ask({ ...question, onHint }));
    return await passOn(site, rule, exchange, answer);
  } catch (error) {
    return fail(site, exchange, error);
  }
}

/** A client that went away needs no answer, and one that has a part of it already was reset. */
function fail(site: Site, exchange: Exchange, error: unknown): undefined {
  const { method, target, responseBody, requestBody, status } = exchange;
  if (!(error instanceof UpstreamFailure)) throw error;
  if (status === 0 && (responseBody.destroyed || responseBody.closed || requestBody.readableAborted)) return undefined;
  site.notice(`${method} ${target}: ${error.message}`);
  if (status === 0) sendError(exchange, error.status, error.message);
}

async function passOn(
  site: Site,
  rule: ProxyRule,
  exchange: Exchange,
  answer: UpstreamAnswer,
): Promise<Delivery | undefined> {
  const { request, response, idleTimeout, upgrade } = answer;
  const { statusCode: status = 502, headers } = response;
  const proxied = responseFields(rule, { status, received: headers, authority: exchange.authority });
  if (upgrade !== undefined && exchange.upgrade !== undefined) {
    return openTunnel(site, exchange, { client: exchange.upgrade, upstream: upgrade, fields: proxied.fields });
  }
  try {
    if (isConnect(exchange.fields) && status < 300) throw noWebSocket(rule.upstream);
    return await passResponse(site, exchange, { ...proxied, status, answer, upstream: rule.upstream });
  } finally {
    idleTimeout.end();
    // Its connection can't be used again with a part of a message on it.
    if (!response.complete || !request.writableFinished) request.destroy();
  }
}

interface Tunnel {
  readonly client: Upgrade;
  readonly upstream: Upgrade;
  /** Of the upstream's 101. */
  readonly fields: OutgoingHttpHeaders;
}

/** Goes on as a WebSocket: over HTTP/2 the stream does, which is then open until it ends (RFC 8441 §5). */
async function openTunnel(site: Site, exchange: Exchange, { client, upstream, fields }: Tunnel): Promise<undefined> {
  if (!isConnect(exchange.fields)) {
    exchange.writeHead(101, { ...fields, connection: "Upgrade", upgrade: "websocket" }, true);
    tunnel(exchange, client, upstream, site.closing);
    return undefined;
  }
  const { "sec-websocket-accept": _accept, ...others } = fields;
  exchange.writeHead(200, others, false);
  const closed = new Promise<void>((resolve) => client.socket.once("close", () => resolve()));
  tunnel(exchange, client, upstream, site.closing);
  await site.connections.idly(exchange.connection, () => closed);
}

interface PassedResponse extends ProxiedFields {
  readonly status: number;
  readonly answer: UpstreamAnswer;
  readonly upstream: Upstream;
}

function passResponse(site: Site, exchange: Exchange, passed: PassedResponse): Promise<Delivery | undefined> {
  const { status, link, length, fields } = passed;
  const scripted = site.live?.passed(exchange, passed, canDecode);
  const send = sender(site, exchange, passed, scripted);
  const integrityPolicy = fields["integrity-policy"]?.toString();
  const bytes = scripted === undefined ? length : undefined;
  return deliverAnswer(site, exchange, fields, { status, bytes, link, integrityPolicy, send });
}

function sender(
  site: Site,
  exchange: Exchange,
  { status, fields: received, endless, answer, upstream }: PassedResponse,
  scripted: PassedPage | undefined,
): ReadyPage["send"] {
  const fields = scripted?.fields ?? received;
  const { response, idleTimeout } = answer;
  const bare = exchange.method === "HEAD" || status === 204 || status === 304;
  const fresh = fields["cache-control"] === undefined ? hintedFreshness(exchange) : undefined;
  // Only behind a content in chunks there can be any (RFC 9112 §7.1.2).
  const chunked = !bare && response.headers["transfer-encoding"] !== undefined;
  const trailers = chunked ? () => endToEnd(response.trailers, response.headers.connection) : undefined;
  return async (extra: OutgoingHttpHeaders, progress) => {
    exchange.writeHead(status, { ...fresh, ...fields, ...extra }, bare, trailers);
    if (bare) return void response.resume();
    // Its content may be long in coming: an event stream is open from here on.
    if (exchange.responseBody instanceof ServerResponse) sendHead(exchange.responseBody);
    if (endless) idleTimeout.end();
    const ends = { upstream, client: exchange.responseBody, closing: endless ? site.closing : undefined };
    const pieces = piecesOf(answer, ends);
    const content = scripted?.through(decoded(pieces, received["content-encoding"] ?? "", upstream)) ?? pieces;
    const write = () => writePieces(content, exchange, progress);
    await (endless ? site.connections.idly(exchange.connection, write) : write());
  };
}
