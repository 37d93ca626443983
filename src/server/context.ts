import type { Limits } from "../delivery/plan.js";
import type { Scanner } from "../scanner/scanner.js";
import type { Representations } from "../files/representation/representations.js";
import type { Connections } from "./listen/connections.js";
import type { Traffic } from "./page-delivery/traffic.js";
import type { Delivery } from "../delivery/history.js";
import type { Inspector } from "./inspect/inspector.js";
import type { Exchange } from "./http/exchange.js";
import type { RememberedLinks } from "./page-delivery/early-hints.js";
import type { Hosts } from "./middleware/host-check.js";
import type { Live } from "./live-reload/live.js";
import type { Route } from "./routes/route.js";
import type { SiteRules } from "./middleware/site-rules.js";
import type { SiteLookup } from "./files/site-lookup.js";

/** What was delivered with a page: at once when the answer was in memory. */
export type Answered = Delivery | undefined | Promise<Delivery | undefined>;

/** One step on the way of a request: it answers, or leaves that to the next. */
export type Step = (exchange: Exchange, site: Site) => Answered | "next";

/** What a server answers from. */
export interface Site {
  /** Finds files; without one, there are none. */
  readonly lookup: SiteLookup | undefined;
  readonly representations: Representations;
  readonly hosts: Hosts;
  /** It is a part of another server: what it has no answer for is left to that. */
  readonly isMounted: boolean;
  readonly scanner: Scanner | undefined;
  /** Learns from what clients ask for; undefined where nothing is learned. */
  readonly traffic: Traffic | undefined;
  /** Writes down what happens, for those who look; undefined without `--inspect`. */
  readonly inspector: Inspector | undefined;
  /** The way of a request. */
  readonly steps: readonly Step[];
  /** Answers what live reload asks for. */
  readonly live:
    | Pick<Live, "owns" | "pageOf" | "answer" | "missing" | "made" | "withScript" | "asksForPage" | "passed">
    | undefined;
  readonly routes: readonly Route[];
  /** What `_headers` and `_redirects` say, and what changes the fields of every response. */
  readonly rules: SiteRules;
  /** Whether an upstream answers for the target, and neither a route nor a file. */
  readonly isProxied: (target: string) => boolean;
  readonly limits: Limits;
  /** Says on each page what was delivered, in a `server-timing` field. */
  readonly serverTiming: boolean;
  /** Files are served without freshness, by `--cache` or for live reload. */
  readonly keepsNothing: boolean;
  /** The links that routes gave before. */
  readonly hints: RememberedLinks;
  /** Whether a 103 gains anything: with an untrusted certificate Chromium fetches each hinted asset twice (measured). */
  readonly hintsHelp: boolean;
  readonly connections: Connections;
  /** Aborted when the server begins to close. */
  readonly closing: AbortSignal;
  /** Takes what went wrong with one request: a bug of ours or of a route, a failing disk. */
  readonly report: (error: Error) => void;
  /** Tells once of a file that can't be read: what the system says is "EACCES". */
  readonly unreadable: (file: string, code: string) => void;
  /** Takes what the user should know of, in a sentence. */
  readonly notice: (text: string) => void;
}
