import packageFile from "../../package.json" with { type: "json" };
import type { LoadedRequest } from "./measure/measured-load.js";
import type { Report, WayFigures } from "./types.js";

/** Where the loads seem to come from: the site is served at another port each time. */
const ORIGIN = "https://localhost";

/** The name of a file for a page and a way: "docs-guide.link-all.har". */
export function harName(path: string, way: string): string {
  const page = path
    .split(/[^\w.]+/)
    .filter(Boolean)
    .join("-");
  return `${page === "" ? "index" : page}.${way.replace(" ", "-")}.har`;
}

/** The median load by one way as HAR 1.2: each request once, also what was announced. */
export function harOf(path: string, { name, sample }: WayFigures, { date, browser }: Report) {
  const begun = Date.parse(date);
  const [browserName = "", version = ""] = browser.split(" ");
  const onLoad = Math.round(sample.load);
  const page = {
    startedDateTime: date,
    id: "page_1",
    title: `${ORIGIN}${path} (${name})`,
    pageTimings: { onContentLoad: -1, onLoad },
    ...(sample.fcp === undefined ? {} : { _firstContentfulPaint: Math.round(sample.fcp) }),
    ...(sample.lcp === undefined ? {} : { _largestContentfulPaint: Math.round(sample.lcp) }),
  };
  const entries = sample.requests.map((request) => entryOf(request, begun));
  return {
    log: {
      version: "1.2",
      creator: { name: "h2push", version: packageFile.version },
      browser: { name: browserName, version },
      pages: [page],
      entries,
    },
  };
}

function entryOf({ target, status, bytes, start, first, end, priority, by, means }: LoadedRequest, begun: number) {
  const wait = Math.max(0, first - start);
  const receive = Math.max(0, end - first);
  const query = new URL(target, ORIGIN).searchParams;
  return {
    pageref: "page_1",
    startedDateTime: new Date(begun + start).toISOString(),
    time: wait + receive,
    request: {
      method: "GET",
      url: ORIGIN + target,
      httpVersion: "HTTP/2",
      cookies: [],
      headers: [],
      queryString: [...query].map(([name, value]) => ({ name, value })),
      headersSize: -1,
      bodySize: 0,
    },
    response: {
      status,
      statusText: "",
      httpVersion: "HTTP/2",
      cookies: [],
      headers: [],
      content: { size: bytes, mimeType: "" },
      redirectURL: "",
      headersSize: -1,
      bodySize: bytes,
    },
    cache: {},
    timings: { send: 0, wait, receive },
    ...(priority === undefined ? {} : { _priority: priority }),
    ...(by === undefined ? {} : { _initiator: ORIGIN + by }),
    _means: means,
  };
}
