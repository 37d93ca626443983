interface ProgressOptions {
  readonly runs: number;
  /** Told after each load. */
  readonly onProgress: (count: number, total: number) => void;
}

/** Loads by each way before those that count: with the one that shows what was learned, on the average. */
const PREPARING = 1.2;

/** Counts loads. Those of ways that are told the same fall away once that is known. */
export class ReportProgress {
  readonly #options: ProgressOptions;
  readonly #forPage: number;
  readonly #sites: number;
  #left: number;
  #done = 0;
  #total: number;

  constructor(pages: number, sites: number, options: ProgressOptions) {
    this.#options = options;
    this.#sites = sites;
    this.#forPage = sites * (PREPARING + options.runs);
    this.#left = pages;
    this.#total = pages * this.#forPage;
  }

  measuring(sites: number): void {
    this.#total -= (this.#sites - sites) * this.#options.runs;
  }

  more(loads: number): void {
    this.#total += loads;
  }

  loaded(): void {
    this.#done += 1;
    this.#options.onProgress(this.#done, Math.max(this.#done, Math.round(this.#total)));
  }

  /** However it ended. */
  pageDone(): void {
    this.#left -= 1;
    this.#total = this.#done + this.#left * this.#forPage;
  }
}
