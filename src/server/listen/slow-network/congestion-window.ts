/** The content of a segment of TCP over Ethernet, with timestamps (bytes). */
export const SEGMENT_BYTES = 1448;

/** RFC 6928 §2 */
const INITIAL_WINDOW = 10 * SEGMENT_BYTES;
const MIN_WINDOW = 2 * SEGMENT_BYTES;

/** After a pause of that length it begins anew (RFC 5681 §4.1; milliseconds beyond a round trip). */
const IDLE_MS = 200;

/** CUBIC (RFC 9438 §4.6 and §4.1): what is left of the window after a loss, and how fast it grows again (segments per second³). */
const DECREASE = 0.7;
const GROWTH = 0.4;

/** How much may be under way: slow start (RFC 5681 §3.1), then CUBIC (RFC 9438), as Linux has them. */
export class CongestionWindow {
  readonly #rtt: number;
  #size = INITIAL_WINDOW;
  #underWay = 0;
  /** The most that was under way since the window last grew. */
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

  /** Bytes that may be under way. */
  get size(): number {
    return this.#size;
  }

  hasRoom(bytes: number, now: number): boolean {
    if (this.#underWay === 0) {
      if (now - this.#lastSent > this.#rtt + IDLE_MS) this.#size = Math.min(this.#size, INITIAL_WINDOW);
      return true;
    }
    return this.#rtt === 0 || this.#underWay + bytes <= this.#size;
  }

  sent(bytes: number, now: number): void {
    this.#underWay += bytes;
    this.#used = Math.max(this.#used, this.#underWay);
    this.#lastSent = now;
  }

  acknowledged(bytes: number, now: number): void {
    this.#underWay -= bytes;
    if (this.#size < this.#threshold) {
      // One that is not used up says nothing of what the line carries.
      if (this.#size < 2 * this.#used) this.#size += bytes;
    } else this.#size = Math.max(this.#size, this.#cubic((now - this.#recovered) / 1000));
    if (this.#underWay === 0) this.#used = 0;
  }

  /** @param sent when the lost segment was; one loss counts for all that was under way with it */
  lost(bytes: number, sent: number, now: number): void {
    this.#underWay -= bytes;
    if (sent <= this.#recovered) return;
    this.#before = this.#size;
    this.#size = this.#threshold = Math.max(MIN_WINDOW, this.#size * DECREASE);
    this.#recovered = now;
  }

  /** @param seconds since the loss */
  #cubic(seconds: number): number {
    const before = this.#before / SEGMENT_BYTES;
    const back = Math.cbrt((before * (1 - DECREASE)) / GROWTH);
    return (GROWTH * (seconds - back) ** 3 + before) * SEGMENT_BYTES;
  }
}
