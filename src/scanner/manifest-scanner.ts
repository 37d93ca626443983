import { relative } from "node:path";
import { marksInHtml } from "./entry-marks.js";
import type { HtmlFacts } from "./html/facts.js";
import type { EntryMarks, ManifestEntry } from "../manifest/types.js";
import { besideImportMap } from "./modules/beside-import-map.js";
import { canonicalPath } from "./list-pages.js";
import type { WrittenEntry, WrittenManifest } from "../manifest/read.js";
import { type Audience, type Lookup, type SiteFile } from "./lookup.js";
import type { Scanner } from "./scanner.js";
import type { IgnoredTarget, MissingReference, PageNeeds } from "./types.js";

export interface WrittenOptions {
  readonly manifest: WrittenManifest;
  /** Path and text of the manifest's file: a target that is not there is told with its line. */
  readonly name: string;
  readonly text: string;
  /** Absolute path of the site's root. */
  readonly root: string;
  /** The URL path that the site is served below. */
  readonly base: string;
  readonly lookup: Lookup;
  /** What the HTML of a page says. */
  readonly html: (file: SiteFile) => Promise<HtmlFacts>;
}

/** Gives what a manifest says instead of scanning. Whether a target is there, and its size, the files say. */
export function writtenScanner(options: WrittenOptions): Scanner {
  const isMarked = hasMarks(options.manifest);
  const lines = new Map<string, number>();
  const lineOf = (target: string) => {
    const line = lines.get(target) ?? firstLineOf(target, options.text);
    lines.set(target, line);
    return line;
  };
  return {
    page: async (pathname, file, context) => {
      const facts = await options.html(file);
      const marks = isMarked ? new Map<string, EntryMarks>() : marksInHtml(facts, pathname);
      const written = entriesOf(pathname, file.file, options).map((entry) => ({
        ...entry,
        ...marks.get(entry.target),
      }));
      const entries = facts.mayHaveImportMap ? written.map((entry) => besideImportMap(entry)) : written;
      return needsOf(entries, facts, { ...options, lineOf }, context?.audience);
    },
    // It remembers nothing.
    peek: () => undefined,
    invalidate: () => {},
  };
}

/** Whether whoever wrote the manifest has told what the HTML names: the output of `h2push manifest` does. */
function hasMarks(manifest: WrittenManifest): boolean {
  return [...manifest.values()].flat().some(({ named, blocking }) => named === true || blocking === true);
}

/** A page may have entries for the very URL that it was asked for by (its references resolve against it). */
function entriesOf(pathname: string, file: string, { manifest, root, base }: WrittenOptions): readonly WrittenEntry[] {
  const own = manifest.get(pathname);
  if (own !== undefined) return own;
  const canonical = canonicalPath(base, relative(root, file));
  const entries = manifest.get(canonical) ?? [];
  // A route of a single-page application asks for other things than the page of that file does.
  return unsuffixed(canonical) === unsuffixed(pathname) ? entries : entries.filter(({ by }) => by === undefined);
}

/** A page's path without what clean URLs lack. */
const unsuffixed = (pathname: string) => pathname.replace(/(?:\/index)?(?:\.x?html?)?\/?$/, "");

async function needsOf(
  written: readonly WrittenEntry[],
  { mayHaveImportMap }: HtmlFacts,
  options: WrittenOptions & { readonly lineOf: (target: string) => number },
  audience: Audience | undefined,
): Promise<PageNeeds> {
  const ask = async (entry: WrittenEntry) => {
    const { target, as } = entry;
    return { entry, answer: await options.lookup({ target, navigates: as === "document" }, audience) };
  };
  const entries: ManifestEntry[] = [];
  const missing: MissingReference[] = [];
  const ignored: IgnoredTarget[] = [];
  for (const { entry, answer } of await Promise.all(written.map(ask))) {
    const { target } = entry;
    if (answer.kind === "file") entries.push({ ...entry, bytes: answer.size });
    else if (answer.kind === "other") ignored.push({ target, reason: answer.reason });
    else {
      const fault = answer.unreadable === undefined ? {} : { unreadable: answer.unreadable };
      missing.push({ target, from: options.name, line: options.lineOf(target), ...fault });
    }
  }
  return {
    entries,
    mayHaveImportMap,
    reasons: new Map(entries.map(({ target }) => [target, options.name])),
    missing,
    ignored,
  };
}

/** Where a target stands first, as it was written if it was written that way. */
function firstLineOf(target: string, text: string): number {
  const at = text.indexOf(JSON.stringify(target));
  return at < 0 ? 1 : text.slice(0, at).split("\n").length;
}
