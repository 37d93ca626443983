import { PageLoad, type Client, type LoadStart } from "./page-load.js";

/**
 * A load is over when nothing was under way for so long (milliseconds): what
 * a framework fetches ahead for the next page comes later. On a slow machine
 * more than half a second goes by until a script that was fetched asks for more.
 */
const PAUSE = 800;

/** A load that never pauses is over then (milliseconds). */
const LONGEST = 60_000;

/** Loads that are looked at at the same time; further ones are not. */
const MOST_LOADS = 1000;

interface Open {
  readonly load: PageLoad;
  readonly timer: NodeJS.Timeout;
  readonly until: number;
}

/** The loads under way, and which of them a request belongs to. */
export class OpenLoads {
  readonly #open = new Map<PageLoad, Open>();
  readonly #over: (load: PageLoad) => void;

  /** @param over told of each load when it is over */
  constructor(over: (load: PageLoad) => void) {
    this.#over = over;
  }

  get none(): boolean {
    return this.#open.size === 0;
  }

  /** A page is asked for again on a connection: its load before is over. */
  again(connection: number, page: string): void {
    for (const load of this.#on(connection)) if (load.start.page === page) this.#end(load);
  }

  begin(start: LoadStart): void {
    if (this.#open.size >= MOST_LOADS) return;
    const load = new PageLoad(start);
    const timer = setTimeout(() => this.#pause(load), PAUSE).unref();
    this.#open.set(load, { load, timer, until: performance.now() + LONGEST });
  }

  /**
   * The load that a request belongs to: one of its connection, else one of the
   * same client on another. Undefined where none fits, or more than one.
   *
   * @param referer path and query
   */
  find(client: Client, referer: string): PageLoad | undefined {
    const fitting = [...this.#open.keys()].filter((load) => load.includes(referer));
    const here = fitting.filter(({ start }) => start.client.connection === client.connection);
    if (here.length > 0) return here.length === 1 ? here[0] : undefined;
    const elsewhere = fitting.filter(({ start }) => start.client.name === client.name);
    return elsewhere.length === 1 ? elsewhere[0] : undefined;
  }

  /** Something was asked for, or has ended: the pause begins anew. */
  touch(load: PageLoad): void {
    this.#open.get(load)?.timer.refresh();
  }

  /** A connection has closed, and with it the loads on it. */
  closed(connection: number): void {
    for (const load of this.#on(connection)) this.#end(load);
  }

  /** All are over. */
  close(): void {
    for (const load of this.#open.keys()) this.#end(load);
  }

  *#on(connection: number): Generator<PageLoad> {
    for (const load of this.#open.keys()) if (load.start.client.connection === connection) yield load;
  }

  #pause(load: PageLoad): void {
    const open = this.#open.get(load);
    if (open === undefined) return;
    if (load.isQuiet || performance.now() > open.until) this.#end(load);
    else open.timer.refresh();
  }

  #end(load: PageLoad): void {
    const open = this.#open.get(load);
    if (open === undefined) return;
    clearTimeout(open.timer);
    this.#open.delete(load);
    this.#over(load);
  }
}
