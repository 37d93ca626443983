import type { ManifestEntry, PushManifest } from "./manifest.js";
import { listPages } from "./pages.js";
import type { MissingReference, PageNeeds, Scanner } from "./scanner.js";

export interface SiteScan {
  readonly manifest: PushManifest;
  /** Each missing target once, where it is referred to first. */
  readonly missing: readonly MissingReference[];
}

export interface SiteScanOptions {
  /** Pages at most; all of them without it. */
  readonly limit?: number;
  /** Called after each page, with its number from 1. */
  readonly onPage?: (pathname: string, needs: PageNeeds, count: number) => void;
  readonly signal?: AbortSignal;
}

/** Pages read ahead while one is scanned. */
const AHEAD = 8;

interface ScannedPage {
  readonly pathname: string;
  readonly needs: PageNeeds;
}

/** Scans every page under `root`, and gives them in the order of `listPages`. */
export async function* scanPages(
  root: string,
  scanner: Scanner,
  { limit, signal }: SiteScanOptions = {},
): AsyncGenerator<ScannedPage> {
  const pending: Promise<ScannedPage>[] = [];
  for await (const { pathname, file } of listPages(root, limit === undefined ? {} : { limit })) {
    signal?.throwIfAborted();
    pending.push(scanner.page(pathname, file).then((needs) => ({ pathname, needs })));
    if (pending.length < AHEAD) continue;
    const first = pending.shift();
    if (first !== undefined) yield await first;
  }
  for (const page of pending) yield await page;
}

/**
 * Scans every page under `root`.
 *
 * @throws the signal's reason when it is aborted; the error of `realpath` when there is no such directory.
 */
export async function scanSite(root: string, scanner: Scanner, options: SiteScanOptions = {}): Promise<SiteScan> {
  const pages: Record<string, readonly ManifestEntry[]> = {};
  const missing = new Map<string, MissingReference>();
  let count = 0;
  for await (const { pathname, needs } of scanPages(root, scanner, options)) {
    pages[pathname] = needs.entries;
    for (const reference of needs.missing) {
      if (!missing.has(reference.target)) missing.set(reference.target, reference);
    }
    count += 1;
    options.onPage?.(pathname, needs, count);
  }
  return { manifest: { version: 1, pages }, missing: [...missing.values()] };
}
