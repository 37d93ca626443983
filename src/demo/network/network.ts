import type { Route } from "../../server/routes/route.js";
import { endpoint } from "../endpoints/endpoint.js";
import { integerParameter } from "../endpoints/parameter.js";
import { unstored } from "../endpoints/problem.js";
import type { NetworkOptions } from "./page-server.js";
import { LoadPort } from "./load-port.js";
import { run } from "./run.js";
import type { Runs } from "./runs.js";
import { filesOf, readSamplePage, type SamplePage } from "./sample-page.js";

const RTT = { name: "rtt", min: 0, max: 1000, fallback: 100 };
const KBPS = { name: "kbps", min: 0, max: 1_000_000, fallback: 0 };
const THINK = { name: "think", min: 0, max: 2000, fallback: 0 };

/** How long a browser may take to load the page: somebody may have to accept the certificate first. */
const LOAD_TIMEOUT_MS = 120_000;

/** The sample page, read when it is asked for first. */
export function samplePage(): () => Promise<SamplePage> {
  let page: Promise<SamplePage> | undefined;
  return () => (page ??= readSamplePage());
}

/** `GET /demo/network`: the files of the sample page, and which file makes each needed. */
export function networkFiles(page: () => Promise<SamplePage>): Route {
  return endpoint("GET", "/demo/network/files", async () => unstored(filesOf(await page())));
}

/**
 * `POST /demo/network?rtt=&kbps=&think=`: loads the sample page by each means
 * over such a network, and tells of it in an event stream: `open`, `asked`,
 * `got`, `loaded` and `silence`. A reader that leaves ends the servers.
 */
export function network(runs: Runs, page: () => Promise<SamplePage>, options: NetworkOptions = {}): Route {
  const port = new LoadPort();
  return runs.route("/demo/network", ({ url }) => {
    const rtt = integerParameter(url, RTT);
    const kbps = integerParameter(url, KBPS);
    const think = integerParameter(url, THINK);
    const { hostname } = new URL(url);
    return async function* (_request, stop) {
      const fixed = { rtt, kbps, think, hostname, timeoutMs: LOAD_TIMEOUT_MS, port };
      yield* run({ ...options, ...fixed, page: await page() }, stop);
    };
  });
}
