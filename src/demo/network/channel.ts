import { deferred } from "../../io/deferred.js";

/** Values that several tell, for one reader, in their order. */
export class Channel<T> {
  readonly #values: T[] = [];
  #more = deferred();
  #ended = false;

  push(value: T): void {
    this.#values.push(value);
    this.#more.resolve();
  }

  /** Nothing more comes. */
  end(): void {
    this.#ended = true;
    this.#more.resolve();
  }

  /** The values until the end. */
  async *values(): AsyncGenerator<T, void> {
    for (;;) {
      yield* this.#values.splice(0);
      if (this.#ended && this.#values.length === 0) return;
      if (this.#values.length > 0) continue;
      this.#more = deferred();
      await this.#more.promise;
    }
  }
}
