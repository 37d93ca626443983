import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { access, chmod, copyFile, readFile, realpath, rename, rm, stat, utimes } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";
import { H2PushError, unwritable } from "../errors.js";
import { makeDirectory } from "../io/disk/make-directory.js";
import { hasSameContent } from "../io/disk/same-content.js";
import { writeWhole } from "../io/disk/atomic-write.js";
import { isPagePath } from "../manifest/destination.js";
import { isInside } from "../io/disk/is-inside.js";
import { canonicalPath } from "../scanner/list-pages.js";
import { encodingIn } from "../io/encoding/charset.js";
import { copiedFiles, packagesNamed, unreadable } from "./copied-files.js";
import type { ExportedPage } from "./exported-page.js";
import type { SiteNeeds } from "./export-site.js";
import { withLinks } from "./formats/html-links.js";

/** What a copy came to. */
export interface Injected {
  readonly files: number;
  /** Pages that were copied as they are, and why. */
  readonly skipped: readonly { readonly page: string; readonly reason: string }[];
  /** Packages in `node_modules` that nothing names. */
  readonly packages: readonly string[];
  /** Pages that were compressed beforehand, and are other pages now: left out. */
  readonly compressed: readonly string[];
  /** Files in the directory that the site does not have: left there. */
  readonly others: readonly string[];
}

/** How servers name what was compressed beforehand. */
const CODED = /\.(?:br|gz|zst)$/;

/**
 * Copies a site, with announcements in the heads of its pages. What is there
 * already is written anew where it differs; compressed copies of pages with
 * announcements go, and nothing else is touched. Of
 * `node_modules` it has the packages that the lists name, or the HTML (as an
 * import map does for what a script loads later).
 *
 * @param base the URL path that the site is served below
 * @param needs the whole lists, of which a page announces a part
 * @param signal ends it between two files
 * @throws {H2PushError} "usage" when one of the directories lies in the other, "output" when a file can't be written
 */
export async function injectInto(
  root: string,
  directory: string,
  base: string,
  pages: readonly ExportedPage[],
  needs: SiteNeeds,
  signal: AbortSignal,
): Promise<Injected> {
  const from = await realpath(root);
  const to = resolve(directory);
  checkApart(from, await realPlace(to), directory);
  const byPath = new Map(pages.map((page) => [page.pathname, page]));
  const skipped: { page: string; reason: string }[] = [];
  const named = new Set([...needs.values()].flat().flatMap(({ target }) => packagesNamed(target)));
  const packages: string[] = [];
  const choice = {
    isNeeded: (name: string) => named.has(name),
    onLeftOut: (name: string) => void packages.push(name),
  };
  // What can't be read is found before anything is written.
  const files: string[] = [];
  for await (const file of copiedFiles(from, choice)) {
    signal.throwIfAborted();
    await access(file, constants.R_OK).catch(unreadable(file));
    if (isPagePath(file)) for (const name of await packagesIn(file)) named.add(name);
    files.push(file);
  }
  const compressed: string[] = [];
  const rewritten = new Set<string>();
  for (const file of files) {
    signal.throwIfAborted();
    const target = join(to, relative(from, file));
    const original = file.replace(CODED, "");
    if (original !== file && rewritten.has(original)) {
      // It has the page as it was, and many servers send it without a look at that.
      await rm(target, { force: true }).catch(refused(target));
      compressed.push(relative(from, file));
      continue;
    }
    await makeDirectory(dirname(target)).catch(refused(dirname(target)));
    const page = byPath.get(canonicalPath(base, relative(from, file)));
    const reason = page === undefined ? undefined : await writePage(file, target, page).catch(refused(target));
    if (page === undefined || reason !== undefined) await copy(file, target).catch(refused(target));
    if (page !== undefined && reason !== undefined) skipped.push({ page: page.pathname, reason });
    else if (page !== undefined && page.links.length > 0) rewritten.add(file);
  }
  const others = await filesBeside(to, new Set(files.map((file) => relative(from, file))));
  return { files: files.length - compressed.length, skipped, packages, compressed, others };
}

const refused = (path: string) => (error: unknown) => {
  const hint = "pass a directory in which this user may write, and nothing else stands: --inject DIR";
  throw unwritable(path, error, hint);
};

/** The files in a copy that are not of the site: pages that it had before, or another site's. */
async function filesBeside(directory: string, copied: ReadonlySet<string>): Promise<string[]> {
  const others: string[] = [];
  const root = await realPlace(directory);
  try {
    for await (const file of copiedFiles(root, { isNeeded: () => true, onLeftOut: () => undefined })) {
      const name = relative(root, file);
      if (!copied.has(name)) others.push(name);
    }
  } catch {
    // The copy is whole, whatever cannot be read beside it.
  }
  return others;
}

/** Where a path leads, as far as it is there. */
async function realPlace(path: string): Promise<string> {
  const real = await realpath(path).catch(() => undefined);
  return real ?? join(await realPlace(dirname(path)), basename(path));
}

function checkApart(from: string, to: string, directory: string): void {
  if (to !== from && !isInside(to, from) && !isInside(from, to)) return;
  const hint = "pass a directory outside of the site: --inject DIR";
  throw new H2PushError("usage", `the copy and the site lie in each other: ${directory}`, hint);
}

/** Names of packages that a page's text has, also in UTF-16. */
const packagesIn = async (file: string) =>
  packagesNamed((await readFile(file)).toString("latin1").replaceAll("\0", ""));

/** Why a page is copied as it is; undefined when it is written. */
async function writePage(file: string, target: string, page: ExportedPage): Promise<string | undefined> {
  const bytes = await readFile(file);
  if (encodingIn(bytes, "html")?.startsWith("utf-16") === true) return "it is in UTF-16";
  const content = withLinks(bytes, page.links);
  const old = await readFile(target).catch(() => undefined);
  if (old?.equals(content) !== true) await writeWhole(target, content);
  await chmod(target, (await stat(file)).mode & 0o777);
  return undefined;
}

/** Copies a file that is another than it was, with its mode and date: validators and caches go by that. */
async function copy(file: string, target: string): Promise<void> {
  const own = await stat(file);
  const old = await stat(target).catch(() => undefined);
  // Equal dates say nothing: builds that can be repeated give all their files the same.
  const isCopied = old?.isFile() === true && old.size === own.size && (await hasSameContent(file, target));
  if (!isCopied) await replace(target, file);
  else if (old.mode !== own.mode) await chmod(target, own.mode & 0o777);
  if (!isCopied || old.mtimeMs !== own.mtimeMs) await utimes(target, own.atime, own.mtime);
}

/** Beside the file, then renamed: what is there may be open for reading alone. */
async function replace(target: string, file: string): Promise<void> {
  const beside = `${target}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    await copyFile(file, beside);
    await rename(beside, target);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}
