/** What may still be pushed for one page. Asking for a link takes its share. */
export class PushBudget {
  #count: number;
  #bytes: number;
  #streams: number;

  constructor(count: number, bytes: number, streams: number) {
    this.#count = count;
    this.#bytes = bytes;
    this.#streams = streams;
  }

  /** Why so many bytes are not pushed, in one or two words; undefined when they have their share. */
  refusal(bytes: number): string | undefined {
    if (this.#streams < 1) return "streams";
    if (this.#count < 1) return "push count";
    if (bytes > this.#bytes) return "push bytes";
    this.#streams--;
    this.#count--;
    this.#bytes -= bytes;
    return undefined;
  }
}
