/**
 * What is known already, or will be. Most of what a page asks for another has
 * asked for before: a promise for each would cost more than the answer.
 */
export type Soon<T> = T | Promise<T>;

/** Goes on with a value: at once where it is known. */
export function whenKnown<T, R>(value: Soon<T>, use: (value: T) => Soon<R>): Soon<R> {
  return value instanceof Promise ? value.then(use) : use(value);
}

/** Something that is found out once. */
export class Finding<T> {
  value: Soon<T>;

  /** @param failed called when nothing was found */
  constructor(finding: Promise<T>, failed: () => void) {
    this.value = finding;
    void finding.then(
      (value) => (this.value = value),
      // Whoever waits for it is told.
      failed,
    );
  }
}
