import { Channel } from "./channel.js";
import type { Load } from "./load.js";
import type { LoadPort } from "./load-port.js";
import { servePage, type PageServer, type PageServerOptions } from "./page-server.js";
import { loadWithPush } from "./push-client.js";
import type { Progress } from "./progress.js";
import type { Waterfall } from "./waterfall.js";

/** The network, the page, and how its servers are to be reached. */
export interface RunOptions extends Omit<PageServerOptions, "delivery" | "base" | "port" | "onProgress"> {
  /** Host name by which the browser reaches this machine. */
  readonly hostname: string;
  /** How long a browser may take to load the page. */
  readonly timeoutMs: number;
  readonly port: LoadPort;
}

/** How the page is delivered in a load. */
export type Means = "none" | "link" | "hints" | "push";

/** What comes of a run, in the order of its happening. */
export type NetworkEvent =
  /** The page waits to be loaded: at `url` by a browser; without one, a client of ours is at it. */
  | { readonly event: "open"; readonly means: Means; readonly url?: string }
  | (Progress & { readonly means: Means })
  | ({ readonly event: "loaded"; readonly means: Means } & Waterfall)
  /** No browser reported that it had loaded the page. The run is over. */
  | { readonly event: "silence"; readonly means: Means };

/**
 * Loads the page four times, over a new connection to a server of its own
 * each time: by a browser, which is told where, and at last with pushes by a
 * client of ours, as no browser takes them.
 */
export async function* run(options: RunOptions, stop: AbortSignal): AsyncGenerator<NetworkEvent, void> {
  for (const means of ["none", "link", "hints", "push"] as const) {
    const isLoaded = yield* loadBy(means, options, stop);
    if (!isLoaded) return;
  }
}

/** One load; returns whether there was one. */
async function* loadBy(means: Means, options: RunOptions, stop: AbortSignal): AsyncGenerator<NetworkEvent, boolean> {
  const { hostname, timeoutMs, port, ...served } = options;
  const told = new Channel<NetworkEvent>();
  const onProgress = (progress: Progress) => told.push({ ...progress, means });
  const base = port.nextBase();
  // Our own client tells itself how it gets on.
  const browsers = means === "push" ? {} : { onProgress };
  const server = await port.open((port) => servePage({ ...served, ...browsers, delivery: means, base, port }));
  try {
    const url = means === "push" ? undefined : `https://${hostname}:${server.port}${base}`;
    yield { event: "open", means, ...(url === undefined ? {} : { url }) };
    const loading = loadFrom(server, { means, timeoutMs, onProgress }, stop).finally(() => told.end());
    yield* told.values();
    const load = await loading;
    if (load !== undefined) yield { event: "loaded", means, ...(await server.explain(load)) };
    else if (!stop.aborted) yield { event: "silence", means };
    return load !== undefined;
  } finally {
    await server.close();
  }
}

interface LoadOptions {
  readonly means: Means;
  readonly timeoutMs: number;
  readonly onProgress: (progress: Progress) => void;
}

/** The load by a browser, or by our client; undefined when there is none in time or the run is stopped. */
async function loadFrom(
  server: PageServer,
  { means, timeoutMs, onProgress }: LoadOptions,
  stop: AbortSignal,
): Promise<Load | undefined> {
  const late = AbortSignal.any([stop, AbortSignal.timeout(timeoutMs)]);
  if (means !== "push") return Promise.race([server.reported, aborted(late)]);
  try {
    return await loadWithPush(server.url, late, onProgress);
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
