import { PageLoad, type Client, type LoadStart } from "./page-load.js";

/**
 * A load is over when nothing was under way for so long (milliseconds): what
 * a framework fetches ahead for the next page comes later. On a slow machine
 * more than half a second goes by until a script that was fetched asks for more.
 */
const QUIET_MS = 800;

/** A load that never pauses is over then (milliseconds). */
const MAX_LOAD_MS = 60_000;

/** Loads that are looked at at the same time; further ones are not. */
const MAX_LOADS = 1000;

/** Of these on one connection. */
const MAX_LOADS_ON_CONNECTION = 16;

/** The loads under way, and which of them a request belongs to. */
export class OpenLoads {
  readonly #timers = new Map<PageLoad, NodeJS.Timeout>();
  readonly #byConnection = new Map<number, Set<PageLoad>>();
  readonly #byClient = new Map<string, Set<PageLoad>>();
  readonly #over: (load: PageLoad) => void;

  /** @param over told of each load when it is over */
  constructor(over: (load: PageLoad) => void) {
    this.#over = over;
  }

  get none(): boolean {
    return this.#timers.size === 0;
  }

  /** A page is asked for again on a connection: its load before is over. */
  again(connection: number, page: string): void {
    for (const load of this.#byConnection.get(connection) ?? []) if (load.start.page === page) this.#end(load);
  }

  begin(start: LoadStart): void {
    const { connection, name } = start.client;
    const here = this.#byConnection.get(connection)?.size ?? 0;
    if (this.#timers.size >= MAX_LOADS || here >= MAX_LOADS_ON_CONNECTION) return;
    const load = new PageLoad(start);
    const until = performance.now() + MAX_LOAD_MS;
    const timer = setTimeout(() => {
      if (load.isQuiet || performance.now() > until) this.#end(load);
      else timer.refresh();
    }, QUIET_MS).unref();
    this.#timers.set(load, timer);
    addTo(this.#byConnection, connection, load);
    addTo(this.#byClient, name, load);
  }

  /**
   * The load that a request belongs to: one of its connection, else one of the
   * same client on another. Undefined where none fits, or more than one.
   *
   * @param referer path and query
   */
  find({ connection, name }: Client, referer: string): PageLoad | undefined {
    const including = (loads: ReadonlySet<PageLoad> | undefined) =>
      [...(loads ?? [])].filter((load) => load.includes(referer));
    const here = including(this.#byConnection.get(connection));
    const fitting = here.length > 0 ? here : including(this.#byClient.get(name));
    return fitting.length === 1 ? fitting[0] : undefined;
  }

  /** Something was asked for, or has ended: the pause begins anew. */
  touch(load: PageLoad): void {
    this.#timers.get(load)?.refresh();
  }

  /** A connection has closed, and with it the loads on it. */
  closed(connection: number): void {
    for (const load of this.#byConnection.get(connection) ?? []) this.#end(load);
  }

  /** All are over. */
  close(): void {
    for (const load of this.#timers.keys()) this.#end(load);
  }

  #end(load: PageLoad): void {
    clearTimeout(this.#timers.get(load));
    this.#timers.delete(load);
    const { connection, name } = load.start.client;
    deleteFrom(this.#byConnection, connection, load);
    deleteFrom(this.#byClient, name, load);
    this.#over(load);
  }
}

function addTo<K>(index: Map<K, Set<PageLoad>>, key: K, load: PageLoad): void {
  const loads = index.get(key);
  if (loads === undefined) index.set(key, new Set([load]));
  else loads.add(load);
}

function deleteFrom<K>(index: Map<K, Set<PageLoad>>, key: K, load: PageLoad): void {
  const loads = index.get(key);
  loads?.delete(load);
  if (loads?.size === 0) index.delete(key);
}
