import { setTimeout as after } from "node:timers/promises";
import { createServer, type Server } from "../server/server.js";
import type { RequestRecord } from "../server/request-record.js";
import type { ServerOptions } from "../server/options/server-options.js";

/** A request as the server saw it. */
export interface SeenRequest {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  /** Its fields, by their names in lower case. */
  readonly fields: Readonly<Record<string, string>>;
}

/** A server of our own for a browser of our own, which notes what it is asked for. */
export class ObservedSite {
  /** Without a slash at its end. */
  readonly origin: string;
  readonly #server: Server;
  readonly #seen: RequestLog;

  private constructor(server: Server, origin: string, seen: RequestLog) {
    this.#server = server;
    this.origin = origin;
    this.#seen = seen;
  }

  /** Starts it on a free port. */
  static async open(options: ServerOptions): Promise<ObservedSite> {
    const seen = new RequestLog();
    const server = createServer({
      ...options,
      host: "localhost",
      port: 0,
      watch: false,
      routes: [(request) => seen.begins(request), ...(options.routes ?? [])],
      onRequest: (record) => seen.ended(record),
      onError: () => undefined,
    });
    const { port } = await server.listen();
    return new ObservedSite(server, `https://localhost:${port}`, seen);
  }

  /** Forgets what was asked for so far: a load begins. */
  begin(): void {
    this.#seen.clear();
  }

  /** What was asked for since, in order. */
  get requests(): readonly SeenRequest[] {
    return this.#seen.requests;
  }

  /** What was answered since, in the order of its end. */
  get records(): readonly RequestRecord[] {
    return this.#seen.records;
  }

  /**
   * Resolves when nothing is under way, and nothing was for that long (milliseconds).
   *
   * @param latest when it resolves in any case, by `performance.now()`
   * @throws when the signal is aborted
   */
  quiet(pause: number, latest: number, signal: AbortSignal): Promise<void> {
    return this.#seen.quiet(pause, latest, signal);
  }

  close(): Promise<void> {
    return this.#server.close(0);
  }
}

/** The requests of one load. */
class RequestLog {
  requests: SeenRequest[] = [];
  records: RequestRecord[] = [];
  #changed = performance.now();

  clear(): void {
    this.requests = [];
    this.records = [];
    this.#changed = performance.now();
  }

  begins({ method, url, headers }: Request): undefined {
    this.#changed = performance.now();
    const { pathname, search } = new URL(url);
    this.requests.push({ time: Date.now(), method, target: pathname + search, fields: Object.fromEntries(headers) });
  }

  ended(record: RequestRecord): void {
    this.records.push(record);
    this.#changed = performance.now();
  }

  async quiet(pause: number, latest: number, signal: AbortSignal): Promise<void> {
    for (;;) {
      const isOpen = this.records.length < this.requests.length;
      const since = isOpen ? performance.now() : this.#changed;
      const left = Math.min(since + pause, latest) - performance.now();
      if (left <= 0) return;
      await after(left, undefined, { signal });
    }
  }
}
