/** Promises at once, and promises more with each second. */
const BURST = 800;
const PER_SECOND = 25;

/**
 * How many more pushes a connection stands when its client cancels every one
 * of them. The library under Node ends a session with ENHANCE_YOUR_CALM after
 * a burst of 1,000 resets, or 33 a second for long; and a cancel that comes
 * when the push was sent already, as from a client a long way off, counts
 * there but is never told to us. So we stay below it with promises alone.
 */
export class PushRateLimit {
  #left = BURST;
  #at = 0;

  /** @param now milliseconds of a clock that only goes forward */
  left(now: number): number {
    return Math.floor(this.#filled(now));
  }

  take(now: number): void {
    this.#left = this.#filled(now) - 1;
    this.#at = now;
  }

  #filled(now: number): number {
    return Math.min(BURST, this.#left + ((now - this.#at) / 1000) * PER_SECOND);
  }
}
