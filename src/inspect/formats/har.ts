import packageFile from "../../../package.json" with { type: "json" };
import type { Means } from "../loads/types.js";

/** A page as an archive has it (HAR 1.2, "pages"). Times are milliseconds. */
export interface HarPage {
  readonly title: string;
  /** Milliseconds since the epoch. */
  readonly begun: number;
  readonly timings: Readonly<Record<string, number>>;
  readonly browser: { readonly name: string; readonly version: string };
  /** Fields beyond the standard's: their names begin with `_`. */
  readonly more: Readonly<Record<string, unknown>>;
}

/** A request of that page. */
export interface HarRequest {
  readonly method: string;
  readonly url: string;
  readonly protocol: string;
  readonly status: number;
  readonly bytes: number;
  readonly type: string;
  /** Milliseconds since the page was asked for. */
  readonly start: number;
  readonly first: number;
  readonly end: number;
  readonly means: Means;
  readonly more: Readonly<Record<string, unknown>>;
}

/** One load as HAR 1.2. Neither fields nor contents go with it: they are nobody else's business. */
export function harLog({ title, begun, timings, browser, more }: HarPage, requests: readonly HarRequest[]) {
  const startedDateTime = new Date(begun).toISOString();
  return {
    log: {
      version: "1.2",
      creator: { name: "h2push", version: packageFile.version },
      browser,
      pages: [{ startedDateTime, id: "page_1", title, pageTimings: timings, ...more }],
      entries: requests.map((request) => entryOf(request, begun)),
    },
  };
}

function entryOf(request: HarRequest, begun: number) {
  const { method, url, protocol, status, bytes, type, start, first, end, means, more } = request;
  const wait = Math.max(0, first - start);
  const receive = Math.max(0, end - first);
  const query = [...new URL(url).searchParams].map(([name, value]) => ({ name, value }));
  const common = { httpVersion: protocol, cookies: [], headers: [], headersSize: -1 };
  return {
    pageref: "page_1",
    startedDateTime: new Date(begun + start).toISOString(),
    time: wait + receive,
    request: { method, url, ...common, queryString: query, bodySize: method === "GET" || method === "HEAD" ? 0 : -1 },
    response: {
      status,
      statusText: "",
      ...common,
      content: { size: bytes, mimeType: type },
      redirectURL: "",
      bodySize: bytes,
    },
    cache: {},
    timings: { send: 0, wait, receive },
    ...more,
    _means: means,
  };
}
