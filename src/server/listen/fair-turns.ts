/** What is not answered from memory begins for so long in one turn of the event loop (milliseconds). */
const SLICE_MS = 2;

/** Of what waits, so many may begin in one turn. */
const BATCH = 6;

/** So many may begin before it is known what they take. */
const MAX_AT_ONCE = 4;

/**
 * Shares the event loop among connections: when many ask at once for what
 * takes a while, one request of each begins after another, and between them
 * the loop sees to those that are answered at once. What was reset or left
 * while it waited costs next to nothing.
 */
export class FairTurns<Key> {
  /** Those of one key after another; a key that had its turn goes behind the others. */
  readonly #waiting = new Map<Key, (() => void)[]>();
  #count = 0;
  /** When the first began in this turn of the loop (`performance.now()`); 0 when none has. */
  #began = 0;
  /** Those that began without a wait since then. */
  #atOnce = 0;
  #isDue = false;

  /** Undefined when it may begin now; else resolves when it may. */
  wait(key: Key): Promise<void> | undefined {
    if (this.#waiting.size === 0 && this.#hasTime() && this.#atOnce++ < MAX_AT_ONCE) return undefined;
    return this.next(key);
  }

  /** Resolves in a later turn of the loop, for what costs much: a reset that has come with the request is read before. */
  next(key: Key): Promise<void> {
    return new Promise((begin) => {
      const others = this.#waiting.get(key);
      if (others === undefined) this.#waiting.set(key, [begin]);
      else others.push(begin);
      this.#count++;
      this.#next();
    });
  }

  /** Whether this turn of the loop has time for one more; it counts from the first one on. */
  #hasTime(): boolean {
    const now = performance.now();
    if (this.#began === 0) {
      this.#began = now;
      this.#next();
    }
    return now - this.#began < SLICE_MS;
  }

  /** Looks again in the next turn of the loop, at each by itself: what one has begun is done before the next begins. */
  #next(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      this.#began = 0;
      this.#atOnce = 0;
      for (let at = 0; at < Math.min(this.#count, BATCH); at++) setImmediate(() => this.#beginNext());
    });
  }

  #beginNext(): void {
    const [next] = this.#waiting;
    if (next === undefined) return;
    if (!this.#hasTime()) return this.#next();
    const [key, those] = next;
    const begin = those.shift();
    this.#count--;
    this.#waiting.delete(key);
    if (those.length > 0) this.#waiting.set(key, those);
    begin?.();
    if (this.#waiting.size > 0) this.#next();
  }
}
