import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";
import type { ServerHttp2Stream } from "node:http2";
import type { Duplex, Readable, Writable } from "node:stream";
import type { Connection, Taken } from "../listen/connection.js";
import type { Writer } from "../../delivery/scheduler.js";
import type { RequestRules } from "../middleware/request-rules.js";
import type { InspectedRecord } from "../../inspect/loads/observed.js";
import type { PageNeeds } from "../../scanner/types.js";
import type { RouteContext } from "../routes/route.js";

/** One request, and the means to answer it: the same over both versions of HTTP. */
export interface Exchange extends Taken {
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
  readonly requestBody: Readable;
  /** Where the content of the response goes. */
  readonly responseBody: Writable;
  /** The stream over HTTP/2: what a push is promised on. */
  readonly stream: ServerHttp2Stream | undefined;
  readonly pushEnabled: boolean;
  /** What writes to that stream, for those who put writers in order. */
  readonly writer: Writer | undefined;
  /** What a client wants to go on with as a WebSocket: over HTTP/1.1 its connection (RFC 6455 §4.1), over HTTP/2 the stream (RFC 8441 §4). */
  readonly upgrade: Upgrade | undefined;
  /** Counts content bytes. */
  progress(bytes: number): void;
  /** Status of the final response; 0 until it has been sent. */
  readonly status: number;
  /** Fields of the final response; none until it has been sent. */
  readonly sent: OutgoingHttpHeaders;
  /** Calls back when the response has ended, or its client has gone. */
  whenClosed(closed: () => void): void;
  /** When the final response began (`performance.now()`); 0 until then. */
  readonly begun: number;
  /** What the rules of the site say to it. Set before anything is sent, as is what follows. */
  rules: RequestRules;
  /** Nothing was sent: whoever the site is mounted in answers. */
  isLeft: boolean;
  /** Values of `Content-Security-Policy` that others have given the response before. */
  policies: readonly string[];
  /** The `Link` field of the 103 that went ahead of the response. */
  hinted: string | undefined;
  /** What the page goes with that it asks for, when that is decided. */
  pageNeeds: PageNeeds | undefined;
  /** What is told of it to those who look (`--inspect`); undefined where nobody does. */
  inspected: InspectedRecord | undefined;
  /** Gives the final response its last touch, whoever answers. */
  transformHeaders: Transform | undefined;
  /**
   * Sends status and fields; with `end`, nothing follows them. Does nothing when the client has gone.
   *
   * @param trailers asked, over HTTP/2, for the fields behind the content when that has been sent (RFC 9110 §6.5)
   */
  writeHead(status: number, fields: OutgoingHttpHeaders, end: boolean, trailers?: () => OutgoingHttpHeaders): void;
  /**
   * Whether a content may be sent at once, and is then begun: false when it
   * has to wait for its turn among the responses of the connection.
   */
  mayBuffer(bytes: number): boolean;
  /** Sends the whole content at once, after `mayBuffer`, and counts it when it has gone. */
  sendBuffered(content: Buffer): void;
  /** Waits until so many bytes may be written; what it resolves with is called when they were taken. */
  reserve(bytes: number): Promise<() => void>;
  /** Lets no other response of the same urgency in between, whatever the client says of it. */
  forceNonIncremental(): void;
}

/** What leaves HTTP after a 101, or over HTTP/2 after a 200, and the first bytes behind the request. */
export interface Upgrade {
  readonly socket: Duplex;
  readonly head: Buffer;
}

/** The fields that a final response goes out with, from those that whoever answers has given it. */
export type Transform = (status: number, fields: OutgoingHttpHeaders) => OutgoingHttpHeaders;

/** A request, a promised one too, as those see it who change the fields of its response. */
export type TransformedRequest = Pick<Exchange, "method" | "target" | "authority" | "fields">;

/**
 * A rule of the server for the fields of every response, files, routes and
 * pushes alike: what it does to those of this request's response, or undefined
 * when it leaves them alone.
 */
export type HeaderTransform = (request: TransformedRequest) => Transform | undefined;

/** What is too small to wait for a turn, and has none to end: an event of a stream. */
export const NO_TURN: Promise<() => void> = Promise.resolve(() => undefined);

/** Leaves a request to the server that the site is mounted in. */
export function leave(exchange: Exchange): undefined {
  exchange.isLeft = true;
}

export const NO_POLICIES: readonly string[] = [];

/** Whether it is a WebSocket's handshake over HTTP/2: an extended CONNECT (RFC 8441 §5). */
export const isConnect = (fields: IncomingHttpHeaders) => fields[":protocol"] === "websocket";

/** Whether the request has a content. */
export function hasContent({ stream, fields }: Pick<Exchange, "stream" | "fields">): boolean {
  if (isConnect(fields)) return false;
  if (stream !== undefined) return !stream.endAfterHeaders;
  return fields["transfer-encoding"] !== undefined || Number(fields["content-length"] ?? 0) > 0;
}

/** Whether a request asks for HTML by name. */
export function acceptsPage({ fields }: Pick<Exchange, "fields">): boolean {
  return /(?:text\/html|application\/xhtml\+xml)/i.test(fields.accept ?? "");
}

/** A client that waits for leave to send its content gets it (RFC 9110 §10.1.1). Over HTTP/1.1 Node has said so already. */
export function goOn({ stream, fields }: Pick<Exchange, "stream" | "fields">): void {
  if (stream === undefined || stream.destroyed || fields.expect?.toLowerCase() !== "100-continue") return;
  stream.additionalHeaders({ ":status": 100 });
}

/** Whether the client has gone, or has reset the request: nothing more is done for it. */
export const isOver = ({ responseBody, stream }: Pick<Exchange, "responseBody" | "stream">) =>
  responseBody.destroyed || stream?.closed === true;

/** Aborted when the client goes away, or has its response. */
export function goneSignal(exchange: Exchange): AbortSignal {
  const gone = new AbortController();
  if (isOver(exchange)) gone.abort();
  else exchange.responseBody.once("close", () => gone.abort());
  return gone.signal;
}

/** Remembers that the connection carries this version of the target, unless it gets lost on the way. */
export async function markingSent<T>(
  { method, target, connection: { history } }: Exchange,
  etag: string | null,
  send: () => Promise<T>,
): Promise<T> {
  if (method !== "GET" || etag === null) return send();
  history.markSent(target, etag);
  try {
    return await send();
  } catch (error) {
    history.unmark(target, etag);
    throw error;
  }
}

/** What a route is told of an exchange. */
export function contextOf(
  exchange: Pick<Exchange, "httpVersion" | "connection" | "pushEnabled">,
  earlyHints: RouteContext["earlyHints"],
): RouteContext {
  const { httpVersion, connection, pushEnabled } = exchange;
  const { id, remoteAddress, history } = connection;
  return { httpVersion, connection: id, remoteAddress, pushEnabled, deliveries: history.deliveries, earlyHints };
}
