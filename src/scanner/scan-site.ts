import type { ManifestEntry, PushManifest } from "../manifest/types.js";
import type { SitePage } from "./list-pages.js";
import type { Scanner } from "./scanner.js";
import type { MissingReference, PageNeeds } from "./types.js";

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
  /** Called after each page, with its number from 1 and the number of all: what it needs is not asked for. */
  readonly onProgress?: (count: number, total: number) => void;
  readonly signal?: AbortSignal;
  /** Says in `ignored` what stylesheets name and do not load, too. */
  readonly explain?: boolean;
  /** Says in `record` what is checked. */
  readonly record?: boolean;
}

/**
 * The pages to scan, as many as are wanted.
 *
 * @throws the signal's reason when it is aborted
 */
export async function* listed(
  pages: AsyncIterable<SitePage> | Iterable<Promise<SitePage>>,
  { limit = Number.POSITIVE_INFINITY, signal }: SiteScanOptions = {},
): AsyncGenerator<SitePage> {
  let count = 0;
  for await (const page of pages) {
    signal?.throwIfAborted();
    if (count >= limit) return;
    count += 1;
    yield page;
  }
}

/**
 * Moves what comes to the end of a list, until that has as many members as
 * are wanted. Several may do so at a time.
 *
 * @returns whether no more comes
 */
export async function gather<T>(
  coming: AsyncIterator<T>,
  list: T[],
  wanted = Number.POSITIVE_INFINITY,
): Promise<boolean> {
  while (list.length < wanted) {
    const next = await coming.next();
    if (next.done === true) return true;
    list.push(next.value);
  }
  return false;
}

/**
 * Scans these pages, in their order.
 *
 * @throws the signal's reason when it is aborted
 */
export async function scanPages(
  pages: readonly SitePage[],
  scanner: Pick<Scanner, "page">,
  options: SiteScanOptions = {},
): Promise<SiteScan> {
  const { signal, explain = false, record = false } = options;
  const all = new ScanResults(pages.length, options);
  // One after another: what the first pages teach, the others need not find out again.
  for (const { pathname, file } of pages) {
    signal?.throwIfAborted();
    all.add(pathname, await scanner.page(pathname, file, { explain, ...(record && { record: [] }) }));
  }
  return all.scan();
}

/** Gathers what the pages of a site need. */
export class ScanResults {
  readonly #total: number;
  readonly #options: Pick<SiteScanOptions, "onPage" | "onProgress">;
  readonly #pages: Record<string, readonly ManifestEntry[]> = {};
  readonly #missing = new Map<string, MissingReference>();
  #count = 0;

  constructor(total: number, options: Pick<SiteScanOptions, "onPage" | "onProgress">) {
    this.#total = total;
    this.#options = options;
  }

  /** Adds the next page. */
  add(pathname: string, needs: PageNeeds): void {
    this.#pages[pathname] = needs.entries;
    for (const reference of needs.missing) {
      if (!this.#missing.has(reference.target)) this.#missing.set(reference.target, reference);
    }
    this.#count += 1;
    this.#options.onPage?.(pathname, needs, this.#count, this.#total);
    this.#options.onProgress?.(this.#count, this.#total);
  }

  scan(): SiteScan {
    return { manifest: { version: 1, pages: this.#pages }, missing: [...this.#missing.values()] };
  }
}
