import { copyFile, mkdir, readdir, readFile, realpath, stat, utimes } from "node:fs/promises";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { H2PushError } from "../errors.js";
import { writeWhole } from "../io/disk/atomic-write.js";
import { encodingIn } from "../io/encoding/charset.js";
import type { ExportedPage } from "./exported-page.js";
import { withLinks } from "./formats/html-links.js";

/** What a copy came to. */
export interface Injected {
  readonly files: number;
  /** Pages that were copied as they are, and why. */
  readonly skipped: readonly { readonly page: string; readonly reason: string }[];
}

/** A page and its file's absolute path. */
export interface InjectedPage {
  readonly page: ExportedPage;
  readonly file: string;
}

/** Not part of what is deployed. */
const NOT_COPIED = new Set([".git", "node_modules"]);

/**
 * Copies a site, with announcements in the heads of its pages. What is there
 * already is written anew where it differs, and nothing else is touched.
 *
 * @throws {H2PushError} "usage" when one of the directories lies in the other
 */
export async function injectInto(root: string, directory: string, pages: readonly InjectedPage[]): Promise<Injected> {
  const from = await realpath(root);
  const to = resolve(directory);
  checkApart(from, await realPlace(to), directory);
  const byFile = new Map(pages.map(({ page, file }) => [file, page]));
  const skipped: { page: string; reason: string }[] = [];
  let files = 0;
  for await (const file of filesIn(from)) {
    files += 1;
    const target = join(to, relative(from, file));
    await mkdir(dirname(target), { recursive: true });
    const page = byFile.get(file);
    const reason = page === undefined ? undefined : await writePage(file, target, page);
    if (page === undefined || reason !== undefined) await copy(file, target);
    if (page !== undefined && reason !== undefined) skipped.push({ page: page.pathname, reason });
  }
  return { files, skipped };
}

/** Where a path leads, as far as it is there. */
async function realPlace(path: string): Promise<string> {
  const real = await realpath(path).catch(() => undefined);
  return real ?? join(await realPlace(dirname(path)), basename(path));
}

function checkApart(from: string, to: string, directory: string): void {
  const isIn = (inner: string, outer: string) => `${inner}${sep}`.startsWith(`${outer}${sep}`);
  if (!isIn(to, from) && !isIn(from, to)) return;
  const hint = "pass a directory outside of the site: --inject DIR";
  throw new H2PushError("usage", `the copy and the site lie in each other: ${directory}`, hint);
}

/** Files, through links to files and directories, but into no directory twice. */
async function* filesIn(directory: string, outer: readonly string[] = []): AsyncGenerator<string> {
  const real = await realpath(directory);
  if (outer.includes(real)) return;
  const entries = await readdir(directory, { withFileTypes: true });
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(directory, entry.name);
    if (NOT_COPIED.has(entry.name)) continue;
    const kind = entry.isSymbolicLink() ? await stat(path).catch(() => undefined) : entry;
    if (kind?.isDirectory() === true) yield* filesIn(path, [...outer, real]);
    else if (kind?.isFile() === true) yield path;
  }
}

/** Why a page is copied as it is; undefined when it is written. */
async function writePage(file: string, target: string, page: ExportedPage): Promise<string | undefined> {
  const bytes = await readFile(file);
  if (encodingIn(bytes, "html")?.startsWith("utf-16") === true) return "it is in UTF-16";
  const content = withLinks(bytes, page.links);
  const old = await readFile(target).catch(() => undefined);
  if (old?.equals(content) !== true) await writeWhole(target, content);
  return undefined;
}

/** Copies a file that has changed since it was copied, with its date: validators and caches go by it. */
async function copy(file: string, target: string): Promise<void> {
  const own = await stat(file);
  const old = await stat(target).catch(() => undefined);
  if (old?.size === own.size && old.mtimeMs === own.mtimeMs) return;
  await copyFile(file, target);
  await utimes(target, own.atime, own.mtime);
}
