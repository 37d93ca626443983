import type { ManifestEntry } from "../manifest/types.js";
import { debug } from "../io/debug.js";
import { writeLink } from "./link.js";
import { PushBudget } from "./push-budget.js";

/** How pages are delivered: `auto` chooses for each client, the others force one means. */
export const deliveryModes = ["auto", "push", "link", "hints", "none"] as const;
export type DeliveryMode = (typeof deliveryModes)[number];

/** What `Link` and 103 name: what a browser can't see in the HTML by itself, or all that a page needs. */
export const announcements = ["unseen", "all"] as const;
export type Announcement = (typeof announcements)[number];

/** A link of a page, from the manifest or from the response's own `Link` field. */
export interface PreloadLink extends ManifestEntry {
  /** There is a response that could be pushed for it. */
  readonly pushable?: boolean;
  /** Entity tag of that response. */
  readonly etag?: string;
  /** Set by the page's author: link it, but never push it. */
  readonly nopush?: boolean;
  /** Its response is stale the moment it arrives: what a 103 has named is then fetched again by the page (Chromium 156, measured). */
  readonly stale?: boolean;
  /** Announced, it would be refused: by the page's `Integrity-Policy`. */
  readonly blocked?: boolean;
  /** The response's own `Link` field names it already. */
  readonly inField?: boolean;
}

/** What the decision needs to know of the request for the page, and of its answer. */
export interface PageRequest {
  /** What was asked for, to be told by. */
  readonly page?: string;
  readonly method: string;
  readonly status: number;
  /** The client asks for less: `save-data: on`. */
  readonly saveData: boolean;
  /** The page goes into a frame, which may be sandboxed: what needs CORS is then refused to it. */
  readonly framed: boolean;
  /** An HTTP/2 navigation: the only request whose 103 a browser reads. */
  readonly navigation: boolean;
  /** Length of the response's own `Link` field, which comes first. */
  readonly linkBytes: number;
}

/** What the decision needs to know of the client and its connection. */
export interface Peer {
  /** SETTINGS_ENABLE_PUSH is 1, and neither side is closing. */
  readonly pushEnabled: boolean;
  /** It has refused so many pushes that it will refuse the next. */
  readonly refuses: boolean;
  /** Streams that may still be promised within its SETTINGS_MAX_CONCURRENT_STREAMS. */
  readonly pushableStreams: number;
  /** Bytes that the connection's flow-control window leaves behind the page (RFC 9113 §6.9). */
  readonly freeWindow: number;
  /** Whether this connection has carried that version of a target already. */
  readonly seen: (target: string, etag: string) => boolean;
  /** Whether it has carried any version of it. */
  readonly has: (target: string) => boolean;
}

export interface Limits {
  readonly mode: DeliveryMode;
  readonly announce: Announcement;
  /** Pushes for one page. */
  readonly pushCount: number;
  /** Bytes pushed for one page; "window" is what the client's flow-control window leaves after the page. */
  readonly pushBytes: number | "window";
}

export interface Skipped {
  readonly link: PreloadLink;
  /** One or two words for the log: "seen", "push off". */
  readonly reason: string;
}

/** How the links of one response reach the client, and why the rest does not. */
export interface Plan {
  readonly push: readonly PreloadLink[];
  readonly hint: readonly PreloadLink[];
  readonly link: readonly PreloadLink[];
  readonly skipped: readonly Skipped[];
}

/** What a link is good for with this client: pushed, linked, or left for a reason. */
interface Choice {
  readonly means: "push" | "link" | "skip";
  readonly reason: string;
}

/** `Link` fields of one response, in bytes: servers and proxies refuse a field section that is much larger. */
const MAX_LINK_BYTES = 8192;

/**
 * Decides what becomes of each link, in order of need.
 *
 * Push where the client takes it, as the asset then comes in the page's own
 * round trip; `Link` everywhere else. What is over a budget of push is linked.
 */
export function plan(links: readonly PreloadLink[], request: PageRequest, peer: Peer, limits: Limits): Plan {
  const push: PreloadLink[] = [];
  const linked: PreloadLink[] = [];
  const skipped: Skipped[] = [];
  if (!isDeliverable(request)) return { push, hint: [], link: linked, skipped };
  const { pushCount, pushBytes } = limits;
  const budget = new PushBudget(pushCount, pushBytes === "window" ? peer.freeWindow : pushBytes, peer.pushableStreams);
  const seen = leftToBrowser(links, limits.announce);
  for (const link of links) {
    const choice = choose(link, request, peer, limits.mode, budget, seen);
    if (debug.enabled) debug("%s: %s %s (%s)", request.page, choice.means, link.target, choice.reason);
    if (choice.means === "skip") skipped.push({ link, reason: choice.reason });
    else (choice.means === "push" ? push : linked).push(link);
  }
  const { taken, left } = withinField(linked, MAX_LINK_BYTES - request.linkBytes);
  for (const { link, reason } of left) debug("%s: skip %s after all (%s)", request.page, link.target, reason);
  if (limits.mode !== "hints" || !request.navigation) {
    return { push, hint: [], link: taken, skipped: [...skipped, ...left] };
  }
  const { taken: hint } = withinField(hintable(links, taken, peer), MAX_LINK_BYTES - request.linkBytes);
  for (const { target } of hint) debug("%s: hint %s (a navigation)", request.page, target);
  return { push, hint, link: taken, skipped: [...skipped, ...left].filter(({ link }) => !hint.includes(link)) };
}

/**
 * A 103 names what the final response links, and what blocks rendering: while
 * it is on its way, nothing else is. Of what the client has, Chromium 156 would
 * ask twice whether it has changed: for the 103, and for the page (measured).
 */
