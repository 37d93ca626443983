import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import { constants, type ServerHttp2Stream } from "node:http2";
import type { Duplex, Readable, Writable } from "node:stream";
import { readPriority } from "../delivery/priority.js";
import { pushEnabled, waitsAlone, type Connection } from "./connection.js";
import { NEGLIGIBLE, type Writer } from "../delivery/write-queue.js";
import type { RouteContext } from "./route.js";

/** One request, and the means to answer it: the same over both versions of HTTP. */
export interface Exchange {
  readonly httpVersion: "2" | "1.1";
  readonly connection: Connection;
  /** When it arrived (`performance.now()`). */
  readonly arrived: number;
  readonly method: string;
  /** Origin-form request target: path and query, as on the wire. */
  readonly target: string;
  /** That of the target URI: `:authority`, or of an absolute-form target, or `host`; "" when there is none. */
  readonly authority: string;
  readonly fields: IncomingHttpHeaders;
  /** The content of the request. */
  readonly content: Readable;
  /** Where the content of the response goes. */
  readonly body: Writable;
  /** The stream over HTTP/2: what a push is promised on. */
  readonly stream: ServerHttp2Stream | undefined;
  readonly pushEnabled: boolean;
  /** The connection of a client that wants to go on as a WebSocket (RFC 6455 §4.1), over HTTP/1.1. */
  readonly upgrade: Upgrade | undefined;
  /** Content bytes that the client has taken. */
  readonly bytes: number;
  /** Counts content bytes. */
  progress(bytes: number): void;
  /** Status of the final response; 0 until it has been sent. */
  readonly status: number;
  /** Called when the response has ended, or its client has gone. */
  onClosed: (() => void) | undefined;
  /** When the final response began (`performance.now()`); 0 until then. */
  readonly begun: number;
  /** Gives the final response its last touch, whoever answers. Set before anything is sent. */
  dress: Dress | undefined;
  /** Sends status and fields; with `end`, nothing follows them. Does nothing when the client has gone. */
  head(status: number, fields: OutgoingHttpHeaders, end: boolean): void;
  /**
   * Whether a content may be sent at once, and is then begun: false when it
   * has to wait for its turn among the responses of the connection.
   */
  mayEnd(bytes: number): boolean;
  /** Sends the whole content at once, after `mayEnd`, and counts it when it has gone. */
  end(content: Buffer): void;
  /** Waits until so many bytes may be written; what it resolves with is called when they were taken. */
  admit(bytes: number): Promise<() => void>;
  /** Lets no other response of the same urgency in between, whatever the client says of it. */
  sendWhole(): void;
}

/** A connection that leaves HTTP after a 101, and the first bytes behind the request. */
export interface Upgrade {
  readonly socket: Duplex;
  readonly head: Buffer;
}

/** The fields that a final response goes out with, from those that whoever answers has given it. */
export type Dress = (status: number, fields: OutgoingHttpHeaders) => OutgoingHttpHeaders;

export function http2Exchange(
  stream: ServerHttp2Stream,
  fields: IncomingHttpHeaders,
  connection: Connection,
): Exchange {
  return new Http2Exchange(stream, fields, connection);
}

export function http1Exchange(
  request: IncomingMessage,
  response: ServerResponse,
  connection: Connection,
  upgrade?: Upgrade,
): Exchange {
  return new Http1Exchange(request, response, connection, upgrade);
}

/** What is too small to wait for a turn, and has none to end: an event of a stream. */
const NO_TURN: Promise<() => void> = Promise.resolve(() => undefined);

const ENDS = { endStream: true };
const GOES_ON = { endStream: false };

/** Fields with their pseudo-header field. Those of a file are the same objects each time, and joined once. */
const joined = new WeakMap<OutgoingHttpHeaders, OutgoingHttpHeaders>();

function withStatus(status: number, fields: OutgoingHttpHeaders): OutgoingHttpHeaders {
  const known = joined.get(fields);
  if (known !== undefined && known[constants.HTTP2_HEADER_STATUS] === status) return known;
  const all = { [constants.HTTP2_HEADER_STATUS]: status, ...fields };
  joined.set(fields, all);
  return all;
}

/** A class: its parts are made once, not for each request. */
class Http2Exchange implements Exchange {
  readonly httpVersion = "2";
  readonly connection: Connection;
  readonly arrived = performance.now();
  readonly method: string;
  readonly target: string;
  readonly authority: string;
  readonly fields: IncomingHttpHeaders;
  readonly content: Readable;
  readonly body: Writable;
  readonly stream: ServerHttp2Stream;
  onClosed: (() => void) | undefined;
  readonly upgrade = undefined;
  dress: Dress | undefined;
  begun = 0;
  readonly #arrival: number;
  /** To be called when a content that was sent at once was taken. */
  #taken: (() => void) | undefined;
  #writer: Writer | undefined;
  #bytes = 0;
  #last = 0;

