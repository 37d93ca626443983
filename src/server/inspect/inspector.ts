import { randomUUID } from "node:crypto";
import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import type { Delivery } from "../../delivery/history.js";
import { ConnectionLog } from "../../inspect/connections/connection-log.js";
import { FrameLog } from "../../inspect/frames/frame-log.js";
import { LoadLog } from "../../inspect/loads/load-log.js";
import type { InspectedConnection, InspectedLoad } from "../../inspect/loads/types.js";
import type { Exchange } from "../http/exchange.js";
import type { Connection } from "../listen/connection.js";
import { connectionSource } from "./connection-state.js";
import { OWN_PATH } from "../own-path.js";
import { PlaintextTap } from "./plaintext-tap.js";

/** A connection whose frames are read from its first byte on. */
export interface Tapped {
  /** What HTTP/2 is spoken over, in the socket's place. */
  readonly stream: Duplex;
  readonly frames: FrameLog;
}

/**
 * Writes down what a server does, for those who look: its loads always, within
 * a rate that a busy server passes over, the frames of a connection only where
 * it begins while somebody looks.
 */
export class Inspector {
  /** Of this server alone: the numbers of loads and connections are those of the last one, too. */
  readonly id = randomUUID();
  readonly #loads = new LoadLog(() => this.#watchers > 0);
  readonly #connections = new ConnectionLog();
  /** How many look. */
  #watchers = 0;

  /** Somebody looks, until the returned function is called. */
  watch(): () => void {
    this.#watchers++;
    let watches = true;
    return () => {
      if (watches) this.#watchers--;
      watches = false;
    };
  }

  /** Reads the frames of a connection that is about to begin; undefined when nobody looks. */
  tap(socket: TLSSocket): Tapped | undefined {
    if (this.#watchers === 0 || !this.#connections.hasRoom) return undefined;
    const began = performance.now();
    const now = () => Math.round((performance.now() - began) * 100) / 100;
    const frames = new FrameLog(now, this.#connections.budget);
    return { frames, stream: new PlaintextTap(socket, (from, bytes) => frames.push(from, bytes)) };
  }

  /** A connection has begun. */
  opened(connection: Connection, tapped?: Tapped): void {
    const { id, transport } = connection;
    this.#connections.opened(connectionSource(connection, tapped?.frames));
    transport.socket.once("close", () => {
      this.#connections.closed(id);
      this.#loads.left(id);
    });
  }

  arrived(exchange: Exchange): void {
    if (!exchange.target.startsWith(OWN_PATH)) this.#loads.arrived(exchange);
  }

  delivering(exchange: Exchange): void {
    this.#loads.delivering(exchange);
  }

  hinted(exchange: Exchange): void {
    this.#loads.hinted(exchange);
  }

  promised(page: Exchange, reply: Exchange): void {
    this.#loads.promised(page, reply);
  }

  answered(exchange: Exchange, delivery: Delivery | undefined): void {
    this.#loads.answered(exchange, delivery);
  }

  closed(exchange: Exchange): void {
    this.#loads.closed(exchange);
  }

  /** Oldest first, each with a number that changes when something has happened in it. */
  get versions(): readonly { readonly id: number; readonly version: number }[] {
    return this.#loads.all;
  }

  /** Oldest first. */
  get loads(): readonly InspectedLoad[] {
    return this.#loads.all.map((load) => load.snapshot(this.#sentOn));
  }

  load(id: number): InspectedLoad | undefined {
    return this.#loads.find(id)?.snapshot(this.#sentOn);
  }

  get connections(): readonly InspectedConnection[] {
    return this.#connections.snapshot();
  }

  /** The frames of a connection; undefined where they are not read. */
  frames(connection: number): FrameLog | undefined {
    return this.#connections.frames(connection);
  }

  readonly #sentOn = (connection: number, stream: number) => this.frames(connection)?.dataBytes(stream) ?? 0;
}
