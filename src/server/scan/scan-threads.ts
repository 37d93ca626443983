import { Worker } from "node:worker_threads";
import type { ManifestEntry } from "../../manifest/types.js";
import type { SitePage } from "../../scanner/list-pages.js";
import { SiteNeeds, type SiteScan, type SiteScanOptions } from "../../scanner/scan-site.js";
import type { ScanSetting } from "./scan-setting.js";
import type { PageNeeds } from "../../scanner/types.js";
import type { Batch, ScannedBatch } from "./scan-worker.js";

interface ThreadOptions extends SiteScanOptions {
  readonly setting: ScanSetting;
  readonly onNotice: (text: string) => void;
}

/** Pages that a thread is given at a time: it says little of each, and has the next at hand. */
const BATCH = 64;

/**
 * Scans pages on so many threads, each with a scanner of its own. What is
 * found comes in the order of the pages.
 *
 * @throws what a thread fails with, and the signal's reason when it is aborted
 */
export async function scanOnThreads(
  pages: readonly SitePage[],
  threads: number,
  options: ThreadOptions,
): Promise<SiteScan> {
  const { setting, signal, explain = false, onNotice } = options;
  const results = new InOrder(pages, options);
  let next = 0;
  const workers: Worker[] = [];
  const run = () =>
    new Promise<void>((resolve, reject) => {
      const whole = options.onPage !== undefined;
      const worker = new Worker(new URL("scan-worker.js", import.meta.url), {
        workerData: { setting, explain, whole },
      });
      workers.push(worker);
      const give = () => {
        const first = next;
        next += BATCH;
        const batch: Batch = { first, pages: pages.slice(first, first + BATCH) };
        worker.postMessage(first < pages.length ? batch : undefined);
      };
      const entries: ManifestEntry[] = [];
      worker.on("message", (batch: ScannedBatch) => {
        give();
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
      give();
      give();
    });
  const stop = () => Promise.all(workers.map((worker) => worker.terminate()));
  signal?.addEventListener("abort", stop, { once: true });
  try {
    signal?.throwIfAborted();
    await Promise.all(Array.from({ length: threads }, run));
    signal?.throwIfAborted();
    return results.needs.scan();
  } finally {
    signal?.removeEventListener("abort", stop);
    await stop();
  }
}

/** Puts the batches in their order. */
class InOrder {
  readonly needs: SiteNeeds;
  readonly #pages: readonly SitePage[];
  readonly #waiting = new Map<number, readonly PageNeeds[]>();
  #first = 0;

  constructor(pages: readonly SitePage[], options: SiteScanOptions) {
    this.#pages = pages;
    this.needs = new SiteNeeds(pages.length, options);
  }

  /** Takes what was found for the pages from the one with that number on. */
  take(first: number, found: readonly PageNeeds[]): void {
    this.#waiting.set(first, found);
    for (let ready = this.#next(); ready !== undefined; ready = this.#next()) {
      for (const [at, needs] of ready.entries()) {
        const page = this.#pages[this.#first + at];
        if (page !== undefined) this.needs.add(page.pathname, needs);
      }
      this.#first += BATCH;
    }
  }

  #next(): readonly PageNeeds[] | undefined {
    const found = this.#waiting.get(this.#first);
    this.#waiting.delete(this.#first);
    return found;
  }
}