  constructor(stream: ServerHttp2Stream, fields: IncomingHttpHeaders, connection: Connection) {
    this.connection = connection;
    this.method = String(fields[constants.HTTP2_HEADER_METHOD] ?? "");
    this.target = String(fields[constants.HTTP2_HEADER_PATH] ?? "");
    this.authority = String(fields[constants.HTTP2_HEADER_AUTHORITY] ?? fields.host ?? "");
    this.fields = fields;
    this.content = stream;
    this.body = stream;
    this.stream = stream;
    this.#arrival = connection.writes.arrive();
    // One listener for all: on a small response, each costs as much as a field. Node keeps a closed stream for a
    // while, and with a listener that stays on it all of this.
    stream.once("close", () => {
      this.#taken?.();
      this.onClosed?.();
    });
  }

  get pushEnabled(): boolean {
    return pushEnabled(this.stream);
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

  head(status: number, fields: OutgoingHttpHeaders, end: boolean): void {
    const { stream } = this;
    if (stream.destroyed || stream.closed) return;
    this.begun = performance.now();
    const { dress } = this;
    stream.respond(withStatus(status, dress === undefined ? fields : dress(status, fields)), end ? ENDS : GOES_ON);
  }

  mayEnd(bytes: number): boolean {
    // To take part in the queue costs as much as to answer (measured with 11 bytes).
    if (bytes <= NEGLIGIBLE) return true;
    this.#taken = this.connection.writes.admitNow(this.#asWriter(), bytes);
    return this.#taken !== undefined;
  }

  end(content: Buffer): void {
    this.#last = content.length;
    this.stream.end(content);
  }

  admit(bytes: number): Promise<() => void> {
    return bytes <= NEGLIGIBLE ? NO_TURN : this.connection.writes.admit(this.#asWriter(), bytes);
  }

  sendWhole(): void {
    const writer = this.#asWriter();
    this.#writer = { ...writer, priority: { ...writer.priority, incremental: false } };
  }

  #asWriter(): Writer {
    return (this.#writer ??= {
      priority: readPriority(typeof this.fields["priority"] === "string" ? this.fields["priority"] : undefined),
      arrival: this.#arrival,
      waitsAlone: () => waitsAlone(this.connection, this.stream, this.bytes),
    });
  }
}

class Http1Exchange implements Exchange {
  readonly httpVersion = "1.1";
  readonly connection: Connection;
  readonly arrived = performance.now();
  readonly method: string;
  readonly target: string;
  readonly authority: string;
  readonly fields: IncomingHttpHeaders;
  readonly content: Readable;
  readonly body: Writable;
  readonly stream = undefined;
  readonly pushEnabled = false;
  onClosed: (() => void) | undefined;
  readonly upgrade: Upgrade | undefined;
  dress: Dress | undefined;
  begun = 0;
  readonly #response: ServerResponse;
  #bytes = 0;
  #last = 0;

  constructor(request: IncomingMessage, response: ServerResponse, connection: Connection, upgrade?: Upgrade) {
    const url = request.url ?? "";
    this.connection = connection;
    this.method = request.method ?? "";
    this.target = originForm(url);
    this.authority = authorityIn(url) ?? request.headers.host ?? "";
    this.fields = request.headers;
    this.content = request;
    this.body = response;
    this.upgrade = upgrade;
    this.#response = response;
    response.on("close", () => this.onClosed?.());
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

  head(status: number, fields: OutgoingHttpHeaders, end: boolean): void {
    const response = this.#response;
    if (response.destroyed) return;
    this.begun = performance.now();
    response.writeHead(status, this.dress?.(status, fields) ?? fields);
    if (end) response.end();
  }

  mayEnd(): boolean {
    return true;
  }

  end(content: Buffer): void {
    this.#last = content.length;
    this.#response.end(content);
  }

  /** Over HTTP/1.1 one response follows the other anyway. */
  admit(): Promise<() => void> {
    return NO_TURN;
  }

  sendWhole(): void {
    // Nothing can go in between.
  }
}

/** Aborted when the client goes away, or has its response. */
export function goneSignal({ body }: Exchange): AbortSignal {
  const gone = new AbortController();
  body.once("close", () => gone.abort());
  return gone.signal;
}

/** What a route is told of an exchange. */
export function contextOf(
  exchange: Pick<Exchange, "httpVersion" | "connection" | "pushEnabled">,
  earlyHints: RouteContext["earlyHints"],
): RouteContext {
  const { httpVersion, connection, pushEnabled } = exchange;
  return { httpVersion, connection: connection.id, pushEnabled, deliveries: connection.history.deliveries, earlyHints };
}

const ABSOLUTE_FORM = /^https?:\/\/([^/?#]*)/i;

/** A client may send the absolute form (RFC 9112 §3.2.2); a server has to take it, and not the `host` beside it. */
function originForm(target: string): string {
  if (target.startsWith("/")) return target;
  const rest = target.replace(ABSOLUTE_FORM, "");
  return rest === "" || (rest !== target && rest.startsWith("?")) ? `/${rest}` : rest;
}

const authorityIn = (target: string) => (target.startsWith("/") ? undefined : ABSOLUTE_FORM.exec(target)?.[1]);
