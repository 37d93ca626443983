import { request as requestHttp, type ClientRequest, type IncomingMessage, type OutgoingHttpHeaders } from "node:http";
import { request as requestHttps } from "node:https";
import type { Duplex } from "node:stream";
import { hasSystemCode } from "../../errors.js";
import { isOver, type Exchange } from "../http/exchange.js";
import { lookup, type UpstreamConnections } from "./upstream-connections.js";
import { failureOf, timedOut } from "./upstream-error.js";
import { IdleTimeout } from "./idle-timeout.js";
import type { Upstream } from "./proxy-rule.js";
import { passContent } from "./upload-body.js";

/** What an upstream is asked, and how. */
export interface Question {
  readonly exchange: Exchange;
  readonly upstream: Upstream;
  readonly target: string;
  readonly fields: OutgoingHttpHeaders;
  readonly content: boolean;
  readonly connections: UpstreamConnections;
  /** How long the upstream may owe something (milliseconds); 0 for no limit. */
  readonly timeout: number;
  /** Takes the `link` field of a 103. */
  readonly onHint: (link: string) => void;
}

/** The upstream's final response, or its consent to speak another protocol. */
export interface UpstreamAnswer {
  readonly request: ClientRequest;
  readonly response: IncomingMessage;
  readonly idleTimeout: IdleTimeout;
  /** The connection from here on, and what came with the response. */
  readonly upgrade: { readonly socket: Duplex; readonly head: Buffer } | undefined;
}

/** Requests that may be asked a second time (RFC 9110 §9.2.2), when they have no content. */
const repeatable = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Asks the upstream. node:http's own client does it, as it tells of 1xx
 * responses, hands over the connection of an upgrade, and takes a target as it
 * was sent; so nothing has to be loaded for it.
 *
 * An upstream may end a connection in the moment in which it is used again:
 * only what may be repeated goes over one that was used before, and then once
 * more over a new one.
 *
 * @throws {UpstreamFailure}
 */
export async function ask(question: Question): Promise<UpstreamAnswer> {
  const { exchange, content } = question;
  const repeats = repeatable.has(exchange.method) && !content && exchange.upgrade === undefined;
  const first = await attempt(question, repeats);
  if (first !== "stale") return first;
  const second = await attempt(question, false);
  if (second === "stale") throw new Error("a new connection can't be stale");
  return second;
}

function attempt(question: Question, reuse: boolean): Promise<UpstreamAnswer | "stale"> {
  const { exchange, upstream, timeout, content, onHint } = question;
  return new Promise((resolve, reject) => {
    const request = open(question, reuse);
    let pending: ClientRequest | IncomingMessage = request;
    const idleTimeout = new IdleTimeout(timeout, () => pending.destroy(timedOut(upstream, timeout)));
    const gone = () => request.destroy();
    exchange.responseBody.once("close", gone);
    const failed = (error: Error) => {
      exchange.responseBody.off("close", gone);
      idleTimeout.end();
      if (reuse && !isOver(exchange) && isStale(request, error)) resolve("stale");
      else reject(failureOf(error, upstream));
    };
    const answered = (response: IncomingMessage, upgrade: UpstreamAnswer["upgrade"]) => {
      idleTimeout.reading(false);
      pending = response.on("error", () => undefined);
      // A tunnel lets what is on its way arrive before it ends.
      if (upgrade !== undefined) exchange.responseBody.off("close", gone);
      if (isFinal(response, upgrade)) resolve({ request, response, idleTimeout, upgrade });
      else request.destroy(new Error(`it answered with status ${response.statusCode}`));
    };
    request.on("response", (response) => answered(response, undefined));
    // Without a listener, Node ends a connection that is upgraded unasked, and tells nobody.
    request.on("upgrade", (response, socket, head) => {
      if (exchange.upgrade !== undefined) return answered(response, { socket, head });
      socket.destroy();
      failed(new Error("it switched protocols unasked"));
    });
    request.on("information", ({ statusCode, headers: { link } }) => {
      if (statusCode === 103 && link !== undefined) onHint([link].flat().join(", "));
    });
    request.on("error", failed);
    request.on("close", () => exchange.responseBody.off("close", gone));
    if (content) void passContent(exchange.requestBody, request, idleTimeout);
    else {
      request.end();
      idleTimeout.upload("done");
    }
  });
}

function open({ exchange, upstream, target, fields, connections }: Question, reuse: boolean): ClientRequest {
  const options = {
    hostname: upstream.hostname,
    port: upstream.port,
    method: exchange.method,
    path: target,
    headers: fields,
    setHost: false,
    agent: connections.agentFor(upstream, reuse),
    lookup,
    autoSelectFamily: true,
  };
  // What is there for development has a certificate of its own making.
  const request = upstream.secure
    ? requestHttps({ ...options, rejectUnauthorized: !upstream.local })
    : requestHttp(options);
  connections.watch(request);
  return request;
}

/** 101 is one when it was asked for; what is beyond 599 has no meaning (RFC 9110 §15). */
function isFinal({ statusCode = 0 }: IncomingMessage, upgrade: UpstreamAnswer["upgrade"]): boolean {
  return upgrade === undefined ? statusCode >= 200 && statusCode <= 599 : statusCode === 101;
}

function isStale(request: ClientRequest, error: unknown): boolean {
  return request.reusedSocket && hasSystemCode(error, "ECONNRESET", "EPIPE");
}
