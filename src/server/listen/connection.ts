import { constants, type Http2Session, type ServerHttp2Stream } from "node:http2";
import type { Socket } from "node:net";
import type { Writable } from "node:stream";
import { TLSSocket } from "node:tls";
import { History } from "../../delivery/history.js";
import { WriteQueue } from "../../delivery/scheduler.js";
import { FloodLimits } from "./flood-limits.js";
import { unsentBytes } from "./socket-state.js";

/** What carries the requests of a client. */
export type Transport =
  | { readonly protocol: "h2"; readonly session: Http2Session; readonly socket: Socket }
  | { readonly protocol: "http/1.1"; readonly socket: Socket };

/** One client's connection: what it has carried, and how much is under way on it. */
export interface Connection {
  /** From 1, for as long as the server runs. */
  readonly id: number;
  /** Kept here, as `stream.session` is gone once a stream has closed. */
  readonly transport: Transport;
  /** The client's IP address, kept here for the same reason; undefined where there is none. */
  readonly remoteAddress: string | undefined;
  /** When it began, its handshake done (`performance.now()`). */
  readonly opened: number;
  readonly history: History;
  /** Puts what its responses write in order. */
  readonly writes: WriteQueue;
  /** Requests of the client that are not answered to the end, and promised streams. */
  open: number;
  /** Of these, event streams, WebSockets and the like, which wait for something to happen. */
  idleStreams: number;
  /** Promised streams that have not ended. */
  readonly promised: Set<ServerHttp2Stream>;
  /** Responses under way, in no order: not a set, see `WriteQueue`. */
  readonly responses: Taken[];
  /** Streams that have begun. */
  begun: number;
  /** When one began last, or it was seen to have some open (`performance.now()`). */
  activeAt: number;
  readonly floods: FloodLimits;
  /** Its client has broken the rules of HTTP/2, for which it has ended. */
  brokeRules: boolean;
}

/** What of a response tells how much of it was taken. */
export interface Taken {
  readonly responseBody: Writable;
  readonly stream: ServerHttp2Stream | undefined;
  /** It waits for the responses before it on a connection of HTTP/1.1. */
  readonly isQueued: boolean;
  /** Content bytes that the client has taken. */
  readonly bytes: number;
  /** Its place among the responses under way. */
  place: number;
}

/** How long the last word of a connection that ends in an error may take (milliseconds). */
const LAST_WORD_MS = 500;

/** How long a client that resets too often is ignored before its connection ends (milliseconds). */
const IGNORED_MS = 1000;

/** The record of a connection that has just begun. */
export function openConnection(id: number, transport: Transport): Connection {
  const opened = performance.now();
  return {
    id,
    transport,
    remoteAddress: remoteAddressOf(transport.socket),
    opened,
    history: new History(resumes(transport.socket)),
    writes: new WriteQueue(),
    open: 0,
    idleStreams: 0,
    promised: new Set(),
    responses: [],
    begun: 0,
    activeAt: opened,
    floods: new FloodLimits(),
    brokeRules: false,
  };
}

/** An IPv6 socket that takes IPv4 too maps those addresses (RFC 4291 §2.5.5.2). */
export const remoteAddressOf = ({ remoteAddress }: Socket) => remoteAddress?.replace(/^::ffff:(?=\d+\.)/i, "");

/** Whether a client goes on with a TLS session of another connection (RFC 8446 §2.2). */
const resumes = (socket: Socket) => socket instanceof TLSSocket && socket.isSessionReused();

/**
 * Counts a request that came to nothing by a reset; beyond the limit it ends
 * the connection. Not at once: nghttp2 ignores the requests behind a GOAWAY,
 * and another connection would cost far more than that.
 */
export function countReset(connection: Connection): void {
  const { floods, transport } = connection;
  if (transport.protocol !== "h2" || transport.session.destroyed || !floods.countReset()) return;
  transport.session.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM);
  setTimeout(() => end(connection), IGNORED_MS).unref();
}

