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
import { readLoad, type Load } from "./load.js";
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
export async function servePage({ page, think, ...options }: PageServerOptions): Promise<PageServer> {
  const asks = new Map<string, Ask[]>();
  const answered = deferred<RequestRecord>();
  const reported = deferred<Load>();
  const scanned = deferred();
  const server = createServer({
    ...options,
    root: page.root,
    port: 0,
    routes: [thinking(page, think, options.delivery), loaded(reported.resolve)],
    // What the page needs is known before anyone asks: it is the network that is to be measured.
    onScan: () => scanned.resolve(),
    onRequest: (record) => {
      const end = performance.now();
      asks.set(record.target, [...(asks.get(record.target) ?? []), { start: end - record.duration, end }]);
      if (record.target === page.path) answered.resolve(record);
    },
  });
  const { url, port } = await server.listen();
  await scanned.promise;
  return {
    url,
    port,
    reported: reported.promise,
    async explain(load) {
      const { delivery } = await answered.promise;
      return waterfall(load, { delivery, asks: onClientClock(asks, page.path, options.rtt), reasons: page.reasons });
    },
    close: () => server.close(GRACE_MS),
  };
}

/** A request was sent half a round trip before it came, and its response is there half a round trip after it went. */
function onClientClock(asks: ReadonlyMap<string, readonly Ask[]>, page: string, rtt: number): Map<string, Ask[]> {
  const began = asks.get(page)?.[0]?.start ?? 0;
  const moved = ({ start, end }: Ask) => ({ start: start - began, end: end - began + rtt });
  return new Map([...asks].map(([target, all]) => [target, all.map(moved).toSorted((a, b) => a.start - b.start)]));
}

/** Lets the page wait as if it were being made, and says meanwhile what it will need where a 103 is the means. */
function thinking({ path, links }: SamplePage, ms: number, delivery: DeliveryMode): Route {
  return async (request, context) => {
    if (new URL(request.url).pathname !== path) return undefined;
    if (delivery === "hints") context.earlyHints(links);
    await waitFor(ms, request.signal);
    return undefined;
  };
}

/** `POST /loaded`: the page says what it has measured. Only JSON, so that no page of another origin can. */
function loaded(report: (load: Load) => void): Route {
  return endpoint("POST", "/loaded", async (request) => {
    if (request.headers.get("content-type") !== "application/json") {
      return problem(415, "unsupported media type", "a load is told in application/json");
    }
    const content = await readAtMost(request.body, MAX_REPORT_BYTES);
    if (content === undefined)
      return problem(413, "content too large", `a load takes at most ${MAX_REPORT_BYTES} bytes`);
    report(readLoad(Buffer.from(content).toString()));
    return new Response(null, { status: 204 });
  });
}
