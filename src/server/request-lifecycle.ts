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

/**
 * Sees each request through from its arrival to the end of its response and of
 * all that went with it, and tells of it. Never throws: whatever goes wrong
 * stays with that one request.
 */
export function requestHandler(site: Site, onRequest: ((record: RequestRecord) => void) | undefined) {
  return (exchange: Exchange) => handle(site, exchange, onRequest);
}

function handle(site: Site, exchange: Exchange, onRequest: ((record: RequestRecord) => void) | undefined): void {
  const { connection } = exchange;
  // With nobody to tell, there is nothing to remember of a request.
  const observed = onRequest === undefined ? undefined : new Observed(site, exchange, onRequest);
  const ended = site.connections.begin(connection);
  track(connection, exchange);
  const seen = site.traffic?.arrived(exchange);
  site.inspector?.arrived(exchange);
  try {
    const answered = answer(site, exchange);
    if (answered instanceof Promise) void whenAnswered(site, exchange, answered, observed);
    else isAnswered(site, exchange, answered, observed);
  } catch (error) {
    isFailed(site, exchange, error, observed);
  }
  exchange.whenClosed(() => {
    if ((exchange.stream?.rstCode ?? 0) !== 0) countReset(connection);
    untrack(connection, exchange);
    ended();
    seen?.ended(exchange.status, exchange.sent);
    if (exchange.inspected !== undefined) site.inspector?.closed(exchange);
    observed?.closed();
  });
}

async function whenAnswered(
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
  discardContent(exchange);
  if (exchange.inspected !== undefined) site.inspector?.answered(exchange, delivery);
  observed?.answered(delivery);
}

function isFailed(site: Site, exchange: Exchange, error: unknown, observed: Observed | undefined): void {
  fail(site, exchange, error);
  if (exchange.inspected !== undefined) site.inspector?.answered(exchange, undefined);
  observed?.answered(undefined);
}

/** One request that is told of. It is over when it has been answered, and the response has ended. */
class Observed {
  readonly #site: Site;
  readonly #exchange: Exchange;
  readonly #onRequest: (record: RequestRecord) => void;
  #duration: number | undefined;
  #isAnswered = false;
  #delivery: Delivery | undefined;

  constructor(site: Site, exchange: Exchange, onRequest: (record: RequestRecord) => void) {
    this.#site = site;
    this.#exchange = exchange;
    this.#onRequest = onRequest;
  }

  answered(delivery: Delivery | undefined): void {
    this.#delivery = delivery;
    this.#isAnswered = true;
    if (this.#duration !== undefined) this.#tell(this.#duration);
  }

  closed(): void {
    this.#duration = performance.now() - this.#exchange.arrived;
    if (this.#isAnswered) this.#tell(this.#duration);
  }

  #tell(duration: number): void {
    try {
      this.#onRequest(recordOf(this.#exchange, duration, this.#delivery));
    } catch (error) {
      report(this.#site, error);
    }
  }
}

/**
 * A client that still sends what nobody reads is told to stop: over HTTP/2 by
 * a reset without error (RFC 9113 §8.1). Node does the like for HTTP/1.1.
 */
function discardContent({ stream }: Exchange): void {
  if (stream === undefined || stream.endAfterHeaders || stream.readableEnded || stream.destroyed) return;
  stream.resume();
  // Since Node 26.9 a reset in the same turn overtakes a response that is fields alone.
  setImmediate(() => stream.close(constants.NGHTTP2_NO_ERROR));
}

/** What a stream says of a client that went away, and a route whose `request.signal` told it so. */
const gone = new Set([
  "ABORT_ERR",
  "ECONNRESET",
  "EPIPE",
  "ERR_STREAM_DESTROYED",
  "ERR_STREAM_PREMATURE_CLOSE",
  "ERR_STREAM_WRITE_AFTER_END",
]);

/** A client that went away is no error; anything else is told, and answered 500 if nothing has been sent yet. */
function fail(site: Site, exchange: Exchange, error: unknown): void {
  const { responseBody, stream } = exchange;
  const ended = isOver(exchange);
  if (ended && isGone(error)) return;
  report(site, error);
  if (ended) return;
  if (exchange.status === 0 && isExhausted(error)) {
    sendError(exchange, 503, "The server has too many files open.", { "retry-after": "1" });
  } else if (exchange.status === 0) {
    sendError(exchange, 500, "The server could not answer this request; its log says why.");
  } else if (stream !== undefined) stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  else responseBody.destroy();
}

const report = (site: Site, error: unknown) => site.report(errorOf(error));

function isGone(error: unknown): boolean {
  const code = systemCode(error) ?? "";
  return gone.has(code) || code.startsWith("ERR_HTTP2_") || (error instanceof Error && error.name === "AbortError");
}

/** @param duration milliseconds since it arrived */
function recordOf(exchange: Exchange, duration: number, delivery: Delivery | undefined): RequestRecord {
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
    aborted: !responseBody.writableFinished || stream?.aborted === true,
    referer: fields.referer,
    userAgent: fields["user-agent"],
    delivery,
  };
}
