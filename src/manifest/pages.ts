import { type Dirent, statSync } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { join, sep } from "node:path";

import { systemCode } from "../errors.js";
import { isPagePath } from "./destination.js";
import type { SiteFile } from "./scanner.js";

/** A page of the site. */
export interface SitePage {
  /** Canonical URL path, percent-encoded: `/docs/` for `docs/index.html`. */
  readonly pathname: string;
  readonly file: SiteFile;
}

export interface ListOptions {
  /** How many pages at most; all of them without it. */
  readonly limit?: number;
}

/** Characters that `encodeURIComponent` escapes and a browser sends as they are in a path (URL standard, "path percent-encode set"). */
const SENT_AS_IS = /%(?:24|26|2B|2C|3A|3B|3D|40|5B|5D|7C)/g;

/** A file name as a segment of a URL path, as it goes over the wire. */
export function encodeSegment(name: string): string {
  // A lone surrogate, as Windows allows it in a name, becomes U+FFFD.
  const wellFormed = Buffer.from(name, "utf8").toString("utf8");
  return encodeURIComponent(wellFormed).replaceAll(SENT_AS_IS, decodeURIComponent);
}

/**
 * The pages under a directory, in the order of a walk by name: dotfiles
 * (`.well-known` apart), `node_modules` and links that lead outside of the
 * root are passed over, directories that can't be read too.
 */
export async function* listPages(root: string, { limit }: ListOptions = {}): AsyncGenerator<SitePage> {
  const walk: Walk = { root: await realpath(root), left: limit ?? Number.POSITIVE_INFINITY };
  yield* pagesIn(walk, { directory: walk.root, pathname: "/", above: [], linked: false });
}

interface Walk {
  /** Resolved. */
  readonly root: string;
  left: number;
}

/** A directory on the walk. */
interface Place {
  /** Resolved. */
  readonly directory: string;
  readonly pathname: string;
  /** Directories on the way to it, resolved: a link can lead back up. */
  readonly above: readonly string[];
  /** A link is on the way to it: a second one is not followed, as links among each other make ways without number. */
  readonly linked: boolean;
}

interface Names {
  readonly pages: Dirent[];
  readonly directories: Dirent[];
}

async function* pagesIn(walk: Walk, { directory, pathname, above, linked }: Place): AsyncGenerator<SitePage> {
  if (above.includes(directory)) return;
  const { pages, directories } = await namesIn(directory);
  for (const entry of pages) {
    if (walk.left <= 0) return;
    const file = await fileAt(walk.root, directory, entry);
    if (file === undefined) continue;
    walk.left -= 1;
    yield { pathname: entry.name === "index.html" ? pathname : pathname + encodeSegment(entry.name), file };
  }
  for (const entry of directories) {
    if (walk.left <= 0) return;
    const path = join(directory, entry.name);
    const isLink = entry.isSymbolicLink();
    if (isLink && linked) continue;
    const inner = isLink ? await resolvedInside(walk.root, path) : path;
    if (inner === undefined) continue;
    const place = { pathname: `${pathname}${encodeSegment(entry.name)}/`, above: [...above, directory] };
    yield* pagesIn(walk, { ...place, directory: inner, linked: linked || isLink });
  }
}

/** Pages and directories, each by name; a directory that can't be read has none. */
async function namesIn(directory: string): Promise<Names> {
  const names: Names = { pages: [], directories: [] };
  for (const entry of (await unlessGone(() => readdir(directory, { withFileTypes: true }))) ?? []) {
    const { name } = entry;
    if ((name.startsWith(".") && name !== ".well-known") || name === "node_modules") continue;
    const kind = entry.isSymbolicLink() ? await unlessGone(() => stat(join(directory, name))) : entry;
    if (kind?.isDirectory() === true) names.directories.push(entry);
    else if (kind?.isFile() === true && isPagePath(name)) names.pages.push(entry);
  }
  const byName = (a: Dirent, b: Dirent): number => (a.name < b.name ? -1 : 1);
  return { pages: names.pages.sort(byName), directories: names.directories.sort(byName) };
}

async function fileAt(root: string, directory: string, entry: Dirent): Promise<SiteFile | undefined> {
  const path = join(directory, entry.name);
  if (entry.isSymbolicLink() && (await resolvedInside(root, path)) === undefined) return undefined;
  // A way through the thread pool would cost ten times the call.
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return undefined;
  const { size, mtimeMs, dev, ino } = found;
  return { file: path, size, mtimeMs, dev, ino };
}

async function resolvedInside(root: string, path: string): Promise<string | undefined> {
  const resolved = await unlessGone(() => realpath(path));
  const inside = resolved === root || resolved?.startsWith(root.endsWith(sep) ? root : root + sep) === true;
  return inside ? resolved : undefined;
}

async function unlessGone<T>(look: () => Promise<T>): Promise<T | undefined> {
  try {
    return await look();
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return undefined;
  }
}
