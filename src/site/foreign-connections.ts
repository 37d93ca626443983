import type { ServerHttp2Stream } from "node:http2";
import type { Socket } from "node:net";
import { withdrawPromises, type Connection } from "../server/listen/connection.js";
import type { Connections } from "../server/listen/connections.js";

/** The connections of a server that is none of ours: each has a record from its first request here on, and none is ended by us. */
export class ForeignConnections {
  readonly #connections: Connections;
  readonly #known = new WeakMap<object, Connection>();

  constructor(connections: Connections) {
    this.#connections = connections;
  }

  /** That of a stream of HTTP/2; undefined when it has closed. */
  ofStream({ session }: ServerHttp2Stream): Connection | undefined {
    if (session === undefined || session.destroyed) return undefined;
    const known = this.#known.get(session);
    if (known !== undefined) return known;
    const connection = this.#connections.add({ protocol: "h2", session, socket: session.socket });
    session.on("remoteSettings", ({ maxConcurrentStreams }) => {
      if (maxConcurrentStreams === 0) withdrawPromises(connection);
    });
    session.on("goaway", () => withdrawPromises(connection));
    this.#known.set(session, connection);
    return connection;
  }

  /** That of HTTP/1.1. */
  ofSocket(socket: Socket): Connection {
    let connection = this.#known.get(socket);
    if (connection === undefined) {
      connection = this.#connections.add({ protocol: "http/1.1", socket });
      this.#known.set(socket, connection);
    }
    return connection;
  }
}
