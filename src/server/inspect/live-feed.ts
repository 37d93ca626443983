import type { InspectedConnection } from "../../inspect/loads/types.js";
import type { Listener, PageEvent } from "../live-reload/sse.js";
import type { Inspector } from "./inspector.js";

/** How often those who look are told what has changed (milliseconds). */
const TELL_MS = 200;

/** Loads that are told at the beginning: the newest. The others are in `loads.json`. */
const FIRST_LOADS = 50;

/** What is told in one piece (characters): each piece takes a turn of its own on a server with much to do. */
const PIECE = 64 * 1024;

/** Tells one who looks what there is, and then what changes. */
export class LiveFeed {
  readonly #inspector: Inspector;
  readonly #listener: Listener;
  /** By load, what was told last: its version, and whether it was over. */
  readonly #loads = new Map<number, string>();
  /** By connection, as it was told last. */
  readonly #connections = new Map<number, string>();
  /** What leaves with the next piece. */
  #piece: PageEvent[] = [];
  #length = 0;

  constructor(inspector: Inspector, listener: Listener) {
    this.#inspector = inspector;
    this.#listener = listener;
  }

  /** Begins, and goes on until the returned function is called. */
  begin(): () => void {
    const unwatch = this.#inspector.watch();
    const first = setImmediate(() => this.#tell(FIRST_LOADS));
    const timer = setInterval(() => this.#tell(Infinity), TELL_MS).unref();
    return () => {
      clearImmediate(first);
      clearInterval(timer);
      unwatch();
    };
  }

  #tell(loads: number): void {
    this.#tellConnections();
    this.#tellLoads(loads);
    const connections = [...this.#connections.keys()];
    if (loads !== Infinity) this.#send("ready", { server: this.#inspector.id, connections });
    this.#leave();
  }

  #tellLoads(most: number): void {
    const all = this.#inspector.versions;
    const left = all.length - most;
    for (const [at, { id, version }] of all.entries()) {
      const known = this.#loads.get(id);
      if (known === `${version} over`) continue;
      const load = at < left ? undefined : this.#inspector.load(id);
      const state = load === undefined || load.isOver ? `${version} over` : `${version}`;
      if (state === known) continue;
      this.#loads.set(id, state);
      if (load !== undefined) this.#send("load", load);
    }
    const ids = new Set(all.map(({ id }) => id));
    for (const id of this.#loads.keys()) if (!ids.has(id)) this.#loads.delete(id);
  }

  #tellConnections(): void {
    const all = this.#inspector.connections;
    for (const connection of all) this.#tellConnection(connection);
    const ids = new Set(all.map(({ id }) => id));
    for (const id of [...this.#connections.keys()].filter((known) => !ids.has(known))) {
      this.#connections.delete(id);
      this.#send("gone", { id });
    }
  }

  #tellConnection(connection: InspectedConnection): void {
    const text = JSON.stringify(connection);
    if (this.#connections.get(connection.id) === text) return;
    this.#connections.set(connection.id, text);
    this.#send("connection", connection);
  }

  #send(event: string, data: object): void {
    const text = JSON.stringify(data);
    this.#piece.push({ event, id: "", data: text });
    this.#length += text.length;
    if (this.#length > PIECE) this.#leave();
  }

  #leave(): void {
    if (this.#piece.length > 0) this.#listener.send(...this.#piece);
    this.#piece = [];
    this.#length = 0;
  }
}
