import type { ManifestEntry } from "../manifest/types.js";
import { writeLink } from "./link.js";

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

export interface Skipped {
  readonly link: PreloadLink;
  /** One or two words for the log: "seen", "push off". */
  readonly reason: string;
}

/** `Link` fields of one response, in bytes: servers and proxies refuse a field section that is much larger. */
export const MAX_LINK_BYTES = 8192;

/**
 * What is left to the browser, and why. Its own look at the HTML finds what
 * that names as soon as a `Link` could tell it, and gives it better
 * priorities: announcing an image in it has doubled the largest paint of a
 * page with many (Chromium 156, measured). What scripts load as they run comes
 * on top of a page that shows something by itself: announced, it took the line
 * from the largest image, which came twice as late at 1.6 Mbit/s, and made the
 * load event wait for it (measured). The browser also holds the first paint back
 * up to 100 ms for a font that is announced and not there yet: only those are
 * that text waits for anyway, and none where scripts would run in that time,
 * which came before a first paint 150 ms later (measured). Where that paint
 * waits for stylesheets that the HTML does not name, the font is there by then.
 * Of images that the HTML does not name, the first in the document is most
 * likely painted first, and the first that was asked for where scripts make it.
 */
export function leftToBrowser(links: readonly PreloadLink[], announce: Announcement): ReadonlyMap<PreloadLink, string> {
  const seen = new Map<PreloadLink, string>();
  let images = 0;
  const runsScripts = links.some(({ as, blocking }) => as === "script" && blocking !== true);
  const waitsForStyles = links.some(({ as, blocking, named }) => as === "style" && blocking === true && named !== true);
  for (const link of links) {
    if (link.inField === true || link.rel === undefined) continue;
    if (link.blocked === true) seen.set(link, "integrity policy");
    else if (announce === "all") {
      if (isFetchedTwice(link)) seen.set(link, "stale");
    } else if (link.named === true) seen.set(link, "in the HTML");
    else if (isFetchedTwice(link)) seen.set(link, "stale");
    else if (link.when === "load" || (runsScripts && !waitsForStyles && link.as === "font" && link.when !== "paint"))
      seen.set(link, "not painted first");
    else if (link.as === "image" && !isPaintedFirst(link) && images++ >= MAX_HIDDEN_IMAGES)
      seen.set(link, "not painted first");
  }
  return seen;
}

/** Whether a browser has shown it; of what requests alone have shown, nobody knows which one is painted, or on which screens. */
const isPaintedFirst = ({ when, by }: PreloadLink) => when === "paint" && by !== "traffic";

/** Firefox 153 takes the preload of a script with CORS through its cache alone: one that is stale is fetched again (measured). */
export function isFetchedTwice({ stale, rel, as, crossorigin }: PreloadLink): boolean {
  return stale === true && rel === "preload" && as === "script" && crossorigin !== undefined;
}

/** Whether a client chooses by its viewport what it fetches, or whether it does. */
export const asksViewport = ({ media, imagesrcset }: ManifestEntry): boolean =>
  media !== undefined || imagesrcset !== undefined;

/** So many images of stylesheets are announced. */
const MAX_HIDDEN_IMAGES = 1;

/** The links that fit into the field together, most needed first. */
export function withinField(links: readonly PreloadLink[], bytes: number): { taken: PreloadLink[]; left: Skipped[] } {
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
