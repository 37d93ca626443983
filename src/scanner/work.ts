/**
 * What the styles of a page may cost, in steps of 0.1 to 0.4 µs: less than a
 * second. Pages of eight generators take from 77 to 16,000 (measured).
 */
const MAX_STEPS = 2_000_000;
/** So long other clients may wait while one page is scanned (milliseconds). */
const SLICE_MS = 10;

/** A page costs more than any page may. */
export class TooMuchWork extends Error {}

/** The work on one page, which is bounded and done in slices. */
export class Work {
  #left: number;
  /** Whether there was more to do than a page may cost. */
  exhausted = false;

  constructor(steps = MAX_STEPS) {
    this.#left = steps;
  }

  /** Counts steps. Returns whether the page may cost them. */
  spend(steps: number): boolean {
    this.#left -= steps;
    this.exhausted ||= this.#left < 0;
    return !this.exhausted;
  }
}

let current: Work | undefined;

/** Does a part of the work at once: what it comes to is counted by `spend`. Undefined when it was too much. */
export function within<T>(work: Work, part: () => T): T | undefined {
  const outer = current;
  current = work;
  try {
    return work.exhausted ? undefined : part();
  } catch (error) {
    if (!(error instanceof TooMuchWork)) throw error;
    return undefined;
  } finally {
    current = outer;
  }
}

/**
 * Counts steps of the part that is under way, if one is.
 *
 * @throws {TooMuchWork} when the page may not cost them
 */
export function spend(steps: number): void {
  if (current?.spend(steps) === false) throw new TooMuchWork("more than a page may cost");
}

let sliceEnd = 0;
let turns = Promise.resolve();

/** Whether others have waited for long enough. */
export const isSliceOver = (): boolean => performance.now() > sliceEnd;

/** Lets others have their turn, where it is time: after each wait one scan goes on, and not all that wait. */
export function takeTurns(): Promise<void> | undefined {
  if (!isSliceOver()) return undefined;
  turns = turns.then(
    () =>
      new Promise((resolve) => {
        setImmediate(() => {
          sliceEnd = performance.now() + SLICE_MS;
          resolve();
        });
      }),
  );
  return turns;
}
