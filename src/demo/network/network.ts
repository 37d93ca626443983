import type { Route } from "../../server/routes/route.js";
import { endpoint } from "../endpoints/endpoint.js";
import { formatEvent } from "../endpoints/demo-event-stream.js";
import { integerParameter } from "../endpoints/parameter.js";
import { problem } from "../endpoints/problem.js";
import { textStream } from "../endpoints/text-stream.js";
import type { NetworkOptions } from "./page-server.js";
import { run, type RunEvent } from "./run.js";
import { readSamplePage, type SamplePage } from "./sample-page.js";

const RTT = { name: "rtt", min: 0, max: 1000, fallback: 100 };
const KBPS = { name: "kbps", min: 0, max: 1_000_000, fallback: 0 };
const THINK = { name: "think", min: 0, max: 2000, fallback: 0 };

/** Runs at a time. Each has one server. */
const RUNS = 3;

/** How long a browser may take to load the page: somebody may have to accept the certificate first. */
const LOAD_TIMEOUT_MS = 120_000;

/**
 * `POST /demo/network?rtt=&kbps=&think=`: loads the sample page by each means
 * over such a network, and tells of it in an event stream, `open`, `loaded`
 * and `silence`. The run ends with the stream: a reader that leaves ends the servers.
 */
export function network(options: NetworkOptions = {}): Route {
  let page: Promise<SamplePage> | undefined;
  const running = new Set<AbortController>();
  return endpoint("POST", "/demo/network", async (request) => {
    const { url, signal } = request;
    const given = {
      rtt: integerParameter(url, RTT),
      kbps: integerParameter(url, KBPS),
      think: integerParameter(url, THINK),
    };
    if (running.size >= RUNS) {
      return problem(503, "busy", `${RUNS} runs are under way, and no more at a time`, { "retry-after": "5" });
    }
    const left = new AbortController();
    running.add(left);
    left.signal.addEventListener("abort", () => running.delete(left));
    const stop = AbortSignal.any([signal, left.signal]);
    const { hostname } = new URL(url);
    async function* events(): AsyncGenerator<string, undefined> {
      try {
        page ??= readSamplePage();
        yield* asText(run({ ...given, ...options, page: await page, hostname, timeoutMs: LOAD_TIMEOUT_MS }, stop));
      } finally {
        running.delete(left);
      }
      return undefined;
    }
    const headers = { "content-type": "text/event-stream", "cache-control": "no-store, no-transform" };
    return new Response(textStream(events(), left), { headers });
  });
}

async function* asText(events: AsyncGenerator<RunEvent>): AsyncGenerator<string> {
  for await (const { event, ...data } of events) yield formatEvent({ event, data: JSON.stringify(data) });
}