function hintable(
  links: readonly PreloadLink[],
  linked: readonly PreloadLink[],
  { has }: Peer,
): readonly PreloadLink[] {
  const isWanted = (link: PreloadLink) => linked.includes(link) || (link.blocking === true && link.rel !== undefined);
  return links.filter((link) => link.stale !== true && link.blocked !== true && !has(link.target) && isWanted(link));
}

/**
 * What is left to the browser, and why. Its own look at the HTML finds what
 * that names as soon as a `Link` could tell it, and gives it better
 * priorities: announcing an image in it has doubled the largest paint of a
 * page with many (Chromium 156, measured). What scripts load as they run comes
 * on top of a page that shows something by itself: announced, it took the line
 * from the largest image, which came twice as late at 1.6 Mbit/s, and made the
 * load event wait for it (measured). The browser also holds the first paint back
 * up to 100 ms for a font that is announced and not there yet: only those are
 * that text waits for anyway. Of images that the HTML does not name, the first
 * in the document is most likely painted first.
 */
function leftToBrowser(links: readonly PreloadLink[], announce: Announcement): ReadonlyMap<PreloadLink, string> {
  const seen = new Map<PreloadLink, string>();
  let images = 0;
  for (const link of links) {
    if (link.inField === true || link.rel === undefined) continue;
    if (link.blocked === true) seen.set(link, "integrity policy");
    else if (announce === "all") {
      if (isFetchedTwice(link)) seen.set(link, "stale");
    } else if (link.named === true) seen.set(link, "in the HTML");
    else if (isFetchedTwice(link)) seen.set(link, "stale");
    else if (link.when === "load") seen.set(link, "not painted first");
    else if (link.as === "image" && link.when !== "paint" && images++ >= MAX_HIDDEN_IMAGES)
      seen.set(link, "not painted first");
  }
  return seen;
}

/** Firefox 153 takes the preload of a script with CORS through its cache alone: one that is stale is fetched again (measured). */
function isFetchedTwice({ stale, rel, as, crossorigin }: PreloadLink): boolean {
  return stale === true && rel === "preload" && as === "script" && crossorigin !== undefined;
}

/** So many images of stylesheets are announced. */
const MAX_HIDDEN_IMAGES = 1;

/** Whether it matters what could be pushed with this response: finding that out costs a look at each target. */
export function considersPushes(request: PageRequest, peer: Peer, { mode, pushCount }: Limits): boolean {
  const pushes = (mode === "auto" || mode === "push") && pushCount > 0;
  return pushes && request.method === "GET" && isDeliverable(request) && clientRefusal(request, peer) === undefined;
}

/** `Link` goes with the 200 and with the 304: Chromium keeps the stored field through a 304 that has none. */
const isDeliverable = ({ method, status }: PageRequest) =>
  (method === "GET" || method === "HEAD") && (status === 200 || status === 304);

function choose(
  link: PreloadLink,
  request: PageRequest,
  peer: Peer,
  mode: DeliveryMode,
  budget: PushBudget,
  seen: ReadonlyMap<PreloadLink, string>,
): Choice {
  const linkOr = (reason: string): Choice => {
    const left = request.framed && link.inField !== true ? "in a frame" : seen.get(link);
    const skipped = link.rel === undefined ? reason : left;
    return skipped === undefined ? { means: "link", reason } : { means: "skip", reason: skipped };
  };
  if (mode === "none") return { means: "skip", reason: "off" };
  if (mode === "link" || mode === "hints") return linkOr(link.rel === undefined ? "not preloadable" : mode);
  const absent = link.pushable === true ? undefined : "nothing to push";
  const refusal = clientRefusal(request, peer) ?? linkRefusal(link) ?? absent;
  if (refusal === undefined && link.etag !== undefined && peer.seen(link.target, link.etag)) {
    return { means: "skip", reason: "seen" };
  }
  const reason = refusal ?? requestRefusal(request) ?? budget.refusal(link.bytes);
  if (reason === undefined) return { means: "push", reason: "the client takes pushes" };
  return mode === "push" ? { means: "skip", reason } : linkOr(reason);
}

/** The links that fit into the field together, most needed first. */
function withinField(links: readonly PreloadLink[], bytes: number): { taken: PreloadLink[]; left: Skipped[] } {
  const taken: PreloadLink[] = [];
  const left: Skipped[] = [];
  let free = bytes;
  for (const link of links) {
    const size = fieldSize(link);
    if (size > free) left.push({ link, reason: "8 KB of Link" });
    else {
      taken.push(link);
      free -= size;
    }
  }
  return { taken, left };
}

/** Bytes that a link adds to the response's own `Link` field; Infinity when it can't be written. */
const fieldSize = (link: PreloadLink) =>
  link.inField === true ? 0 : (writeLink(link)?.length ?? Infinity) + ", ".length;

/** Why nothing at all is pushed to this client now. */
function clientRefusal(request: PageRequest, peer: Peer): string | undefined {
  if (!peer.pushEnabled) return "push off";
  if (peer.refuses) return "declines pushes";
  return request.saveData ? "save-data" : undefined;
}

/** Why this link is never pushed, whatever there is to push. */
export function linkRefusal(link: PreloadLink): string | undefined {
  if (link.nopush === true) return "nopush";
  // Which candidate is taken is the client's choice; and a medium that does not apply is not worth a push.
  if (link.imagesrcset !== undefined) return "srcset";
  return link.media === undefined ? undefined : "media";
}

/** Why nothing is pushed with this response: a 304 says that the client has the page, and most likely its assets. */
function requestRefusal({ method, status }: PageRequest): string | undefined {
  if (method !== "GET") return method;
  return status === 200 ? undefined : String(status);
}
