import { harLog } from "../inspect/formats/har.js";
import type { LoadedRequest } from "./measure/measured-load.js";
import type { Report, WayFigures } from "./types.js";

/** Where the loads seem to come from: the site is served at another port each time. */
const ORIGIN = "https://localhost";

/** The beginning of the names of a page's files, by its path: "docs-guide", and "docs-guide-2" for the next that reads alike. */
export function harNames(paths: readonly string[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  // Some systems have one file for "A" and "a".
  const taken = new Set<string>();
  for (const path of paths) {
    const words = path.split(/[^\w.]+/).filter(Boolean);
    const plain = words.length === 0 ? "index" : words.join("-");
    let name = plain;
    for (let number = 2; taken.has(name.toLowerCase()); number++) name = `${plain}-${number}`;
    taken.add(name.toLowerCase());
    names.set(path, name);
  }
  return names;
}

/** The name of a file for a page and a way: "docs-guide.link-all.har". @param page as `harNames` has it */
export const harName = (page: string, way: string) => `${page}.${way.replace(" ", "-")}.har`;

/** The median load by one way as HAR 1.2: each request once, also what was announced. */
export function harOf(path: string, { name, sample }: WayFigures, { date, browser }: Report) {
  const [browserName = "", version = ""] = browser.split(" ");
  const page = {
    title: `${ORIGIN}${path} (${name})`,
    begun: Date.parse(date),
    timings: { onContentLoad: -1, onLoad: Math.round(sample.load) },
    browser: { name: browserName, version },
    more: {
      ...(sample.fcp === undefined ? {} : { _firstContentfulPaint: Math.round(sample.fcp) }),
      ...(sample.lcp === undefined ? {} : { _largestContentfulPaint: Math.round(sample.lcp) }),
    },
  };
  return harLog(page, sample.requests.map(requestOf));
}

function requestOf({ target, method = "GET", status, bytes, start, first, end, priority, by, means }: LoadedRequest) {
  return {
    method,
    url: ORIGIN + target,
    protocol: "HTTP/2",
    type: "",
    status,
    bytes,
    start,
    first,
    end,
    means,
    more: {
      ...(priority === undefined ? {} : { _priority: priority }),
      ...(by === undefined ? {} : { _initiator: ORIGIN + by }),
    },
  };
}
