import { constants, type Http2Session } from "node:http2";
import {
  end,
  endFlood,
  endIdle,
  isBlockedByStreamWindow,
  LINGER_MS,
  sendWindow,
  type Connection,
  type Taken,
} from "./connection.js";
import { isGone, unsentBytes, writtenBytes } from "./socket-state.js";

/** How long clients may take (milliseconds); 0 for no limit. */
export interface TimeLimits {
  /** With no request open. */
  readonly idle: number;
  /** For the preface of a connection, and for the fields of a request. */
  readonly header: number;
  /** To take something of what waits for them. */
  readonly stall: number;
}

/** How often connections are looked at (milliseconds), unless a limit is shorter. */
const LOOK_MS = 1000;

/** The same for what comes over them: a flood costs the others time. */
const FLOOD_LOOK_MS = 250;

/** How long a connection has been quiet when its client is asked whether it is there (milliseconds). */
const QUIET_MS = 1000;

/** Ends connections whose clients have gone, have nothing to ask, or do not take what they have asked for; returns what stops it. */
export function watchConnections(connections: Iterable<Connection>, limits: TimeLimits): () => void {
  const watched = new WeakMap<Connection, Watched>();
  const shortest = Math.min(...Object.values(limits).filter((limit) => limit > 0), 4 * LOOK_MS);
  const timer = setInterval(() => {
    const now = performance.now();
    for (const connection of connections) {
      let known = watched.get(connection);
      if (known === undefined) watched.set(connection, (known = new Watched(connection, limits, now)));
      known.look(now);
    }
  }, shortest / 4).unref();
  const floodTimer = setInterval(() => {
    for (const connection of connections) if (isFlooded(connection)) endFlood(connection);
  }, FLOOD_LOOK_MS).unref();
  return () => [timer, floodTimer].forEach(clearInterval);
}

/** Whether frames come that are neither a request nor its content. */
function isFlooded({ transport, responses, floods, begun }: Connection): boolean {
  if (transport.protocol !== "h2" || transport.session.closed || transport.session.destroyed) return false;
  const { socket } = transport;
  const isUploading = responses.some(isUpload);
  return floods.countBytes({ received: socket.bytesRead, sent: writtenBytes(socket), requests: begun, isUploading });
}

const isOver = (since: number, limit: number, now: number) => limit > 0 && now - since >= limit;

/** How far a response had come when it moved last. */
interface Progress {
  readonly waiting: number;
  readonly bytes: number;
  /** Bytes that had left by the socket. */
  readonly sent: number;
  readonly at: number;
}

/** One connection, and how it was found when it was looked at before. */
class Watched {
  readonly #connection: Connection;
  readonly #limits: TimeLimits;
  readonly #progress = new WeakMap<Taken, Progress>();
  #begun = 0;
  /** Since when no request has come, and no content has moved. */
  #quietSince: number;
  /** What had been read of it when it was known to be understood. */
  #read = -1;
  #askedAt: number | undefined;
  /** What had been written to it then. */
  #written = 0;

  constructor(connection: Connection, limits: TimeLimits, now: number) {
    this.#connection = connection;
    this.#limits = limits;
    this.#quietSince = now;
  }

  look(now: number): void {
    const connection = this.#connection;
    const { transport, open, begun } = connection;
    const isActive = begun !== this.#begun;
    if (isActive || open > 0) connection.activeAt = now;
    if (isActive) this.#quietSince = now;
    this.#begun = begun;
    if (isGone(transport.socket) || this.#isLeftOver(now)) return end(connection);
    this.#endStalled(now);
    if (transport.protocol !== "h2" || transport.session.closed || transport.session.destroyed) return;
    if (isOver(connection.activeAt, this.#limits.idle, now)) endIdle(connection);
    else if (this.#limits.header > 0 && !this.#isUnderstood(transport.session, now)) end(connection);
  }

  /** A session that has said its last word, on a socket that Node has forgotten. */
  #isLeftOver(now: number): boolean {
    const { transport, activeAt } = this.#connection;
    if (transport.protocol !== "h2" || now - activeAt < LINGER_MS) return false;
    return (transport.session.closed || transport.session.destroyed) && unsentBytes(transport.socket) === 0;
  }

  /** Ends responses that wait for a client which takes nothing: alone where its windows are shut, else with the connection. */
  #endStalled(now: number): void {
    const connection = this.#connection;
    const standing = connection.responses.filter((response) => !this.#hasMoved(response, now));
    const since = (response: Taken) => this.#progress.get(response)?.at ?? now;
    const stalled = standing.filter((response) => isOver(since(response), this.#limits.stall, now));
    const takesFrames = unsentBytes(connection.transport.socket) === 0;
    for (const response of stalled) {
      if (takesFrames && isShut(connection, response)) response.stream?.close(constants.NGHTTP2_CANCEL);
      else if (stalled.length === standing.length) return end(connection);
    }
  }

  /** Whether a response has got on, or has nothing to send. */
  #hasMoved(response: Taken, now: number): boolean {
    const before = this.#progress.get(response);
    const waiting = response.isQueued ? 0 : response.responseBody.writableLength;
    const { bytes } = response;
    const { socket } = this.#connection.transport;
    const sent = writtenBytes(socket) - unsentBytes(socket);
    if (waiting > 0 && before !== undefined && bytes === before.bytes) {
      if (waiting === before.waiting) return false;
      // What was added says nothing of what was taken: of a large message that goes in one, the socket tells it.
      if (waiting > before.waiting && (sent <= before.sent || isShut(this.#connection, response))) return false;
    }
    if (waiting > 0) this.#quietSince = now;
    this.#progress.set(response, { waiting, bytes, sent, at: now });
    return true;
  }

  /**
   * Asks a client that has sent something, and no request, whether it can
   * still be understood. One that has begun the fields of a request, or has
   * not even begun to speak HTTP/2, can't answer before it has gone on; and to
   * one that has made a mistake Node 20 speaks no more, and tells nobody: it
   * does not even send the question.
   */
  #isUnderstood(session: Http2Session, now: number): boolean {
    const { header } = this.#limits;
    const { socket } = this.#connection.transport;
    const isSending = unsentBytes(socket) > 0;
    if (this.#askedAt !== undefined) {
      if (isBusy(this.#connection)) this.#askedAt = now;
      return now - this.#askedAt < header && (isSending || writtenBytes(socket) > this.#written);
    }
    const isQuiet = now - this.#quietSince >= Math.min(QUIET_MS, header / 2);
    if (isSending || !isQuiet || socket.bytesRead === this.#read) return true;
    this.#ask(session, now);
    return true;
  }

  #ask(session: Http2Session, now: number): void {
    const { socket } = this.#connection.transport;
    this.#askedAt = now;
    this.#written = writtenBytes(socket);
    session.ping(() => {
      this.#askedAt = undefined;
      this.#read = socket.bytesRead;
    });
  }
}

/** Whether a window of the client's is what holds a response up. */
const isShut = (connection: Connection, { stream, bytes }: Taken) =>
  stream !== undefined && (sendWindow(connection) === 0 || isBlockedByStreamWindow(connection, stream, bytes));

/** A content is on its way, in one direction or the other: an answer may come behind it. */
const isBusy = ({ responses, transport }: Connection) => unsentBytes(transport.socket) > 0 || responses.some(isUpload);

const isUpload = ({ stream }: Taken) => stream !== undefined && !stream.endAfterHeaders && !stream.readableEnded;
