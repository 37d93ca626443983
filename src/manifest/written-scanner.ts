import { relative, sep } from "node:path";
import type { ManifestEntry } from "./manifest.js";
import { encodeSegment } from "./pages.js";
import type { WrittenEntry, WrittenManifest } from "./read-manifest.js";
import type { Locate, MissingReference, PageNeeds, Scanner, SiteFile } from "./scanner.js";

export interface WrittenOptions {
  readonly manifest: WrittenManifest;
  /** Path and text of the manifest's file: a target that is not there is told with its line. */
  readonly name: string;
  readonly text: string;
  /** Absolute path of the site's root. */
  readonly root: string;
  readonly locate: Locate;
}

/** Gives what a manifest says instead of scanning. Whether a target is there, and its size, the files say. */
export function writtenScanner(options: WrittenOptions): Scanner {
  return {
    page: (pathname, { file }) => needsOf(entriesOf(pathname, file, options), options),
    // It remembers nothing.
    recall: () => undefined,
    lookAgain: () => {},
  };
}

/** A page may have entries for the very URL that it was asked for by (its references resolve against it). */
function entriesOf(pathname: string, file: string, { manifest, root }: WrittenOptions): readonly WrittenEntry[] {
  return manifest.get(pathname) ?? manifest.get(canonicalPath(root, file)) ?? [];
}

function canonicalPath(root: string, file: string): string {
  const names = relative(root, file).split(sep).map(encodeSegment);
  return `/${names.join("/")}`.replace(/\/index\.html$/, "/");
}

async function needsOf(written: readonly WrittenEntry[], options: WrittenOptions): Promise<PageNeeds> {
  const files = await Promise.all(written.map(({ target }) => options.locate(target.replace(/\?.*$/s, ""))));
  const entries: ManifestEntry[] = [];
  const missing: MissingReference[] = [];
  for (const [index, entry] of written.entries()) {
    const file: SiteFile | undefined = files[index];
    if (file !== undefined) entries.push({ ...entry, bytes: file.size });
    else missing.push({ target: entry.target, from: options.name, line: lineOf(entry.target, options.text) });
  }
  return {
    entries,
    // A manifest does not say which scripts hold up the parser.
    blocking: new Set(entries.filter(({ as, media }) => as === "style" && media === undefined).map(targetOf)),
    why: new Map(entries.map(({ target }) => [target, options.name])),
    missing,
    left: [],
  };
}

const targetOf = ({ target }: ManifestEntry) => target;

/** Where a target stands first, as it was written if it was written that way. */
function lineOf(target: string, text: string): number {
  const at = text.indexOf(JSON.stringify(target));
  return at < 0 ? 1 : text.slice(0, at).split("\n").length;
}
