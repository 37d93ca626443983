import { Worker } from "node:worker_threads";
import type { ManifestEntry } from "../../manifest/types.js";
import type { SitePage } from "../../scanner/list-pages.js";
import { gather, ScanResults, type SiteScan, type SiteScanOptions } from "../../scanner/scan-site.js";
import type { ScanSetting } from "./scan-setting.js";
import type { PageNeeds } from "../../scanner/types.js";
import type { Batch, ScannedBatch } from "./scan-worker.js";

interface ThreadOptions extends SiteScanOptions {
  readonly setting: ScanSetting;
  readonly onNotice: (text: string) => void;
}

/** Pages that a thread is given at a time: it says little of each, and has the next at hand. */
const PAGES_AT_A_TIME = 64;

/** Young objects of a thread (MB): with more, fewer of them are taken for old ones before they are garbage. */
const YOUNG_GENERATION_MB = 48;

/**
 * Scans pages on so many threads, each with a scanner of its own, while the
 * rest of them is being listed. What is found comes in the order of the pages.
 *
 * @param pages those that are listed already
 * @param listing the others
 * @throws what a thread fails with, and the signal's reason when it is aborted
 */
export async function scanOnThreads(
  pages: SitePage[],
  listing: AsyncIterator<SitePage>,
  threads: number,
  options: ThreadOptions,
): Promise<SiteScan> {
  const { setting, signal, explain = false, record = false, onPage } = options;
  const results = new InOrder(pages, options);
  let next = 0;
  const nextBatch = async (): Promise<Batch> => {
    const first = next;
    next += PAGES_AT_A_TIME;
    await gather(listing, pages, next);
    return { first, pages: pages.slice(first, first + PAGES_AT_A_TIME) };
  };
  const begin = () =>
    new Worker(new URL("scan-worker.js", import.meta.url), {
      workerData: { setting, explain, record, whole: onPage !== undefined },
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    });
  const workers: Worker[] = [];
  const stop = () => Promise.all(workers.map((worker) => worker.terminate()));
  signal?.addEventListener("abort", stop, { once: true });
  try {
    signal?.throwIfAborted();
    for (let thread = 0; thread < threads; thread++) workers.push(begin());
    const listed = gather(listing, pages).then(() => results.begin());
    await Promise.all([listed, ...workers.map((worker) => run(worker, nextBatch, results, options))]);
    signal?.throwIfAborted();
    return results.scan();
  } finally {
    signal?.removeEventListener("abort", stop);
    await stop();
  }
}

/** Gives a thread batch after batch, until there are no more. */
function run(worker: Worker, nextBatch: () => Promise<Batch>, results: InOrder, { onNotice }: ThreadOptions) {
  return new Promise<void>((resolve, reject) => {
    const give = async () => {
      const batch = await nextBatch();
      worker.postMessage(batch.pages.length > 0 ? batch : undefined);
    };
    const entries: ManifestEntry[] = [];
    worker.on("message", (batch: ScannedBatch) => {
      give().catch(reject);
      for (const entry of batch.entries) entries.push(entry);
      const entriesOf = (numbers: readonly number[]) => numbers.flatMap((number) => entries[number] ?? []);
      const needs = batch.pages.map((page) => ({ ...page, entries: entriesOf(page.entries) }));
      try {
        batch.notices.forEach(onNotice);
        results.take(batch.first, needs);
      } catch (error) {
        // What is told of pages and notices may throw: that ends the scan, as it does without threads.
        reject(error);
      }
    });
    worker.once("error", reject);
    worker.once("exit", () => resolve());
    Promise.all([give(), give()]).catch(reject);
  });
}

/** Puts the batches in their order. */
class InOrder {
  readonly #options: SiteScanOptions;
  readonly #pages: readonly SitePage[];
  readonly #waiting = new Map<number, readonly PageNeeds[]>();
  /** Undefined while nobody knows how many pages there are. */
  #needs: ScanResults | undefined;
  #first = 0;

  /** @param pages all of them, in the end */
  constructor(pages: readonly SitePage[], options: SiteScanOptions) {
    this.#pages = pages;
    this.#options = options;
  }

  /** All pages are listed: from now on what was found is told. */
  begin(): void {
    this.#needs = new ScanResults(this.#pages.length, this.#options);
    this.#drain();
  }

  /** Takes what was found for the pages from the one with that number on. */
  take(first: number, found: readonly PageNeeds[]): void {
    this.#waiting.set(first, found);
    this.#drain();
  }

  #drain(): void {
    const needs = this.#needs;
    if (needs === undefined) return;
    for (let ready = this.#next(); ready !== undefined; ready = this.#next()) {
      for (const [at, found] of ready.entries()) needs.add(this.#pages[this.#first + at]?.pathname ?? "", found);
      this.#first += PAGES_AT_A_TIME;
    }
  }

  #next(): readonly PageNeeds[] | undefined {
    const found = this.#waiting.get(this.#first);
    this.#waiting.delete(this.#first);
    return found;
  }

  scan(): SiteScan {
    return (this.#needs ?? new ScanResults(0, this.#options)).scan();
  }
}
