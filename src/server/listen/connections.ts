import { FairTurns } from "./fair-turns.js";
import { EventEmitter, once } from "node:events";
import { ReconnectLimits } from "./reconnect-limits.js";
import { end, endIdle, openConnection, type Connection, type Taken, type Transport } from "./connection.js";

/** Notes a response as under way. */
export function track({ responses }: Connection, response: Taken): void {
  response.place = responses.length;
  responses.push(response);
}

export function untrack({ responses }: Connection, response: Taken): void {
  const last = responses.pop();
  if (last === undefined || last === response) return;
  responses[response.place] = last;
  last.place = response.place;
}

/** All connections of a server, from their first request to their end. Owns their records. */
export class Connections {
  /** Of requests that are not answered from memory. */
  readonly turns = new FairTurns<Connection>();
  readonly reconnects = new ReconnectLimits();
  readonly #all = new Set<Connection>();
  readonly #changes = new EventEmitter<{ change: [] }>();
  #last = 0;
  #draining = false;

  add(transport: Transport): Connection {
    const connection = openConnection(++this.#last, transport);
    this.#all.add(connection);
    transport.socket.once("close", () => {
      this.#countLeft(connection, isBusy(connection));
      this.#all.delete(connection);
      this.#changes.emit("change");
    });
    // Its handshake ended after all others were told. Over HTTP/1.1 a connection is added with its first request.
    if (this.#draining && transport.protocol === "h2") endIdle(connection);
    return connection;
  }

  #countLeft(connection: Connection, wasBusy: boolean): void {
    const { remoteAddress, floods } = connection;
    if (remoteAddress === undefined) return;
    // Node tells of the error that a session ends with when its socket has closed.
    setImmediate(() => {
      const now = performance.now();
      if (floods.isOver) this.reconnects.flooded(remoteAddress, now);
      else if (connection.brokeRules || wasBusy) this.reconnects.left(remoteAddress, now);
    });
  }

  /** Counts a request, or a promised stream, as under way until the returned function is called. */
  begin(connection: Connection): () => void {
    connection.open++;
    connection.begun++;
    connection.activeAt = performance.now();
    let isRunning = true;
    return () => {
      if (!isRunning) return;
      isRunning = false;
      connection.open--;
      if (this.#draining) endIdle(connection);
      this.#changes.emit("change");
    };
  }

  /** Does what takes as long as its client likes, as an event stream does: that request does not keep the server busy. */
  async idly<T>(connection: Connection, act: () => Promise<T>): Promise<T> {
    connection.idleStreams++;
    this.#changes.emit("change");
    try {
      return await act();
    } finally {
      connection.idleStreams--;
    }
  }

  /** Whether any request is under way. */
  get busy(): boolean {
    return [...this.#all].some(isBusy);
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

  [Symbol.iterator](): IterableIterator<Connection> {
    return this.#all.values();
  }

  /**
   * Ends the connection that has had nothing to do for the longest time, one that
   * has never asked for anything first, to make room for another; false without one.
   */
  endIdlest(): boolean {
    let idlest: Connection | undefined;
    for (const one of this.#all) {
      if (one.open === 0 && (idlest === undefined || isIdler(one, idlest))) idlest = one;
    }
    if (idlest === undefined) return false;
    this.#all.delete(idlest);
    end(idlest);
    return true;
  }

  /** Ends all connections at once. */
  destroy(): void {
    for (const connection of this.#all) end(connection);
  }
}

const isBusy = ({ open, idleStreams }: Connection) => open > idleStreams;

const isIdler = (one: Connection, other: Connection) =>
  (Math.min(one.begun, 1) - Math.min(other.begun, 1) || one.activeAt - other.activeAt) < 0;
