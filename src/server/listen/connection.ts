import { EventEmitter, once } from "node:events";
import { constants, type ServerHttp2Session, type ServerHttp2Stream } from "node:http2";
import type { Socket } from "node:net";
import { History } from "../../delivery/history.js";
import { WriteQueue } from "../../delivery/scheduler.js";

/** What carries the requests of a client. */
export type Transport =
  | { readonly protocol: "h2"; readonly session: ServerHttp2Session; readonly socket: Socket }
  | { readonly protocol: "http/1.1"; readonly socket: Socket };

/** One client's connection: what it has carried, and how much is under way on it. */
export interface Connection {
  /** From 1, for as long as the server runs. */
  readonly id: number;
  /** Kept here, as `stream.session` is gone once a stream has closed. */
  readonly transport: Transport;
  /** The client's IP address, kept here for the same reason; undefined where there is none. */
  readonly remoteAddress: string | undefined;
  readonly history: History;
  /** Puts what its responses write in order. */
  readonly writes: WriteQueue;
  /** Requests of the client that are not answered to the end, and promised streams. */
  open: number;
  /** Of these, event streams that wait for something to happen. */
  idleStreams: number;
  /** Promised streams that have not ended. */
  readonly promised: Set<ServerHttp2Stream>;
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

/** Whether the client takes a push on this stream now. */
export function pushEnabled(stream: ServerHttp2Stream | undefined): boolean {
  if (stream === undefined || stream.destroyed) return false;
  const session = stream.session;
  return stream.pushAllowed && session !== undefined && !session.closed && !session.destroyed;
}

/** All connections of a server, from their first request to their end. Owns their records. */
export class Connections {
  readonly #all = new Set<Connection>();
  readonly #changes = new EventEmitter<{ change: [] }>();
  #last = 0;
  #draining = false;

  add(transport: Transport): Connection {
    const connection: Connection = {
      id: ++this.#last,
      transport,
      // An IPv6 socket that takes IPv4 too maps those addresses (RFC 4291 §2.5.5.2).
      remoteAddress: transport.socket.remoteAddress?.replace(/^::ffff:(?=\d+\.)/i, ""),
      history: new History(),
      writes: new WriteQueue(),
      open: 0,
      idleStreams: 0,
      promised: new Set(),
    };
    this.#all.add(connection);
    (transport.protocol === "h2" ? transport.session : transport.socket).once("close", () => {
      this.#all.delete(connection);
      this.#changes.emit("change");
    });
    // Its handshake ended after all others were told. Over HTTP/1.1 a connection is added with its first request.
    if (this.#draining && transport.protocol === "h2") endIdle(connection);
    return connection;
  }

  /** Counts a request, or a promised stream, as under way until the returned function is called. */
  begin(connection: Connection): () => void {
    connection.open++;
    let isRunning = true;
    return () => {
      if (!isRunning) return;
      isRunning = false;
      connection.open--;
      if (this.#draining) endIdle(connection);
      this.#changes.emit("change");
    };
  }

  /** Counts one of the requests under way as none that keeps the server busy, until the returned function is called. */
  markIdle(connection: Connection): () => void {
    connection.idleStreams++;
    this.#changes.emit("change");
    return () => connection.idleStreams--;
  }

  /** Whether any request is under way. */
  get busy(): boolean {
    for (const { open, idleStreams } of this.#all) if (open > idleStreams) return true;
    return false;
  }

  /** Resolves when no request is under way. */
  async idle(): Promise<void> {
    while (this.busy) await once(this.#changes, "change");
  }

  /** Ends idle connections at once and the others as soon as they are idle; resolves when all have ended. */
  async drain(): Promise<void> {
    this.#draining = true;
    for (const connection of this.#all) endIdle(connection);
    while (this.#all.size > 0) await once(this.#changes, "change");
  }

  /** Ends all connections at once. */
  destroy(): void {
    for (const { transport } of this.#all)
      (transport.protocol === "h2" ? transport.session : transport.socket).destroy();
  }
}

/** How long an idle client may take to close its side of the connection (milliseconds). */
const LINGER = 2000;

/** A session lets its open streams end by itself (GOAWAY, RFC 9113 §6.8); HTTP/1.1 has no such word. */
function endIdle(connection: Connection): void {
  const { transport, open } = connection;
  if (transport.protocol === "h2") transport.session.close();
  else if (open === 0) transport.socket.end();
  if (open > 0) return;
  setTimeout(() => cutOff(connection), LINGER).unref();
}

/** A request that crossed the GOAWAY is still answered, and what is on its way to a slow client arrives. */
function cutOff({ transport: { socket }, open }: Connection): void {
  if (open > 0) return;
  if (socket.writableFinished) socket.destroy();
  else socket.once("finish", () => socket.destroy());
}
