import type { Load } from "./measure/measured-load.js";
import type { Network } from "./measure/networks.js";
import type { WayName } from "./measure/ways.js";
import type { Spread } from "./statistics.js";

/** In milliseconds since the page was asked for: its first byte, first and largest contentful paint, load event, last needed byte. */
export const timeNames = ["ttfb", "fcp", "lcp", "load", "last"] as const;
export type TimeName = (typeof timeNames)[number];

export interface TimeFigure extends Spread {
  /** One for each load, in their order. */
  readonly values: readonly number[];
}

/** How far a time is from that without help. */
export interface Difference {
  /** Milliseconds between the medians; below 0 is sooner. */
  readonly by: number;
  /** Of the median without help: -0.25 is a quarter sooner. */
  readonly part: number;
  /** Of the rank test, see `rankTest`. */
  readonly p: number;
  /** It stands outside the noise, and is large enough to matter. */
  readonly isReal: boolean;
}

/** What the loads of a page by one way have shown. */
export interface WayFigures {
  readonly name: WayName;
  readonly flags: string;
  /** What is absent was not measured in each load: nothing was painted, say. */
  readonly times: Partial<Record<TimeName, TimeFigure>>;
  readonly differences: Partial<Record<TimeName, Difference>>;
  /** Requests, and content bytes as they were sent: medians. */
  readonly requests: number;
  readonly bytes: number;
  /** Files that wait for one another, the page not counted: 2 for what a stylesheet asks for. */
  readonly depth: number;
  /** Targets that were fetched more than once, that were announced and nobody asks for without, that are not there. */
  readonly twice: readonly string[];
  readonly unused: readonly string[];
  readonly missing: readonly string[];
  readonly announced: readonly string[];
  readonly lcpElement?: string;
  /** The load whose load event is the median one. */
  readonly sample: Load;
}

/** What pushes gain for a client that takes them, beside the same client without. */
export interface PushFigures {
  /** Of the last needed byte. */
  readonly without: TimeFigure;
  readonly with: TimeFigure;
  readonly difference: Difference;
  /** Targets that were pushed. */
  readonly pushed: readonly string[];
  readonly sample: Load;
}

/** What to do about a page. */
export interface Verdict {
  /** The way that makes the page faster, and nothing slower; undefined when there is none. */
  readonly use?: WayName;
  /** Those that make a paint or the load event later. */
  readonly harmful: readonly WayName[];
  /** One sentence, or two. */
  readonly text: string;
}

export interface PageResult {
  /** URL path. */
  readonly path: string;
  readonly ways: readonly WayFigures[];
  /** Ways that tell the page the same as another one, and were not loaded. */
  readonly alike: Partial<Record<WayName, WayName>>;
  /** Undefined when the page asks for nothing. */
  readonly push?: PushFigures;
  /** Hosts that the page asked, and that did not answer. */
  readonly foreign: readonly string[];
  readonly verdict: Verdict;
}

/** What `--format json` writes. */
export interface Report {
  readonly version: 1;
  /** When it began (ISO 8601). */
  readonly date: string;
  readonly browser: string;
  readonly network: Network & { readonly name?: string };
  /** The browser's window, as `--viewport` has it; reports did not say it at first. */
  readonly viewport?: string;
  /** How long the server thinks before it answers with a page (milliseconds). */
  readonly think: number;
  /** Loads by each way; as many more of those that leave open if there is a difference. */
  readonly runs: number;
  readonly pages: readonly PageResult[];
}
