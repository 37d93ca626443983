import { PageLoad, type Client, type LoadStart } from "./page-load.js";

/**
 * A load is over when nothing was under way for so long (milliseconds): what
 * a framework fetches ahead for the next page comes later. On a slow machine
 * more than half a second goes by until a script that was fetched asks for more.
 */
const QUIET_MS = 800;

/** A load that never pauses ends after this time (milliseconds). */
const MAX_LOAD_MS = 60_000;

/** Loads that are looked at at the same time; further ones are not. */
const MAX_LOADS = 1000;

/** Of these on one connection. */
const MAX_LOADS_ON_CONNECTION = 16;

/** Loads that are over of which it is noted what comes later. */
const MAX_PAST_LOADS = 100;

/** The loads under way, and which of them a request belongs to. */
export class OpenLoads {
  /**
   * By connection. A list stays while its connection loads one page after
   * another: a set and a map's entry for each load are most of what a load
   * costs (measured).
   */
  readonly #open = new Map<number, PageLoad[]>();
  #count = 0;
  /** The last load of a connection that a pause has ended. */
  readonly #past = new Map<number, PageLoad>();
  readonly #over: (load: PageLoad) => void;

  /** @param over told of each load when it is over */
  constructor(over: (load: PageLoad) => void) {
    this.#over = over;
  }

  get none(): boolean {
    return this.#count === 0;
  }

  /** No page of which it is known asks for more. */
  get nonePast(): boolean {
    return this.#past.size === 0;
  }

  /** A page is asked for again on a connection: its load before is over. */
  again(connection: number, page: string): void {
    this.#endAll(this.#open.get(connection), page);
  }

  begin(start: LoadStart): void {
    const { connection } = start.client;
    this.#past.delete(connection);
    let loads = this.#open.get(connection);
    if (loads === undefined) this.#open.set(connection, (loads = []));
    if (this.#count >= MAX_LOADS || loads.length >= MAX_LOADS_ON_CONNECTION) return;
    const load = new PageLoad(start);
    load.timer = setTimeout(() => this.#pause(load), QUIET_MS).unref();
    loads.push(load);
    this.#count++;
  }

  /**
   * The load that a request belongs to: one of its connection, else one of the
   * same client on another. Undefined where none fits, or more than one.
   *
   * @param referer path and query
   */
  find({ connection, name }: Client, referer: string): PageLoad | undefined {
    const here = this.#open.get(connection)?.filter((load) => load.includes(referer)) ?? [];
    const fitting = here.length > 0 ? here : this.#elsewhere(name, referer);
    return fitting.length === 1 ? fitting[0] : undefined;
  }

  #elsewhere(name: string, referer: string): readonly PageLoad[] {
    const fitting: PageLoad[] = [];
    for (const loads of this.#open.values())
      for (const load of loads) if (load.start.client.name === name && load.includes(referer)) fitting.push(load);
    return fitting;
  }

  /** The load that is over on a connection, and whose page asks for more: what the next page needs, or what a click wants. */
  past({ connection }: Client, referer: string): PageLoad | undefined {
    const load = this.#past.get(connection);
    return load?.includes(referer) === true ? load : undefined;
  }

  /** Something was asked for, or has ended: the pause begins anew. */
  touch(load: PageLoad): void {
    load.timer?.refresh();
  }

  /** A connection has closed, and with it the loads on it. */
  closed(connection: number): void {
    this.#past.delete(connection);
    this.#endAll(this.#open.get(connection));
    this.#open.delete(connection);
  }

  /** All are over. */
  close(): void {
    for (const loads of this.#open.values()) this.#endAll(loads);
  }

  #pause(load: PageLoad): void {
    if (!load.isQuiet && performance.now() - load.began < MAX_LOAD_MS) return this.touch(load);
    const { connection } = load.start.client;
    this.#past.set(connection, load);
    const [oldest] = this.#past.keys();
    if (oldest !== undefined && this.#past.size > MAX_PAST_LOADS) this.#past.delete(oldest);
    const loads = this.#open.get(connection) ?? [];
    this.#end(load, loads);
    if (loads.length === 0) this.#open.delete(connection);
  }

  /** @param page one page's alone */
  #endAll(loads: PageLoad[] = [], page?: string): void {
    for (let at = loads.length; at-- > 0;) {
      const load = loads[at];
      if (load !== undefined && (page ?? load.start.page) === load.start.page) this.#end(load, loads);
    }
  }

  #end(load: PageLoad, loads: PageLoad[]): void {
    const at = loads.indexOf(load);
    if (at < 0) return;
    loads.splice(at, 1);
    this.#count--;
    clearTimeout(load.timer);
    load.timer = undefined;
    this.#over(load);
  }
}
