import { constants } from "node:http2";
import { finished } from "node:stream";
import { systemCode } from "../errors.js";
import type { Delivery } from "../delivery/history.js";
import type { Exchange } from "./exchange.js";
import { answer, sendError } from "./handler.js";
import type { RequestRecord } from "./log.js";
import type { Site } from "./site.js";

/**
 * Sees one request through from its arrival to the end of its response and of
 * all that went with it, and tells of it. Never rejects: whatever goes wrong
 * stays with this one request.
 */
export async function observe(
  site: Site,
  exchange: Exchange,
  onRequest: ((record: RequestRecord) => void) | undefined,
): Promise<void> {
  const started = performance.now();
  const ended = endOf(exchange, site.connections.begin(exchange.connection));
  let delivery: Delivery | undefined;
  try {
    delivery = await answer(site, exchange);
    discardContent(exchange);
  } catch (error) {
    fail(site, exchange, error);
  }
  const { at, aborted } = await ended;
  const { method, target, httpVersion, status, bytes } = exchange;
  try {
    onRequest?.({ method, target, httpVersion, status, duration: at - started, bytes, aborted, delivery });
  } catch (error) {
    report(site, error);
  }
}

/** When, and how, the response ended. */
function endOf({ body }: Exchange, end: () => void): Promise<{ at: number; aborted: boolean }> {
  return new Promise((resolve) => {
    finished(body, { readable: false }, () => {
      end();
      resolve({ at: performance.now(), aborted: !body.writableFinished });
    });
  });
}

/**
 * A client that still sends what nobody reads is told to stop: over HTTP/2 by
 * a reset without error (RFC 9113 §8.1). Node does the like for HTTP/1.1.
 */
function discardContent({ stream }: Exchange): void {
  if (stream === undefined || stream.endAfterHeaders || stream.readableEnded || stream.destroyed) return;
  stream.resume();
  stream.close(constants.NGHTTP2_NO_ERROR);
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
  const { body, stream } = exchange;
  const ended = body.destroyed || stream?.closed === true;
  if (ended && isGone(error)) return;
  report(site, error);
  if (ended) return;
  if (exchange.status === 0) sendError(exchange, 500, "The server could not answer this request; its log says why.");
  else if (stream !== undefined) stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  else body.destroy();
}

const report = (site: Site, error: unknown) => site.report(error instanceof Error ? error : new Error(String(error)));

const isGone = (error: unknown) =>
  gone.has(systemCode(error) ?? "") || (error instanceof Error && error.name === "AbortError");
