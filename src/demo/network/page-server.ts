import type { DeliveryMode } from "../../delivery/plan.js";
import type { RequestRecord } from "../../server/request-record.js";
import type { Route } from "../../server/routes/route.js";
import { createServer } from "../../server/server.js";
import type { ServerOptions } from "../../server/options/server-options.js";
import { readAtMost } from "../endpoints/content.js";
import { endpoint } from "../endpoints/endpoint.js";
import { problem } from "../endpoints/problem.js";
import { waitFor } from "../endpoints/wait.js";
import { deferred } from "../../io/deferred.js";
import { readLoad, type Load, type Timing } from "./load.js";
import type { Progress } from "./progress.js";
import type { SamplePage } from "./sample-page.js";
import { waterfall, type Ask, type Waterfall } from "./waterfall.js";

/** What the servers of the page share with the one whose demo they belong to. */
export type NetworkOptions = Pick<ServerOptions, "host" | "allowHost" | "certificate">;

/** How the page is served. */
export interface PageServerOptions extends NetworkOptions {
  readonly page: SamplePage;
  readonly delivery: DeliveryMode;
  /** Milliseconds. */
  readonly rtt: number;
  /** Kilobits per second each way, 0 for no limit. */
  readonly kbps: number;
  /** How long the server takes to make the page (milliseconds). */
  readonly think: number;
  /** Path of the page, with a slash at both ends; "/" by default. */
  readonly base?: string;
  /** 0, the default, for a free one. */
  readonly port?: number;
  /** Told as browsers ask and are answered. */
  readonly onProgress?: (progress: Progress) => void;
}

/** A server for one load of the page: what it knows of the connection is new, and so is the port. */
export interface PageServer {
  readonly url: string;
  readonly port: number;
  /** What the page in a browser measured: resolves when it has reported that. */
  readonly reported: Promise<Load>;
  /** The load joined with what the server did for it. */
  explain(load: Load): Promise<Waterfall>;
  close(): Promise<void>;
}

/** The report of a page (bytes). */
const MAX_REPORT_BYTES = 64 * 1024;

/** How long what is under way may take when the load has been measured (milliseconds). */
const GRACE_MS = 1000;

/**
 * Serves the page over the simulated network, with one kind of delivery.
 *
 * @throws {H2PushError} "listen" when no port can be had
 */
export async function servePage(options: PageServerOptions): Promise<PageServer> {
  const { page, think, base = "/", port = 0, onProgress, ...served } = options;
  const asks = new Asks(base, options.rtt, onProgress);
  const reported = deferred<Load>();
  const scanned = deferred();
  const server = createServer({
    ...served,
    base,
    port,
    root: page.root,
    routes: [asks.route, thinking(page, base, think, options.delivery), loaded(base, reported.resolve)],
    // What the page needs is known before anyone asks: it is the network that is to be measured.
    onScan: () => scanned.resolve(),
    onRequest: (record) => asks.answered(record),
  });
  const address = await server.listen();
  await scanned.promise;
  return {
    url: new URL(base, address.url).href,
    port: address.port,
    reported: reported.promise,
    async explain(load) {
      const delivery = await asks.delivery;
      return waterfall(load, { delivery, asks: asks.all(), reasons: page.reasons });
    },
    close: () => server.close(GRACE_MS),
  };
}

/** The requests for the page and its files, on the clock of the client: milliseconds since it asked for the page. */
class Asks {
  readonly #base: string;
  readonly #rtt: number;
  readonly #onProgress: ((progress: Progress) => void) | undefined;
  readonly #asks = new Map<string, Ask[]>();
  readonly #page = deferred<RequestRecord>();
  #began: number | undefined;

  constructor(base: string, rtt: number, onProgress: ((progress: Progress) => void) | undefined) {
    this.#base = base;
    this.#rtt = rtt;
    this.#onProgress = onProgress;
  }

  /** Sees each request come, and leaves it to the next route. */
  readonly route: Route = (request) => {
    const { pathname, search } = new URL(request.url);
    if (pathname === "/loaded") return undefined;
    const now = performance.now();
    this.#began ??= now;
    const target = within(this.#base, pathname + search);
    this.#onProgress?.({ event: "asked", target, start: now - this.#began });
    return undefined;
  };

  answered(record: RequestRecord): void {
    if (record.target === "/loaded") return;
    const target = within(this.#base, record.target);
    const end = performance.now();
    const start = end - record.duration;
    this.#asks.set(target, [...(this.#asks.get(target) ?? []), { start, end }]);
    this.#onProgress?.({ event: "got", target, ...this.#moved({ start, end }) });
    if (record.target === this.#base) this.#page.resolve(record);
  }

  /** What the page was delivered with, when it has been. */
  get delivery() {
    return this.#page.promise.then(({ delivery }) => {
      const targets = delivery?.targets.map((entry) => ({ ...entry, target: within(this.#base, entry.target) }));
      return delivery && { ...delivery, targets: targets ?? [] };
    });
  }

  all(): Map<string, Ask[]> {
    const sorted = (asks: Ask[]) => asks.map((ask) => this.#moved(ask)).toSorted((a, b) => a.start - b.start);
    return new Map([...this.#asks].map(([target, asks]) => [target, sorted(asks)]));
  }

  /** A request was sent half a round trip before it came, and its response is there half a round trip after it went. */
  #moved({ start, end }: Ask): Ask {
    const began = this.#began ?? start;
    return { start: Math.max(0, start - began), end: end - began + this.#rtt };
  }
}

/** The same target for a page at the root. */
const within = (base: string, target: string) => (target.startsWith(base) ? target.slice(base.length - 1) : target);

/** Lets the page wait as if it were being made, and says meanwhile what it will need where a 103 is the means. */
function thinking({ links }: SamplePage, base: string, ms: number, delivery: DeliveryMode): Route {
  const below = links.map((link) => link.replace(/^<\//, `<${base}`));
  return async (request, context) => {
    if (new URL(request.url).pathname !== base) return undefined;
    if (delivery === "hints") context.earlyHints(below);
    await waitFor(ms, request.signal);
    return undefined;
  };
}

/** `POST /loaded`: the page says what it has measured. Only JSON, so that no page of another origin can. */
function loaded(base: string, report: (load: Load) => void): Route {
  return endpoint("POST", "/loaded", async (request) => {
    if (request.headers.get("content-type") !== "application/json") {
      return problem(415, "unsupported media type", "a load is told in application/json");
    }
    const content = await readAtMost(request.body, MAX_REPORT_BYTES);
    if (content === undefined)
      return problem(413, "content too large", `a load takes at most ${MAX_REPORT_BYTES} bytes`);
    const { page, assets } = readLoad(Buffer.from(content).toString());
    const below = (timing: Timing) => ({ ...timing, target: within(base, timing.target) });
    report({ page: below(page), assets: assets.map(below) });
    return new Response(null, { status: 204 });
  });
}
