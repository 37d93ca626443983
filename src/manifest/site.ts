import type { ManifestEntry, PushManifest } from "./manifest.js";
import type { SitePage } from "./pages.js";
import type { MissingReference, PageNeeds, Scanner } from "./scanner.js";

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
 * Scans every page of a site.
 *
 * @throws the signal's reason when it is aborted
 */
export async function scanSite(
  sitePages: AsyncIterable<SitePage>,
  scanner: Pick<Scanner, "page">,
  options: SiteScanOptions = {},
): Promise<SiteScan> {
  const { limit = Number.POSITIVE_INFINITY, signal } = options;
  const pages: SitePage[] = [];
  for await (const page of sitePages) {
    signal?.throwIfAborted();
    if (pages.length >= limit) break;
    pages.push(page);
  }
  return scanPages(pages, scanner, options);
}

/** Scans these pages, in their order. */
export async function scanPages(
  pages: readonly SitePage[],
  scanner: Pick<Scanner, "page">,
  { signal, onPage, explain = false }: SiteScanOptions = {},
): Promise<SiteScan> {
  const entries: Record<string, readonly ManifestEntry[]> = {};
  const missing = new Map<string, MissingReference>();
  let count = 0;
  // One after another: what the first pages teach, the others need not find out again.
  for (const { pathname, file } of pages) {
    signal?.throwIfAborted();
    const needs = await scanner.page(pathname, file, { explain });
    entries[pathname] = needs.entries;
    for (const reference of needs.missing) {
      if (!missing.has(reference.target)) missing.set(reference.target, reference);
    }
    count += 1;
    onPage?.(pathname, needs, count, pages.length);
  }
  return { manifest: { version: 1, pages: entries }, missing: [...missing.values()] };
}
