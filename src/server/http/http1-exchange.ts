import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { Readable, Writable } from "node:stream";
import type { Connection } from "../listen/connection.js";
import { NO_TURN, type Exchange, type Upgrade } from "./exchange.js";
import { RequestState } from "./request-state.js";

/** A request over HTTP/1.1, and its response. */
export class Http1Exchange extends RequestState implements Exchange {
  readonly httpVersion = "1.1";
  readonly connection: Connection;
  readonly method: string;
  readonly target: string;
  readonly authority: string;
  readonly fields: IncomingHttpHeaders;
  readonly requestBody: Readable;
  responseBody: Writable;
  readonly stream = undefined;
  readonly writer = undefined;
  readonly pushEnabled = false;
  readonly upgrade: Upgrade | undefined;
  sent: OutgoingHttpHeaders = {};
  #response: ServerResponse;
  #bytes = 0;
  #last = 0;

  /** @param url request target, where it is not that of the request any more */
  constructor(
    request: IncomingMessage,
    response: ServerResponse,
    connection: Connection,
    upgrade?: Upgrade,
    url = request.url ?? "",
  ) {
    super();
    this.connection = connection;
    this.method = request.method ?? "";
    this.target = originForm(url);
    this.authority = authorityIn(url) ?? request.headers.host ?? "";
    this.fields = request.headers;
    this.requestBody = request;
    this.responseBody = response;
    this.upgrade = upgrade;
    this.#response = response;
  }

  /** Answers by these methods of the response from now on. */
  through(response: ServerResponse): void {
    this.responseBody = response;
    this.#response = response;
  }

  whenClosed(closed: () => void): void {
    this.#response.once("close", closed);
  }

  get isQueued(): boolean {
    return this.#response.socket === null && !this.#response.destroyed && !this.#response.writableFinished;
  }

  /** Node tells only the response whose turn it is that its client has gone. */
  endQueued(): void {
    if (!this.isQueued) return;
    this.#response.destroy();
    this.#response.emit("close");
  }

  get bytes(): number {
    return this.#bytes + (this.#response.writableFinished ? this.#last : 0);
  }

  progress(more: number): void {
    this.#bytes += more;
  }

  get status(): number {
    return this.#response.headersSent ? this.#response.statusCode : 0;
  }

  writeHead(status: number, fields: OutgoingHttpHeaders, end: boolean): void {
    const response = this.#response;
    if (response.destroyed) return;
    this.begun = performance.now();
    this.sent = this.transformHeaders?.(status, fields) ?? fields;
    response.writeHead(status, dispositionFirst(this.sent));
    if (end) response.end();
  }

  mayBuffer(): boolean {
    return true;
  }

  sendBuffered(content: Buffer): void {
    this.#last = content.length;
    this.#response.end(content);
  }

  /** Over HTTP/1.1 one response follows the other anyway. */
  reserve(): Promise<() => void> {
    return NO_TURN;
  }

  forceNonIncremental(): void {
    // Nothing can go in between.
  }
}

/**
 * Behind a `content-length`, Node reads this field's bytes from 0x80 on as
 * UTF-8, and writes what then fits into one byte each.
 */
export function dispositionFirst(fields: OutgoingHttpHeaders): OutgoingHttpHeaders {
  const disposition = fields["content-disposition"];
  return disposition === undefined ? fields : { "content-disposition": disposition, ...fields };
}

/**
 * The status for a request that others could understand in another way, and
 * that is therefore neither answered nor passed on: with two hosts (RFC 9112
 * §3.2), or in a transfer coding that is not `chunked` alone (§6.1).
 */
export function refusalOf({ headers, headersDistinct }: IncomingMessage): 400 | 501 | undefined {
  if ((headersDistinct["host"]?.length ?? 0) > 1) return 400;
  const coding = headers["transfer-encoding"];
  return coding === undefined || coding.toLowerCase() === "chunked" ? undefined : 501;
}

const ABSOLUTE_FORM = /^https?:\/\/([^/?#]*)/i;

/** A client may send the absolute form (RFC 9112 §3.2.2); a server has to take it, and not the `host` beside it. */
function originForm(target: string): string {
  if (target.startsWith("/")) return target;
  const rest = target.replace(ABSOLUTE_FORM, "");
  return rest === "" || (rest !== target && rest.startsWith("?")) ? `/${rest}` : rest;
}

const authorityIn = (target: string) => (target.startsWith("/") ? undefined : ABSOLUTE_FORM.exec(target)?.[1]);
