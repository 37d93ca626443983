import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";
import { constants, type ServerHttp2Stream } from "node:http2";
import type { Readable, Writable } from "node:stream";
import { behindOthers, readPriority, type Priority } from "../../delivery/priority.js";
import { NEGLIGIBLE_BYTES, type Sequence, type Writer } from "../../delivery/scheduler.js";
import { isBlockedByStreamWindow, type Connection } from "../listen/connection.js";
import { isConnect, NO_TURN, type Exchange, type Upgrade } from "./exchange.js";
import { RequestState } from "./request-state.js";

/** The date is ours: where Node sets it, its code for the fields of a response may never be compiled (Node 20: the key is another string each time). */
const ENDS = { endStream: true, sendDate: false };
const GOES_ON = { endStream: false, sendDate: false };
const WITH_TRAILERS = { ...GOES_ON, waitForTrailers: true };

const NOTHING = Buffer.alloc(0);

/** Fields with their pseudo-header field. Those of a file are the same objects each time, and joined once. */
const joined = new WeakMap<OutgoingHttpHeaders, OutgoingHttpHeaders>();

function withStatus(status: number, fields: OutgoingHttpHeaders, now: number): OutgoingHttpHeaders {
  let all = joined.get(fields);
  if (all?.[":status"] !== status) {
    all = { ":status": status, ...fields };
    joined.set(fields, all);
  }
  if (fields["date"] === undefined) all["date"] = httpDate(now);
  return all;
}

let text = "";
/** When the text is no longer right (`performance.now()`). */
let until = 0;

/**
 * The time of day as a field has it (RFC 9110 §5.6.7). Written once a second;
 * a clock that is set meanwhile shows in the next one.
 *
 * @param now `performance.now()`
 */
export function httpDate(now: number): string {
  if (now >= until) {
    const time = Date.now();
    text = new Date(time).toUTCString();
    until = now + 1000 - (time % 1000);
  }
  return text;
}

/** A request over HTTP/2, and the writer of its response. A class: its parts are made once, not for each request. */
export class Http2Exchange extends RequestState implements Exchange, Writer {
  readonly httpVersion = "2";
  readonly connection: Connection;
  readonly method: string;
  readonly target: string;
  readonly authority: string;
  readonly fields: IncomingHttpHeaders;
  readonly requestBody: Readable;
  readonly responseBody: Writable;
  readonly stream: ServerHttp2Stream;
  readonly upgrade: Upgrade | undefined;
  readonly isQueued = false;
  readonly arrival: number;
  sequence: Sequence | undefined;
  /** To be called when a content that was sent at once was taken. */
  #taken: (() => void) | undefined;
  #priority: Priority | undefined;
  #bytes = 0;
  #last = 0;

  /** @param target request target, where it is not that of the fields any more */
  constructor(
    stream: ServerHttp2Stream,
    fields: IncomingHttpHeaders,
    connection: Connection,
    target = String(fields[constants.HTTP2_HEADER_PATH] ?? ""),
  ) {
    super();
    this.connection = connection;
    // What is asked for is what a GET asks for over HTTP/1.1 (RFC 8441 §5).
    const isWebSocket = isConnect(fields);
    this.method = isWebSocket ? "GET" : String(fields[constants.HTTP2_HEADER_METHOD] ?? "");
    this.upgrade = isWebSocket ? { socket: stream, head: NOTHING } : undefined;
    this.target = target;
    this.authority = String(fields[constants.HTTP2_HEADER_AUTHORITY] ?? fields.host ?? "");
    this.fields = fields;
    this.requestBody = stream;
    this.responseBody = stream;
    this.stream = stream;
    this.arrival = connection.writes.arrive();
    const { heldBack } = connection.history;
    if (heldBack?.waitsFor(this.target) === true) stream.once("close", () => heldBack.sent(this.target));
  }

  whenClosed(closed: () => void): void {
    // Node keeps a closed stream for a while, and with a listener that stays on it all of this.
    this.stream.once("close", closed);
  }

  get writer(): Writer {
    return this;
  }

  get pushEnabled(): boolean {
    const { destroyed, closed, pushAllowed, session } = this.stream;
    return !destroyed && !closed && pushAllowed && session !== undefined && !session.closed && !session.destroyed;
  }

  get bytes(): number {
    return this.#bytes + (this.stream.writableFinished ? this.#last : 0);
  }

  progress(more: number): void {
    this.#bytes += more;
  }

  get status(): number {
    return Number(this.stream.sentHeaders?.[constants.HTTP2_HEADER_STATUS] ?? 0);
  }

  get sent(): OutgoingHttpHeaders {
    return this.stream.sentHeaders ?? {};
  }

  writeHead(status: number, fields: OutgoingHttpHeaders, end: boolean, trailers?: () => OutgoingHttpHeaders): void {
    const { stream } = this;
    if (stream.destroyed || stream.closed) return;
    this.begun = performance.now();
    const { begun, transformHeaders } = this;
    const transformed = transformHeaders === undefined ? fields : transformHeaders(status, fields);
    if (trailers !== undefined) stream.once("wantTrailers", () => stream.sendTrailers(trailers()));
    stream.respond(
      withStatus(status, transformed, begun),
      end ? ENDS : trailers === undefined ? GOES_ON : WITH_TRAILERS,
    );
  }

  mayBuffer(bytes: number): boolean {
    // To take part in the queue costs as much as to answer (measured with 11 bytes).
    if (bytes <= NEGLIGIBLE_BYTES) return true;
    if (this.connection.history.heldBack?.hold(this.target) !== undefined) return false;
    this.#taken = this.connection.writes.reserveNow(this, bytes);
    return this.#taken !== undefined;
  }

  sendBuffered(content: Buffer): void {
    this.#last = content.length;
    // Called too when the client has gone.
    if (this.#taken === undefined) this.stream.end(content);
    else this.stream.end(content, this.#taken);
  }

  reserve(bytes: number): Promise<() => void> {
    if (bytes <= NEGLIGIBLE_BYTES) return NO_TURN;
    const { history, writes } = this.connection;
    const held = history.heldBack?.hold(this.target);
    return held === undefined ? writes.reserve(this, bytes) : held.then(() => writes.reserve(this, bytes));
  }

  ending(bytes: number): void {
    // Small ones then go together, in few segments of TCP.
    if (bytes <= NEGLIGIBLE_BYTES) this.connection.writes.done(this);
  }

  forceNonIncremental(): void {
    this.#priority = { ...this.priority, incremental: false };
  }

  get priority(): Priority {
    return (this.#priority ??= this.#readPriority());
  }

  #readPriority(): Priority {
    const field = this.fields["priority"];
    const priority = readPriority(typeof field === "string" ? field : undefined);
    return this.connection.history.linked(this.target) ? behindOthers(priority) : priority;
  }

  isBlockedByStreamWindow(): boolean {
    return isBlockedByStreamWindow(this.connection, this.stream, this.bytes);
  }
}
