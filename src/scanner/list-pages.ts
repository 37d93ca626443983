import { type Dirent, statSync } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { join, sep } from "node:path";

import { systemCode } from "../errors.js";
import { isInside } from "../io/disk/is-inside.js";
import { isPagePath } from "../manifest/destination.js";
import type { SiteFile } from "./lookup.js";

/** A page of the site. */
export interface SitePage {
  /** Canonical URL path, percent-encoded: `/docs/` for `docs/index.html`. */
  readonly pathname: string;
  readonly file: SiteFile;
}

/** Characters that `encodeURIComponent` escapes and a browser sends as they are in a path (URL standard, "path percent-encode set"). */
const SENT_AS_IS = /%(?:24|26|2B|2C|3A|3B|3D|40|5B|5D|7C)/g;

/** Most names are of these characters, which are sent as they are. */
const PLAIN = /^[\w.-]*$/;

/** A file name as a segment of a URL path, as it goes over the wire. */
export function encodeSegment(name: string): string {
  if (PLAIN.test(name)) return name;
  // A lone surrogate, as Windows allows it in a name, becomes U+FFFD.
  const wellFormed = Buffer.from(name, "utf8").toString("utf8");
  return encodeURIComponent(wellFormed).replaceAll(SENT_AS_IS, decodeURIComponent);
}

/**
 * Canonical URL path of a page's file.
 *
 * @param base begins and ends with a slash
 * @param file from the root of the site
 */
export const canonicalPath = (base: string, file: string): string =>
  `${base}${file.split(sep).map(encodeSegment).join("/")}`.replace(/\/index\.html$/, "/");

/**
 * The pages under a directory, in the order of a walk by name: dotfiles
 * (`.well-known` apart), `node_modules` and links that lead outside of the
 * root are passed over, directories that can't be read too.
 *
 * @param notice told of those that can't be read, in a sentence
 */
export async function* listPages(root: string, notice: (text: string) => void): AsyncGenerator<SitePage> {
  const resolved = await realpath(root);
  const onUnreadable = ({ pathname }: SiteDirectory, code: string) =>
    notice(`the directory ${pathname} can't be read (${code}): its pages are left out`);
  for await (const { place, pages } of walk(resolved, onUnreadable)) {
    for (const entry of pages) {
      const { directory, pathname } = place;
      const path = join(directory, entry.name);
      const real = entry.isSymbolicLink() ? await resolvedInside(resolved, path) : path;
      const file = real === undefined ? undefined : fileAt(real);
      if (file === undefined) continue;
      yield { pathname: entry.name === "index.html" ? pathname : pathname + encodeSegment(entry.name), file };
    }
  }
}

/** A directory on the walk. */
interface SiteDirectory {
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

type OnUnreadable = (place: SiteDirectory, code: string) => void;

/** One directory after another, those within it after its own pages. `root` is resolved. */
async function* walk(
  root: string,
  onUnreadable: OnUnreadable,
): AsyncGenerator<{ readonly place: SiteDirectory; readonly pages: readonly Dirent[] }> {
  const left: SiteDirectory[] = [{ directory: root, pathname: "/", above: [], linked: false }];
  for (let place = left.pop(); place !== undefined; place = left.pop()) {
    const { pages, directories } = await namesIn(place, onUnreadable);
    if (pages.length > 0) yield { place, pages };
    for (const entry of directories.toReversed()) {
      const inner = await placeIn(root, place, entry);
      if (inner !== undefined) left.push(inner);
    }
  }
}

/** The place of a directory within another; undefined for one that is not walked. */
async function placeIn(root: string, outer: SiteDirectory, entry: Dirent): Promise<SiteDirectory | undefined> {
  const path = join(outer.directory, entry.name);
  const isLink = entry.isSymbolicLink();
  if (isLink && outer.linked) return undefined;
  const directory = isLink ? await resolvedInside(root, path) : path;
  const above = [...outer.above, outer.directory];
  if (directory === undefined || above.includes(directory)) return undefined;
  const pathname = `${outer.pathname}${encodeSegment(entry.name)}/`;
  return { directory, pathname, above, linked: outer.linked || isLink };
}

/** Pages and directories, each by name; a directory that can't be read has none. */
async function namesIn(place: SiteDirectory, onUnreadable: OnUnreadable): Promise<Names> {
  const names: Names = { pages: [], directories: [] };
  const { directory } = place;
  const onError = (code: string) => onUnreadable(place, code);
  for (const entry of (await unlessGone(() => readdir(directory, { withFileTypes: true }), onError)) ?? []) {
    const { name } = entry;
    if ((name.startsWith(".") && name !== ".well-known") || name === "node_modules" || name.includes("\\")) continue;
    const kind = entry.isSymbolicLink() ? await unlessGone(() => stat(join(directory, name))) : entry;
    if (kind?.isDirectory() === true) names.directories.push(entry);
    else if (kind?.isFile() === true && isPagePath(name)) names.pages.push(entry);
  }
  const byName = (a: Dirent, b: Dirent): number => (a.name < b.name ? -1 : 1);
  return { pages: names.pages.sort(byName), directories: names.directories.sort(byName) };
}

function fileAt(path: string): SiteFile | undefined {
  // A way through the thread pool would cost ten times the call.
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return undefined;
  const { size, mtimeMs, ctimeMs, dev, ino } = found;
  return { file: path, size, mtimeMs, ctimeMs, dev, ino };
}

async function resolvedInside(root: string, path: string): Promise<string | undefined> {
  const resolved = await unlessGone(() => realpath(path));
  return resolved !== undefined && (resolved === root || isInside(resolved, root)) ? resolved : undefined;
}

/** @param onError told what the system says of what is there */
async function unlessGone<T>(look: () => Promise<T>, onError?: (code: string) => void): Promise<T | undefined> {
  try {
    return await look();
  } catch (error) {
    const code = systemCode(error);
    if (code === undefined) throw error;
    if (code !== "ENOENT" && code !== "ENOTDIR") onError?.(code);
    return undefined;
  }
}
