import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";
import { Socket } from "node:net";
import { PassThrough, Readable } from "node:stream";
import { deferred } from "../io/deferred.js";
import { openConnection } from "../server/listen/connection.js";
import { NO_TURN, type Exchange } from "../server/http/exchange.js";
import { RequestState } from "../server/http/request-state.js";

/** Nobody tells on which connection a Request of Fetch came. */
const NOWHERE = new Socket();

/** Statuses whose responses have no content (Fetch §2.2.3). */
const NULL_BODY: ReadonlySet<number> = new Set([204, 205, 304]);

/** A Request of the Fetch standard, and its Response. */
export class FetchExchange extends RequestState implements Exchange {
  readonly httpVersion = "1.1";
  readonly connection = openConnection(0, { protocol: "http/1.1", socket: NOWHERE });
  readonly method: string;
  readonly target: string;
  readonly authority: string;
  readonly fields: IncomingHttpHeaders;
  readonly requestBody = Readable.from([]);
  readonly responseBody = new PassThrough();
  readonly stream = undefined;
  readonly writer = undefined;
  readonly pushEnabled = false;
  readonly upgrade = undefined;
  readonly isQueued = false;
  status = 0;
  sent: OutgoingHttpHeaders = {};
  bytes = 0;
  readonly #response = deferred<Response>();

  constructor(request: Request) {
    super();
    const { host, pathname, search } = new URL(request.url);
    this.method = request.method;
    this.target = pathname + search;
    this.authority = host;
    this.fields = Object.fromEntries(request.headers);
    this.responseBody.on("error", () => undefined);
    request.signal.addEventListener("abort", () => this.responseBody.destroy(), { once: true });
  }

  /** Resolves when its head is sent; the content comes behind it. */
  get response(): Promise<Response> {
    return this.#response.promise;
  }

  whenClosed(closed: () => void): void {
    this.responseBody.once("close", closed);
  }

  progress(more: number): void {
    this.bytes += more;
  }

  writeHead(status: number, fields: OutgoingHttpHeaders, end: boolean): void {
    this.begun = performance.now();
    this.status = status;
    this.sent = this.transformHeaders?.(status, fields) ?? fields;
    const bare = end || NULL_BODY.has(status);
    if (bare) this.responseBody.end().resume();
    const body = bare ? null : streamOf(this.responseBody);
    this.#response.resolve(new Response(body, { status, headers: headersOf(this.sent) }));
  }

  mayBuffer(): boolean {
    return true;
  }

  sendBuffered(content: Buffer): void {
    this.responseBody.end(content);
    this.bytes += content.length;
  }

  reserve(): Promise<() => void> {
    return NO_TURN;
  }

  forceNonIncremental(): void {
    // Whoever sends the Response decides.
  }
}

function streamOf(content: PassThrough): ReadableStream<Uint8Array> {
  const pieces = content.iterator();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await pieces.next();
      if (done === true) controller.close();
      else controller.enqueue(value);
    },
    cancel: () => void content.destroy(),
  });
}

function headersOf(fields: OutgoingHttpHeaders): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(fields)) {
    for (const line of value === undefined ? [] : [value].flat()) headers.append(name, String(line));
  }
  return headers;
}
