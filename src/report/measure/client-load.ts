import { once } from "node:events";
import { connect, type ClientHttp2Session, type ClientHttp2Stream } from "node:http2";
import type { Load, LoadedRequest } from "./measured-load.js";

/** Bytes that the server may send ahead: as wide as browsers open it. */
const WINDOW = 6 * 1024 * 1024;

/**
 * Loads a page by a client of ours, which asks for what a browser asked for,
 * each file when the one that asks for it is there, and takes what is pushed.
 *
 * @param origin of a server in this very process, whose certificate need not be checked therefore
 * @param asked the requests of a browser's load, the page first
 * @throws the session's error; the signal's reason when it is aborted
 */
export async function loadByClient(
  origin: string,
  asked: readonly LoadedRequest[],
  takesPushes: boolean,
  signal: AbortSignal,
): Promise<Load> {
  signal.throwIfAborted();
  const session = connect(origin, {
    rejectUnauthorized: false,
    settings: { enablePush: takesPushes, initialWindowSize: WINDOW },
  });
  const over = new AbortController();
  const ended = new Promise<never>((_, reject) => {
    session.once("error", reject);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true, signal: over.signal });
  });
  try {
    await Promise.race([once(session, "connect"), ended]);
    session.setLocalWindowSize(WINDOW);
    return await Promise.race([new ClientLoad(session, asked).run(), ended]);
  } finally {
    over.abort();
    ended.catch(() => undefined);
    // Node 20 may not end a session while it reads from it.
    setImmediate(() => session.destroy());
  }
}

/** One load over a session. */
class ClientLoad {
  readonly #session: ClientHttp2Session;
  readonly #asked: ReadonlyMap<string, LoadedRequest>;
  readonly #begun = performance.now();
  /** What is on its way, or there, by target. */
  readonly #got = new Map<string, Promise<LoadedRequest>>();
  /** Targets whose own files are asked for, or will be. */
  readonly #followed = new Set<string>();

  constructor(session: ClientHttp2Session, asked: readonly LoadedRequest[]) {
    this.#session = session;
    this.#asked = firstOfEach(asked.filter(({ isAhead }) => !isAhead));
    session.on("stream", (stream: ClientHttp2Stream, request) => {
      const target = String(request[":path"]);
      stream.on("error", () => undefined);
      if (this.#got.has(target)) stream.close();
      else void this.#keep(target, this.#timed(stream, "push", target));
    });
  }

  async run(): Promise<Load> {
    const [page] = this.#asked.keys();
    if (page !== undefined) await this.#follow(page);
    const requests = (await Promise.all(this.#got.values())).toSorted((a, b) => a.start - b.start);
    return {
      ttfb: requests[0]?.first ?? 0,
      fcp: undefined,
      lcp: undefined,
      lcpElement: undefined,
      load: Math.max(...requests.map(({ end }) => end)),
      requests,
      announced: requests.flatMap(({ target, means }) => (means === "push" ? target : [])),
      left: [],
      foreign: [],
    };
  }

  /** Gets a file, then all that it asks for. */
  async #follow(target: string): Promise<void> {
    if (this.#followed.has(target)) return;
    this.#followed.add(target);
    await this.#get(target);
    const next = [...this.#asked.values()].filter((request) => request.by === target);
    await Promise.all(next.map((request) => this.#follow(request.target)));
  }

  #get(target: string): Promise<LoadedRequest> {
    const got = this.#got.get(target);
    if (got !== undefined) return got;
    const stream = this.#session.request({ ":path": target, "accept-encoding": "gzip, deflate, br, zstd" });
    return this.#keep(target, this.#timed(stream, "response", target));
  }

  /** Nobody waits for a push before all that was asked for is there: it may fail until then. */
  #keep(target: string, getting: Promise<LoadedRequest>): Promise<LoadedRequest> {
    getting.catch(() => undefined);
    this.#got.set(target, getting);
    return getting;
  }

  #timed(stream: ClientHttp2Stream, answered: "push" | "response", target: string): Promise<LoadedRequest> {
    const now = () => performance.now() - this.#begun;
    const { by, destination = "" } = this.#asked.get(target) ?? {};
    return new Promise((resolve, reject) => {
      const start = now();
      let first = start;
      let status = 0;
      let bytes = 0;
      stream.once(answered, (fields: { readonly ":status"?: number }) => {
        first = now();
        status = fields[":status"] ?? 0;
      });
      stream.on("data", (piece: Buffer) => (bytes += piece.length));
      stream.once("end", () => {
        const means = answered === "push" ? "push" : by === undefined ? "page" : "found";
        const asker = by === undefined ? {} : { by };
        resolve({ target, destination, status, bytes, start, first, end: now(), means, isAhead: false, ...asker });
      });
      stream.once("error", reject);
      stream.once("close", () => reject(new Error(`${target} was reset with ${stream.rstCode}`)));
    });
  }
}

/** By target: the page may be asked for again by a file of its own, and so may that. */
function firstOfEach(asked: readonly LoadedRequest[]): ReadonlyMap<string, LoadedRequest> {
  const firsts = new Map<string, LoadedRequest>();
  for (const request of asked) if (!firsts.has(request.target)) firsts.set(request.target, request);
  return firsts;
}
