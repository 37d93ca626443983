import { opendir, realpath, stat } from "node:fs/promises";
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
  const walk: Walk = { root: await realpath(root), left: limit ?? Number.POSITIVE_INFINITY, seen: new Set() };
  yield* pagesIn(walk, walk.root, "/");
}

interface Walk {
  readonly root: string;
  left: number;
  /** Directories on the way, resolved: a link can lead back up. */
  readonly seen: Set<string>;
}

async function* pagesIn(walk: Walk, directory: string, pathname: string): AsyncGenerator<SitePage> {
  const resolved = await resolvedInside(walk.root, directory);
  if (resolved === undefined || walk.seen.has(resolved)) return;
  walk.seen.add(resolved);
  for (const name of await namesIn(directory)) {
    if (walk.left <= 0) return;
    const path = join(directory, name.replace(/\/$/, ""));
    if (name.endsWith("/")) {
      yield* pagesIn(walk, path, `${pathname}${encodeSegment(name.slice(0, -1))}/`);
      continue;
    }
    const file = await fileAt(walk.root, path);
    if (file === undefined) continue;
    walk.left -= 1;
    yield { pathname: name === "index.html" ? pathname : pathname + encodeSegment(name), file };
  }
}

/** Names of the pages and, with a slash behind them, of the directories; pages first. */
async function namesIn(directory: string): Promise<string[]> {
  const pages: string[] = [];
  const directories: string[] = [];
  try {
    for await (const entry of await opendir(directory)) {
      const { name } = entry;
      if ((name.startsWith(".") && name !== ".well-known") || name === "node_modules") continue;
      const kind = entry.isSymbolicLink() ? await kindOf(join(directory, name)) : entry;
      if (kind?.isDirectory() === true) directories.push(`${name}/`);
      else if (kind?.isFile() === true && isPagePath(name)) pages.push(name);
    }
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
  }
  return [...pages.sort(), ...directories.sort()];
}

async function kindOf(path: string): Promise<{ isDirectory(): boolean; isFile(): boolean } | undefined> {
  return unlessGone(() => stat(path));
}

async function fileAt(root: string, path: string): Promise<SiteFile | undefined> {
  if ((await resolvedInside(root, path)) === undefined) return undefined;
  const found = await unlessGone(() => stat(path));
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