/** Ends the connection of a client that sends more of something than any use of it explains (RFC 9113 §10.5). */
export function endFlood({ transport }: Connection): void {
  if (transport.protocol !== "h2" || transport.session.closed || transport.session.destroyed) return;
  transport.session.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM);
  transport.session.close();
  setImmediate(() => endSoon(transport));
}

/** Ends a session, and its socket when what it has said may have arrived. Node 20 never does the latter. */
export function endSoon({ session, socket }: Pick<Extract<Transport, { protocol: "h2" }>, "session" | "socket">): void {
  session.destroy();
  setTimeout(() => socket.destroy(), LAST_WORD_MS).unref();
}

/** How many streams may still be promised, within what the client allows to be open at once and what Node lets it cancel. */
export function pushableStreams({ transport, open, history }: Connection): number {
  if (transport.protocol !== "h2" || transport.session.destroyed) return 0;
  const limit = transport.session.remoteSettings.maxConcurrentStreams ?? Infinity;
  // Node's own client counts its requests and the reserved streams against its limit: stay below both together.
  return Math.max(0, Math.min(limit - open, history.pushesLeft));
}

/** Bytes that the client's window for the connection takes now (RFC 9113 §6.9). */
export function sendWindow({ transport }: Connection): number {
  if (transport.protocol !== "h2" || transport.session.destroyed) return 0;
  return transport.session.state.remoteWindowSize ?? 0;
}

/**
 * Whether a stream that stands still does so by itself, and not because the
 * connection takes nothing: then another can go on meanwhile.
 *
 * @param taken bytes that its client has taken
 */
export function isBlockedByStreamWindow(connection: Connection, stream: ServerHttp2Stream, taken: number): boolean {
  if (connection.transport.protocol !== "h2" || sendWindow(connection) === 0) return false;
  // With nothing to write, it waits for its own source, a slow route; a push, for the client to take one more stream.
  if (stream.writableLength === 0 || stream.state.state === RESERVED) return true;
  // Node does not tell a stream's window. What fits into the initial one is held up by the line, not by the client.
  const window = connection.transport.session.remoteSettings.initialWindowSize ?? 65_535;
  return taken + stream.writableLength > window;
}

const RESERVED = constants.NGHTTP2_STREAM_STATE_RESERVED_LOCAL;

/** Remembers a promised stream until it ends. */
export function keepPromised({ promised }: Connection, stream: ServerHttp2Stream): void {
  promised.add(stream);
  stream.once("close", () => promised.delete(stream));
}

/**
 * Takes back the promises that can't be kept any more: a client that allows
 * no stream would have them wait for ever, and one that goes away does not
 * expect them to begin.
 */
export function withdrawPromises({ promised }: Connection): void {
  for (const stream of promised) if (stream.state.state === RESERVED) stream.close(constants.NGHTTP2_CANCEL);
}

/** Ends a connection at once. Its socket too: a session that waits to write its last word would keep it. */
export function end({ transport }: Connection): void {
  if (transport.protocol === "h2") transport.session.destroy();
  transport.socket.destroy();
}

/** How long an idle client may take to close its side of the connection (milliseconds). */
export const LINGER_MS = 2000;

/** A session lets its open streams end by itself (GOAWAY, RFC 9113 §6.8); HTTP/1.1 has no such word. */
export function endIdle(connection: Connection): void {
  const { transport, open } = connection;
  if (transport.protocol === "h2") transport.session.close();
  else if (open === 0) transport.socket.end();
  if (open > 0) return;
  setTimeout(() => cutOff(connection), LINGER_MS).unref();
}

/** A request that crossed the GOAWAY is still answered, and what is on its way to a slow client arrives. */
function cutOff(connection: Connection): void {
  const { socket } = connection.transport;
  if (connection.open > 0) return;
  if (unsentBytes(socket) === 0) end(connection);
  else setTimeout(() => cutOff(connection), LINGER_MS).unref();
}
