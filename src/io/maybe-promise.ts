/**
 * A value that is known already, or a promise of it. Most of what a page asks for
 * was asked for before: a promise for each would cost more than the answer.
 */
export type MaybePromise<T> = T | Promise<T>;

/** Goes on with a value: at once where it is known. */
export function whenKnown<T, R>(value: MaybePromise<T>, use: (value: T) => MaybePromise<R>): MaybePromise<R> {
  return value instanceof Promise ? value.then(use) : use(value);
}

/** A value that is looked up once. */
export class CachedPromise<T> {
  value: MaybePromise<T>;

  /** @param failed called when nothing was found */
  constructor(finding: Promise<T>, failed: () => void) {
    this.value = finding;
    void finding.then(
      (value) => (this.value = value),
      // Callers that wait for it get the error.
      failed,
    );
  }
}
