import { loadWithPush } from "./push-client.js";
import type { Load } from "./load.js";
import { servePage, type PageServer, type PageServerOptions } from "./page-server.js";
import type { Waterfall } from "./waterfall.js";

/** The network, the page, and how its servers are to be reached. */
export interface RunOptions extends Omit<PageServerOptions, "delivery"> {
  /** Host name by which the browser reaches this machine. */
  readonly hostname: string;
  /** How long a browser may take to load the page. */
  readonly timeoutMs: number;
}

/** How the page is delivered in a load. */
export type Means = "none" | "link" | "hints" | "push";

/** What comes of a run, in the order of its happening. */
export type RunEvent =
  /** The page waits to be loaded: at `url` by a browser; without one, a client of ours is at it. */
  | { readonly event: "open"; readonly means: Means; readonly url?: string }
  | ({ readonly event: "loaded"; readonly means: Means } & Waterfall)
  /** No browser reported that it had loaded the page. The run is over. */
  | { readonly event: "silence"; readonly means: Means };

/**
 * Loads the page four times, over a new connection to a server of its own
 * each time: by a browser, which is told where, and at last with pushes by a
 * client of ours, as no browser takes them.
 */
export async function* run(options: RunOptions, stop: AbortSignal): AsyncGenerator<RunEvent, undefined> {
  const { hostname, timeoutMs, ...served } = options;
  for (const means of ["none", "link", "hints", "push"] as const) {
    const server = await servePage({ ...served, delivery: means });
    try {
      const url = means === "push" ? undefined : `https://${hostname}:${server.port}${served.page.path}`;
      yield { event: "open", means, ...(url === undefined ? {} : { url }) };
      const load = await loadFrom(server, means, timeoutMs, stop);
      if (load === undefined) {
        if (!stop.aborted) yield { event: "silence", means };
        return undefined;
      }
      yield { event: "loaded", means, ...(await server.explain(load)) };
    } finally {
      await server.close();
    }
  }
  return undefined;
}

/** The load by a browser, or by our client; undefined when there is none in time or the run is stopped. */
async function loadFrom(
  server: PageServer,
  means: Means,
  timeoutMs: number,
  stop: AbortSignal,
): Promise<Load | undefined> {
  const late = AbortSignal.any([stop, AbortSignal.timeout(timeoutMs)]);
  if (means !== "push") return Promise.race([server.reported, aborted(late)]);
  try {
    return await loadWithPush(server.url, late);
  } catch (error) {
    if (late.aborted) return undefined;
    throw error;
  }
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });
}
