/** Lets a number of things happen at once, and so many more with each second. */
export class RateLimit {
  readonly #burst: number;
  readonly #perSecond: number;
  #left: number;
  #at = 0;

  constructor(burst: number, perSecond: number) {
    this.#burst = burst;
    this.#perSecond = perSecond;
    this.#left = burst;
  }

  /** How many may happen now. @param now milliseconds of a clock that only goes forward */
  left(now: number): number {
    return Math.floor(this.#filled(now));
  }

  take(now: number, count = 1): void {
    this.#left = this.#filled(now) - count;
    this.#at = now;
  }

  #filled(now: number): number {
    return Math.min(this.#burst, this.#left + ((now - this.#at) / 1000) * this.#perSecond);
  }
}
