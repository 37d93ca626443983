import { debug } from "../io/debug.js";
import {
  type Announcement,
  asksViewport,
  leftToBrowser,
  MAX_LINK_BYTES,
  type PreloadLink,
  type Skipped,
  withinField,
} from "./announcement.js";
import { MAX_TARGET_LENGTH } from "./history.js";
import { PushBudget } from "./push-budget.js";

/** How pages are delivered: `auto` chooses for each client, the others force one means. */
export const deliveryModes = ["auto", "push", "link", "hints", "none"] as const;
export type DeliveryMode = (typeof deliveryModes)[number];

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
 * it is on its way, nothing else is. A font that text waits for has time to
 * come by then, too. What is chosen by the viewport can't be, before there is
 * a document: Firefox 153 fetched a stylesheet for another window and then the
 * same once more (measured); what the author's own field names is the author's
 * to know. Of what the client has, Chromium 156 would ask twice
 * whether it has changed: for the 103, and for the page (measured).
 */
function hintable(
  links: readonly PreloadLink[],
  linked: readonly PreloadLink[],
  { has }: Peer,
): readonly PreloadLink[] {
  const isWanted = (link: PreloadLink) => linked.includes(link) || (link.rel !== undefined && gainsByHint(link));
  const isPossible = (link: PreloadLink) =>
    link.stale !== true && link.blocked !== true && (link.inField === true || !asksViewport(link));
  return links.filter((link) => isPossible(link) && !has(link.target) && isWanted(link));
}

const gainsByHint = ({ as, blocking, named, when }: PreloadLink) =>
  (blocking === true && when !== "load") || (as === "font" && named !== true && when === undefined);

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

/** Why nothing at all is pushed to this client now. */
function clientRefusal(request: PageRequest, peer: Peer): string | undefined {
  if (!peer.pushEnabled) return "push off";
  if (peer.refuses) return "declines pushes";
  return request.saveData ? "save-data" : undefined;
}

/** Why this link is never pushed, whatever there is to push. */
export function linkRefusal(link: PreloadLink): string | undefined {
  if (link.nopush === true) return "nopush";
  if (link.target.length > MAX_TARGET_LENGTH) return "long target";
  // Which candidate is taken is the client's choice; and a medium that does not apply is not worth a push.
  if (link.imagesrcset !== undefined) return "srcset";
  return link.media === undefined ? undefined : "media";
}

/** Why nothing is pushed with this response: a 304 says that the client has the page, and most likely its assets. */
function requestRefusal({ method, status }: PageRequest): string | undefined {
  if (method !== "GET") return method;
  return status === 200 ? undefined : String(status);
}
