import type { ManifestEntry, PushManifest } from "./manifest.js";
import { listPages, type SitePage } from "./pages.js";
import type { MissingReference, PageContext, PageNeeds, Scanner } from "./scanner.js";

export interface SiteScan {
  readonly manifest: PushManifest;
  /** Each missing target once, where it is referred to first. */
  readonly missing: readonly MissingReference[];
}

export interface SiteScanOptions {
  /** Pages at most; all of them without it. */
  readonly limit?: number;
  /** Called after each page, with its number from 1 and the number of all. */
  readonly onPage?: (pathname: string, needs: PageNeeds, count: number, total: number) => void;
  readonly signal?: AbortSignal;
  /** Says in `left` what stylesheets name and do not load, too. */
  readonly explain?: boolean;
}

/**
 * Scans every page under `root`.
 *
 * @throws the signal's reason when it is aborted; the error of `realpath` when there is no such directory.
 */
export async function scanSite(root: string, scanner: Scanner, options: SiteScanOptions = {}): Promise<SiteScan> {
  const { limit, signal } = options;
  const pages: SitePage[] = [];
  for await (const page of listPages(root, limit === undefined ? {} : { limit })) {
    signal?.throwIfAborted();
    pages.push(page);
  }
  return scanPages(pages, scanner, options);
}

/** Scans these pages, in their order. */
export async function scanPages(
  pages: readonly SitePage[],
  scanner: Scanner,
  { signal, onPage, explain = false }: SiteScanOptions = {},
): Promise<SiteScan> {
  const entries: Record<string, readonly ManifestEntry[]> = {};
  const missing = new Map<string, MissingReference>();
  let count = 0;
<<<<<<< HEAD
  for await (const { pathname, needs } of inOrder(pages, scanner, { explain })) {
=======
  // One after another: what the first pages teach, the others need not find out again.
  for (const { pathname, file } of pages) {
>>>>>>> 0bf39878ccfe808875b3b86bc0490cb5d0d48803
    signal?.throwIfAborted();
    const needs = await scanner.page(pathname, file);
    entries[pathname] = needs.entries;
    for (const reference of needs.missing) {
      if (!missing.has(reference.target)) missing.set(reference.target, reference);
    }
    count += 1;
    onPage?.(pathname, needs, count, pages.length);
  }
  return { manifest: { version: 1, pages: entries }, missing: [...missing.values()] };
}
<<<<<<< HEAD

async function* inOrder(
  pages: readonly SitePage[],
  scanner: Scanner,
  context: PageContext,
): AsyncGenerator<ScannedPage> {
  const pending: Promise<ScannedPage>[] = [];
  for (const { pathname, file } of pages) {
    pending.push(scanner.page(pathname, file, context).then((needs) => ({ pathname, needs })));
    if (pending.length < AHEAD) continue;
    const first = pending.shift();
    if (first !== undefined) yield await first;
  }
  for (const page of pending) yield await page;
}
=======
>>>>>>> 0bf39878ccfe808875b3b86bc0490cb5d0d48803
