/** How the client came to ask for a target: it is the page, nobody told it, or an announcement did; or it was pushed. */
export type Means = "page" | "found" | "link" | "hint" | "push";

/** A request of a load. Times are milliseconds since the page was asked for. */
export interface LoadedRequest {
  /** Path and query. */
  readonly target: string;
  /** GET without it. */
  readonly method?: string;
  /** What it is for (Fetch, "destination"); "" for `fetch()`. */
  readonly destination: string;
  /** 0 when there was no answer. */
  readonly status: number;
  /** Content bytes of the response, as they were sent. */
  readonly bytes: number;
  readonly start: number;
  /** The first byte of the response. */
  readonly first: number;
  readonly end: number;
  /** That the browser gave it: "VeryHigh" to "VeryLow". */
  readonly priority?: string;
  /** The target that asked for it. */
  readonly by?: string;
  readonly means: Means;
  /** For another page, ahead of it. */
  readonly isAhead: boolean;
}

export interface LeftTarget {
  readonly target: string;
  readonly reason: string;
}

/** One cold load of a page. Times are milliseconds since the page was asked for. */
export interface Load {
  /** First byte of the page. */
  readonly ttfb: number;
  /** First and largest contentful paint; undefined when nothing was painted, or the client paints nothing. */
  readonly fcp: number | undefined;
  readonly lcp: number | undefined;
  /** What was painted largest: "img.hero /hero.jpg". */
  readonly lcpElement: string | undefined;
  /** The load event. */
  readonly load: number;
  /** In the order in which they were sent. */
  readonly requests: readonly LoadedRequest[];
  /** Targets that `Link` or a 103 named. */
  readonly announced: readonly string[];
  /** Targets that were left to the client, and why: "in the HTML". */
  readonly left: readonly LeftTarget[];
  /** Hosts that were asked, and are not this site's. */
  readonly foreign: readonly string[];
}
