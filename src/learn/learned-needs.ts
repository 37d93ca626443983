import { besideImportMap } from "../scanner/modules/beside-import-map.js";
import type { PageNeeds } from "../scanner/types.js";
import type { Destination } from "../manifest/destination.js";
import type { ManifestEntry } from "../manifest/types.js";

type Ranks = Partial<Record<Destination, number>>;

/** The order of need: stylesheets, scripts that block, fonts, modules, data, images. */
const RANKS: Ranks = { style: 0, font: 1, script: 2, json: 3, fetch: 3, image: 4 };

/** Where scripts make the page, there is no text for a font before they have run. */
const MADE_BY_SCRIPT: Ranks = { ...RANKS, font: 3 };

/**
 * What a page needs by reading, with what was learned put in where it is
 * needed, in the order in which it was asked for.
 *
 * @param off targets that are left to the browser
 */
export function withLearned(needs: PageNeeds, learned: Iterable<ManifestEntry>, off: ReadonlySet<string>): PageNeeds {
  const ranks = needs.isMadeByScript === true ? MADE_BY_SCRIPT : RANKS;
  const rankOf = ({ as }: ManifestEntry) => ranks[as] ?? 5;
  const entries = needs.entries.filter(({ target }) => !off.has(target));
  const known = knownTargets(needs);
  const reasons = new Map(needs.reasons);
  for (const entry of learned) {
    if (known.has(entry.target) || off.has(entry.target)) continue;
    const formed = needs.mayHaveImportMap ? besideImportMap(entry) : entry;
    const added = needs.isMadeByScript === true ? forPaint(formed) : afterPaint(formed);
    const at = entries.findLastIndex((other) => rankOf(other) <= rankOf(added));
    entries.splice(at + 1, 0, added);
    reasons.set(entry.target, entry.by === "browser" ? "asked for by the browser" : "asked for in an earlier load");
  }
  return { ...needs, entries, reasons };
}

/** Nothing is painted before it is asked for. */
const forPaint = (entry: ManifestEntry): ManifestEntry =>
  entry.when === "load" && entry.by === "traffic" ? { ...entry, when: "paint" } : entry;

/** The page shows something by itself: what its scripts ask for comes on top. */
const afterPaint = (entry: ManifestEntry): ManifestEntry =>
  entry.when === undefined ? { ...entry, when: "load" } : entry;

/** What the page's list has already, each candidate of an image too, as the client chooses one; and its icons, which no preload stands for. */
function knownTargets({ entries, ignored }: PageNeeds): ReadonlySet<string> {
  const known = new Set(ignored.filter(({ reason }) => reason === "icon").map(({ target }) => target));
  for (const { target, imagesrcset } of entries) {
    known.add(target);
    for (const [, url] of imagesrcset?.matchAll(/(?:^|,)\s*(\S*[^\s,])/g) ?? []) if (url !== undefined) known.add(url);
  }
  return known;
}
