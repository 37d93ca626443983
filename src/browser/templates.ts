import type { Destination } from "../manifest/destination.js";
import type { ManifestEntry } from "../manifest/types.js";

/** Pages that look alike: below the same top folder, at the same depth, with the same shared stylesheets and scripts. */
export interface Template {
  readonly pages: readonly string[];
  /** Those that are loaded. */
  readonly loaded: readonly string[];
}

/** Templates with so many pages are loaded whole. */
const MAX_PAGES_LOADED_WHOLE = 20;

/** Of larger ones so many pages are loaded: the others get what these have in common. */
export const SAMPLE_PAGES = 3;

export interface PageChoice {
  /** All pages are loaded. */
  readonly all: boolean;
  /** Pages to load at most. */
  readonly limit: number;
}

/** Groups pages, and chooses which of them are loaded. */
export function chooseTemplates(
  pages: ReadonlyMap<string, readonly ManifestEntry[]>,
  { all, limit }: PageChoice,
): readonly Template[] {
  const groups = new Map<string, string[]>();
  const shared = sharedCode(pages.values());
  for (const [pathname, entries] of pages) {
    const key = templateOf(pathname, entries, shared);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [pathname]);
    else group.push(pathname);
  }
  const templates = [...groups.values()].map((group) => ({
    pages: group,
    loaded: all || group.length <= MAX_PAGES_LOADED_WHOLE ? group : samplesOf(group),
  }));
  return withinLimit(templates, limit);
}

/** Stylesheets and scripts that more than one page has: what a page has alone, like its text as a module, makes no template. */
function sharedCode(lists: Iterable<readonly ManifestEntry[]>): ReadonlySet<string> {
  const once = new Set<string>();
  const shared = new Set<string>();
  for (const target of [...lists].flatMap(codeOf)) (once.has(target) ? shared : once).add(target);
  return shared;
}

const codeOf = (entries: readonly ManifestEntry[]) =>
  entries.filter(({ as }) => as === "style" || as === "script").map(({ target }) => target);

function templateOf(pathname: string, entries: readonly ManifestEntry[], shared: ReadonlySet<string>): string {
  const folders = pathname.split("/").filter(Boolean).slice(0, -1);
  const code = codeOf(entries).filter((target) => shared.has(target));
  return [folders[0] ?? "", folders.length, ...code.sort()].join("\n");
}

/** The first, the last, and those between at the same distance. */
function samplesOf(pages: readonly string[]): readonly string[] {
  const at = (number: number) => Math.round((number * (pages.length - 1)) / (SAMPLE_PAGES - 1));
  return Array.from({ length: SAMPLE_PAGES }, (_, number) => pages[at(number)] ?? []).flat();
}

/** As many pages as may be loaded: the first of each template before the second of one. */
function withinLimit(templates: readonly Template[], limit: number): readonly Template[] {
  const most = Math.max(...templates.map(({ loaded }) => loaded.length), 0);
  const turns = Array.from({ length: most }, (_, turn) => templates.flatMap(({ loaded }) => loaded[turn] ?? []));
  const taken = new Set(turns.flat().slice(0, limit));
  return templates.map(({ pages, loaded }) => ({ pages, loaded: loaded.filter((page) => taken.has(page)) }));
}

/** What code asks for. Images and frames are a page's own. */
const BY_CODE: ReadonlySet<Destination> = new Set<Destination>(["fetch", "font", "json", "script", "style"]);

/** The entries that pages like these have: those that all of these lists have, and have alike. */
export function commonEntries(lists: readonly (readonly ManifestEntry[])[]): readonly ManifestEntry[] {
  const [first = new Map<string, ManifestEntry>(), ...others] = lists.map(
    (list) => new Map(list.map((entry) => [JSON.stringify(entry), entry])),
  );
  const common = [...first].filter(([key]) => others.every((other) => other.has(key))).map(([, entry]) => entry);
  return common.filter((entry) => BY_CODE.has(entry.as));
}
