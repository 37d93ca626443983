import { relative, sep } from "node:path";
import type { ManifestEntry } from "./manifest.js";
import { encodeSegment } from "./pages.js";
import type { WrittenEntry, WrittenManifest } from "./read-manifest.js";
import { MISSING, type Audience, type Lookup } from "./lookup.js";
import type { LeftOut, MissingReference, PageNeeds, Scanner } from "./scanner.js";

export interface WrittenOptions {
  readonly manifest: WrittenManifest;
  /** Path and text of the manifest's file: a target that is not there is told with its line. */
  readonly name: string;
  readonly text: string;
  /** Absolute path of the site's root. */
  readonly root: string;
  readonly lookup: Lookup;
}

/** Gives what a manifest says instead of scanning. Whether a target is there, and its size, the files say. */
export function writtenScanner(options: WrittenOptions): Scanner {
  return {
    page: (pathname, { file }, context) => needsOf(entriesOf(pathname, file, options), options, context?.audience),
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

async function needsOf(
  written: readonly WrittenEntry[],
  options: WrittenOptions,
  audience: Audience | undefined,
): Promise<PageNeeds> {
  const ask = ({ target, as }: WrittenEntry) => options.lookup({ target, navigates: as === "document" }, audience);
  const answers = await Promise.all(written.map(ask));
  const entries: ManifestEntry[] = [];
  const missing: MissingReference[] = [];
  const left: LeftOut[] = [];
  for (const [index, entry] of written.entries()) {
    const answer = answers[index] ?? MISSING;
    const { target } = entry;
    if (answer.kind === "file") entries.push({ ...entry, bytes: answer.size });
    else if (answer.kind === "other") left.push({ target, why: answer.why });
    else missing.push({ target, from: options.name, line: lineOf(target, options.text) });
  }
  return {
    entries,
    // A manifest does not say which scripts hold up the parser.
    blocking: new Set(entries.filter(({ as, media }) => as === "style" && media === undefined).map(targetOf)),
    why: new Map(entries.map(({ target }) => [target, options.name])),
    missing,
    left,
  };
}

const targetOf = ({ target }: ManifestEntry) => target;

/** Where a target stands first, as it was written if it was written that way. */
function lineOf(target: string, text: string): number {
  const at = text.indexOf(JSON.stringify(target));
  return at < 0 ? 1 : text.slice(0, at).split("\n").length;
}
