import { constants } from "node:http2";
import { errorOf, systemCode } from "../errors.js";
import { isExhausted } from "../files/file.js";
import type { Delivery } from "../delivery/history.js";
import { isOver, type Exchange } from "./http/exchange.js";
import { countReset } from "./listen/connection.js";
import { track, untrack } from "./listen/connections.js";
import { sendError } from "./http/error-page.js";
import { answer } from "./pipeline.js";
import type { RequestRecord } from "./request-record.js";
import type { Site } from "./context.js";

type RecordListener = ((record: RequestRecord) => void) | undefined;

/**
 * Sees each request through from its arrival to the end of its response and of
 * all that went with it, and tells of it. Never throws: whatever goes wrong
 * stays with that one request.
 */
export function requestHandler(site: Site, onRequest: RecordListener) {
  return (exchange: Exchange) => void answerRequest(site, exchange, beginRequest(site, exchange, onRequest));
}

/** Takes note of a request until it has ended. With nobody to tell, there is nothing to remember of it. */
export function beginRequest(site: Site, exchange: Exchange, onRequest: RecordListener): Observed | undefined {
  const { connection } = exchange;
  const observed = onRequest === undefined ? undefined : new Observed(site, exchange, onRequest);
  const ended = site.connections.begin(connection);
  track(connection, exchange);
  const seen = site.traffic?.arrived(exchange);
  site.inspector?.arrived(exchange);
  exchange.whenClosed(() => {
    if ((exchange.stream?.rstCode ?? 0) !== 0) countReset(connection);
    untrack(connection, exchange);
    ended();
    seen?.ended(exchange.status, exchange.sent);
    if (exchange.inspected !== undefined) site.inspector?.closed(exchange);
    observed?.closed();
  });
  return observed;
}

/** Answers a request, or leaves it: `isLeft` then says so. A promise where there was something to wait for. */
export function answerRequest(
  site: Site,
  exchange: Exchange,
  observed: Observed | undefined,
): Promise<void> | undefined {
  try {
    const answered = answer(site, exchange);
    if (answered instanceof Promise) return whenAnswered(site, exchange, answered, observed);
    isAnswered(site, exchange, answered, observed);
  } catch (error) {
    isFailed(site, exchange, error, observed);
  }
  return undefined;
}

/** The same for an answer that is on its way. */
export async function whenAnswered(
  site: Site,
  exchange: Exchange,
  answered: Promise<Delivery | undefined>,
  observed: Observed | undefined,
): Promise<void> {
  try {
    isAnswered(site, exchange, await answered, observed);
  } catch (error) {
    isFailed(site, exchange, error, observed);
  }
}

function isAnswered(
  site: Site,
  exchange: Exchange,
  delivery: Delivery | undefined,
  observed: Observed | undefined,
): void {
  if (exchange.isLeft) return;
  discardContent(exchange);
  if (exchange.inspected !== undefined) site.inspector?.answered(exchange, delivery);
  observed?.answered(delivery);
}

function isFailed(site: Site, exchange: Exchange, error: unknown, observed: Observed | undefined): void {
  const hasFailed = fail(site, exchange, error);
  if (exchange.inspected !== undefined) site.inspector?.answered(exchange, undefined);
  observed?.answered(undefined, hasFailed);
}

/** One request that is told of. It is over when it has been answered, and the response has ended. */
export class Observed {
  readonly #site: Site;
  readonly #exchange: Exchange;
  readonly #onRequest: (record: RequestRecord) => void;
  #duration: number | undefined;
  #isAnswered = false;
  #hasFailed = false;
  #delivery: Delivery | undefined;

  constructor(site: Site, exchange: Exchange, onRequest: (record: RequestRecord) => void) {
    this.#site = site;
    this.#exchange = exchange;
    this.#onRequest = onRequest;
  }

  /** @param hasFailed its response was broken off */
  answered(delivery: Delivery | undefined, hasFailed = false): void {
    this.#delivery = delivery;
    this.#hasFailed = hasFailed;
    this.#isAnswered = true;
    if (this.#duration !== undefined) this.#tell(this.#duration);
  }

  closed(): void {
    this.#duration = performance.now() - this.#exchange.arrived;
    if (this.#isAnswered) this.#tell(this.#duration);
  }

  #tell(duration: number): void {
    try {
      this.#onRequest(recordOf(this.#exchange, duration, this.#delivery, this.#hasFailed));
    } catch (error) {
      report(this.#site, error);
    }
  }
}

/**
 * A client that still sends what nobody reads is told to stop: over HTTP/2 by
 * a reset without error (RFC 9113 §8.1). Node does the like for HTTP/1.1. A
 * request that is refused counts as one that the client has reset itself;
 * a route may well answer before it has the content.
 */
function discardContent({ stream, connection, status }: Exchange): void {
  if (stream === undefined || stream.endAfterHeaders || stream.readableEnded || stream.destroyed) return;
  stream.resume();
  // Since Node 26.9 a reset in the same turn overtakes a response that is fields alone.
  setImmediate(() => {
    if (status >= 400 && !stream.readableEnded) countReset(connection);
    stream.close(constants.NGHTTP2_NO_ERROR);
  });
}

/** What a stream says of a client that went away, and a route whose `request.signal` told it so. */
const gone = new Set([
  "ABORT_ERR",
  "ECANCELED",
  "ECONNRESET",
  "EPIPE",
  "ERR_STREAM_DESTROYED",
  "ERR_STREAM_PREMATURE_CLOSE",
  "ERR_STREAM_WRITE_AFTER_END",
]);

/**
 * A client that went away is no error; anything else is told, and answered 500 if nothing has been sent yet.
 *
 * @returns whether its response is broken off
 */
function fail(site: Site, exchange: Exchange, error: unknown): boolean {
  const { responseBody, stream } = exchange;
  const ended = isOver(exchange);
  if (ended && isGone(error)) return false;
  report(site, error);
  const isBegun = exchange.status !== 0;
  if (ended) return isBegun;
  if (!isBegun && sendFailure(site, exchange, error)) return false;
  if (stream !== undefined) stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  else responseBody.destroy();
  return true;
}

/** Whether that could be said: what others have set for the response may be what is wrong with it. */
function sendFailure(site: Site, exchange: Exchange, error: unknown): boolean {
  try {
    if (isExhausted(error)) {
      sendError(exchange, 503, "The server has too many files open.", { "retry-after": "1" });
    } else sendError(exchange, 500, "The server could not answer this request; its log says why.");
    return true;
  } catch (again) {
    report(site, again);
    return false;
  }
}

const report = (site: Site, error: unknown) => site.report(errorOf(error));

function isGone(error: unknown): boolean {
  const code = systemCode(error) ?? "";
  return gone.has(code) || code.startsWith("ERR_HTTP2_") || (error instanceof Error && error.name === "AbortError");
}

/** @param duration milliseconds since it arrived */
function recordOf(
  exchange: Exchange,
  duration: number,
  delivery: Delivery | undefined,
  failed: boolean,
): RequestRecord {
  const { method, authority, target, httpVersion, status, bytes, responseBody, stream, begun, arrived, fields } =
    exchange;
  return {
    time: Math.round(Date.now() - duration),
    remoteAddress: exchange.connection.remoteAddress,
    method,
    authority,
    target,
    httpVersion,
    status,
    firstByte: begun === 0 ? undefined : begun - arrived,
    duration,
    bytes,
    aborted: !failed && (!responseBody.writableFinished || stream?.aborted === true),
    failed,
    referer: fields.referer,
    userAgent: fields["user-agent"],
    delivery,
  };
}
