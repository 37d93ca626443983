/** RFC 6928 §2. Linux counts in segments, small ones as well. */
const INITIAL_SEGMENTS = 10;
const MIN_SEGMENTS = 2;

/** After a pause of that length it begins anew (RFC 5681 §4.1; milliseconds beyond a round trip). */
const IDLE_MS = 200;

/** CUBIC (RFC 9438 §4.6 and §4.1): what is left of the window after a loss, and how fast it grows again (segments per second³). */
const DECREASE = 0.7;
const GROWTH = 0.4;

/** How many segments may be under way: slow start (RFC 5681 §3.1), then CUBIC (RFC 9438), as Linux has them. */
export class CongestionWindow {
  readonly #rtt: number;
  #size = INITIAL_SEGMENTS;
  #underWay = 0;
  /** The most that were under way since all had arrived. */
  #used = 0;
  /** Slow start ends here. */
  #threshold = Infinity;
  /** What was sent before is of the last loss (`performance.now()`). */
  #recovered = -Infinity;
  #lastSent = -Infinity;
  /** Size before the last loss. */
  #before = 0;

  /** @param rtt milliseconds; without one nothing holds it up */
  constructor(rtt: number) {
    this.#rtt = rtt;
  }

  /** Segments that may be under way. */
  get size(): number {
    return this.#size;
  }

  hasRoom(now: number): boolean {
    if (this.#underWay === 0) {
      if (now - this.#lastSent > this.#rtt + IDLE_MS) this.#size = Math.min(this.#size, INITIAL_SEGMENTS);
      return true;
    }
    return this.#rtt === 0 || this.#underWay + 1 <= this.#size;
  }

  sent(now: number): void {
    this.#underWay++;
    this.#used = Math.max(this.#used, this.#underWay);
    this.#lastSent = now;
  }

  acknowledged(now: number): void {
    this.#underWay--;
    if (this.#size < this.#threshold) {
      // One that is not used up says nothing of what the line carries.
      if (this.#size < 2 * this.#used) this.#size++;
    } else this.#size = Math.max(this.#size, this.#cubic((now - this.#recovered) / 1000));
    if (this.#underWay === 0) this.#used = 0;
  }

  /** @param sent when the lost segment was; one loss counts for all that was under way with it */
  lost(sent: number, now: number): void {
    this.#underWay--;
    if (sent <= this.#recovered) return;
    this.#before = this.#size;
    this.#size = this.#threshold = Math.max(MIN_SEGMENTS, this.#size * DECREASE);
    this.#recovered = now;
  }

  /** @param seconds since the loss */
  #cubic(seconds: number): number {
    const back = Math.cbrt((this.#before * (1 - DECREASE)) / GROWTH);
    return GROWTH * (seconds - back) ** 3 + this.#before;
  }
}
