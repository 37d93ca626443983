import {
  type Announcement,
  asksViewport,
  isFetchedTwice,
  leftToBrowser,
  MAX_LINK_BYTES,
  withinField,
} from "../delivery/announcement.js";
import { linkRefusal } from "../delivery/plan.js";
import { writeLink } from "../delivery/link.js";
import type { ManifestEntry } from "../manifest/types.js";

/** What one page says and pushes where a target carries it. */
export interface ExportedPage {
  /** Canonical URL path, percent-encoded as on the wire. */
  readonly pathname: string;
  /** What its `Link` fields name, most needed first. */
  readonly links: readonly ManifestEntry[];
  /** What a 103 before it names. */
  readonly hints: readonly ManifestEntry[];
  /** What is pushed with it by name, where the target does so. */
  readonly pushes: readonly ManifestEntry[];
}

/** Something of a page's list that a target can't say, or should not. */
export interface LeftOut {
  readonly page: string;
  readonly entry: ManifestEntry;
  readonly reason: string;
}

/** What a target can say. */
export interface Abilities {
  /** By which means it announces: a field of the response, or elements in the page. */
  readonly announces: "field" | "element";
  /** A 103 is made of the page's `Link` fields by whoever carries it: they have to stand in one. */
  readonly makesHints: boolean;
  /** Where it sends a 103, the final response links what that names, and nothing else. */
  readonly linksWhatItHints?: boolean;
  /** It sends an announced image as soon as it is asked for, before stylesheets and fonts that are asked for later. */
  readonly sendsImagesFirst?: boolean;
  /** It pushes what is named to it, beside what it announces. */
  readonly pushesByName: boolean;
  /** Most that it pushes with a page, with what it announces. */
  readonly maxPushes?: number;
  /** Whether it sends a target stale. */
  readonly isStale?: (target: string) => boolean;
  /** It goes by the file that answers, not by the path that was asked for. */
  readonly goesByFile?: boolean;
  /** What it takes for something else, in a URL. */
  readonly unwritable?: RegExp;
  /** Most characters of one link-value. */
  readonly maxLink?: number;
}

/**
 * What becomes of a page's list with a target: the rules are those of
 * `h2push` itself by `--delivery auto`, as far as the target can follow them.
 */
export function exportPage(
  pathname: string,
  entries: readonly ManifestEntry[],
  abilities: Abilities,
  { announce, earlyHints }: { readonly announce: Announcement; readonly earlyHints: boolean },
): { readonly page: ExportedPage; readonly left: readonly LeftOut[] } {
  const left: LeftOut[] = [];
  const isForOthers = ({ route }: ManifestEntry) => route === true && abilities.goesByFile === true;
  const reason = "the router loads it at this path alone, and the target goes by the file that answers";
  left.push(...entries.filter(isForOthers).map((entry) => ({ page: pathname, entry, reason })));
  const others = entries.filter((entry) => entry.target !== pathname && !isForOthers(entry));
  const seen = leftToBrowser(others, announce);
  const announced = others.filter((entry) => {
    if (entry.rel === undefined || seen.has(entry)) return false;
    const reason = refusal(entry, abilities) ?? (announce === "all" ? undefined : imageRefusal(entry, abilities));
    if (reason !== undefined) left.push({ page: pathname, entry, reason });
    return reason === undefined;
  });
  const { taken, left: long } =
    abilities.announces === "field" ? withinField(announced, MAX_LINK_BYTES) : { taken: announced, left: [] };
  left.push(...long.map(({ link, reason }) => ({ page: pathname, entry: link, reason: `over ${reason}` })));
  const isHinted = (entry: ManifestEntry) =>
    hintRefusal(entry, abilities) === undefined &&
    (taken.includes(entry) || (entry.blocking === true && entry.rel !== undefined));
  const { pushes, left: unpushed } = pushable(others, taken, abilities);
  left.push(...unpushed.map((entry) => ({ page: pathname, entry, reason: `over ${abilities.maxPushes} pushes` })));
  const hints = earlyHints ? withinField(others.filter(isHinted), MAX_LINK_BYTES).taken : [];
  if (abilities.linksWhatItHints === true && hints.length > 0) {
    for (const entry of taken) {
      const reason = hintRefusal(entry, abilities);
      if (reason !== undefined) left.push({ page: pathname, entry, reason });
    }
  }
  return { page: { pathname, links: taken, hints, pushes }, left };
}

/** What is pushed by name: all that a client would take, but no more than the target bears beside what it announces. */
function pushable(
  entries: readonly ManifestEntry[],
  links: readonly ManifestEntry[],
  { pushesByName, maxPushes = Infinity, unwritable }: Abilities,
): { readonly pushes: readonly ManifestEntry[]; readonly left: readonly ManifestEntry[] } {
  if (!pushesByName) return { pushes: [], left: [] };
  const all = entries.filter((entry) => linkRefusal(entry) === undefined && unwritable?.test(entry.target) !== true);
  let room = Math.max(0, maxPushes - all.filter((entry) => links.includes(entry)).length);
  const pushes = all.filter((entry) => links.includes(entry) || room-- > 0);
  if (pushes.length > maxPushes) return { pushes: [], left: all };
  return { pushes, left: all.filter((entry) => !pushes.includes(entry)) };
}

/** Why an entry that would be announced is not. */
function refusal(entry: ManifestEntry, abilities: Abilities): string | undefined {
  const { announces, makesHints, isStale, maxLink, unwritable } = abilities;
  if (isFetchedTwice({ ...entry, stale: isStale?.(entry.target) === true })) return STALE;
  if (announces === "element") return undefined;
  const link = writeLink(entry);
  if (link === undefined) return "characters that a field can't hold";
  if (unwritable?.test(entry.target) === true) return "characters that it takes for something else";
  if (maxLink !== undefined && link.length > maxLink) return `a link of ${link.length} characters`;
  return makesHints ? hintRefusal(entry, abilities) : undefined;
}

const REMEDY = "give it a Cache-Control with max-age in _headers";
const STALE = `Firefox would fetch it twice, as it is sent stale: ${REMEDY}`;
const STALE_HINT = `after a 103 Chromium would ask for it again, as it is sent stale: ${REMEDY}`;

/** An announced image takes the line from the stylesheets and fonts that paints wait for: h2push holds it back, others don't. */
function imageRefusal({ as }: ManifestEntry, { sendsImagesFirst }: Abilities): string | undefined {
  return as === "image" && sendsImagesFirst === true ? "an image would be sent before what paints wait for" : undefined;
}

/**
 * A 103 comes before there is a document: what is chosen by its viewport can't
 * be chosen (HTML §4.2.4.6). What it names goes through the HTTP cache: what is
 * stale as it arrives is asked for again by the page, a file of each kind with
 * `max-age=0, must-revalidate` 6 times of 6, with a 304 for its entity tag
 * (Chromium 156, measured). By a `Link` of the page itself it is not.
 */
function hintRefusal(entry: ManifestEntry, { isStale }: Abilities): string | undefined {
  if (isStale?.(entry.target) === true) return STALE_HINT;
  if (!asksViewport(entry)) return undefined;
  return `${entry.media === undefined ? "imagesrcset" : "media"}: a 103 has no viewport to choose by`;
}
