import type { ServerHttp2Session, ServerHttp2Stream } from "node:http2";
import type { Socket } from "node:net";
import { History } from "../delivery/history.js";

/** One client's connection: what it has carried, and how much is under way on it. */
export interface Connection {
  /** From 1, for as long as the server runs. */
  readonly id: number;
  readonly history: History;
  /** Requests of the client that are not answered to the end, and promised streams. */
  open: number;
  /** The HTTP/2 session; undefined over HTTP/1.1. Kept, as `stream.session` is gone once a stream has closed. */
  readonly session: ServerHttp2Session | undefined;
  readonly socket: Socket;
}

/** How many streams may still be promised within what the client allows to be open at once. */
export function freeStreams({ session, open }: Connection): number {
  const limit = session?.remoteSettings.maxConcurrentStreams ?? Infinity;
  // Node's own client counts its requests and the reserved streams against its limit: stay below both together.
  return limit === 0 ? 0 : Math.max(0, limit - open);
}

/** Whether the client takes a push on this stream now. */
export function pushEnabled(stream: ServerHttp2Stream | undefined): boolean {
  if (stream === undefined || stream.destroyed) return false;
  const session = stream.session;
  return stream.pushAllowed && session !== undefined && !session.closed && !session.destroyed;
}

/** All connections of a server, from accept to close. Owns their records. */
export class Connections {
  readonly #all = new Set<Connection>();
  readonly #idle: { resolve: () => void }[] = [];
  #last = 0;

  add(socket: Socket, session: ServerHttp2Session | undefined): Connection {
    const connection: Connection = { id: ++this.#last, history: new History(), open: 0, session, socket };
    this.#all.add(connection);
    (session ?? socket).once("close", () => {
      this.#all.delete(connection);
      this.#wake();
    });
    return connection;
  }

  /** Counts a request or a promised stream as under way until the returned function is called. */
  begin(connection: Connection): () => void {
    connection.open++;
    let running = true;
    return () => {
      if (!running) return;
      running = false;
      connection.open--;
      this.#wake();
    };
  }

  /** Whether any request is under way. */
  get busy(): boolean {
    for (const { open } of this.#all) if (open > 0) return true;
    return false;
  }

  /** Resolves when no request is under way. */
  async idle(): Promise<void> {
    while (this.busy) await new Promise<void>((resolve) => this.#idle.push({ resolve }));
  }

  /** Ends idle connections at once, and every other one as soon as it is idle. */
  drain(): void {
    for (const connection of this.#all) {
      if (connection.session !== undefined) connection.session.close();
      else if (connection.open === 0) connection.socket.destroy();
    }
  }

  /** Ends all connections at once. */
  destroy(): void {
    for (const { session, socket } of this.#all) {
      session?.destroy();
      socket.destroy();
    }
  }

  #wake(): void {
    if (this.busy) return;
    for (const { resolve } of this.#idle.splice(0)) resolve();
  }
}
