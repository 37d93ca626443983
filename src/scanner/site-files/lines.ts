import type { Position } from "../types.js";

/** The lines of one version of a file. Their ends are looked for as far as they are asked for. */
export class Lines {
  readonly version: string;
  readonly text: Buffer | string;
  readonly #ends: number[] = [];
  /** The place that was asked for last: in a line of megabytes, the next one is counted from there. */
  #last = { offset: 0, start: 0, column: 1 };

  constructor(version: string, text: Buffer | string) {
    this.version = version;
    this.text = text;
  }

  /**
   * Where an offset is. The line is one more than there are ends of lines before it.
   *
   * @param first a text: where it stands first, instead
   */
  positionOf(given: number, first?: string): Position {
    const offset = first === undefined ? given : Math.max(0, this.text.indexOf(first));
    const ends = this.#ends;
    for (let last = ends.at(-1) ?? -1; last < offset;) {
      const end = this.text.indexOf("\n", last + 1);
      last = end < 0 ? Number.POSITIVE_INFINITY : end;
      ends.push(last);
    }
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((ends[middle] ?? 0) < offset) low = middle + 1;
      else high = middle;
    }
    const start = (ends[low - 1] ?? -1) + 1;
    return { line: low + 1, column: this.#columnOf(offset, start) };
  }

  /** @param start of the line */
  #columnOf(offset: number, start: number): number {
    const { offset: from, column } =
      this.#last.start === start && this.#last.offset <= offset ? this.#last : { offset: start, column: 1 };
    const found = column + this.text.slice(from, offset).toString().length;
    this.#last = { offset, start, column: found };
    return found;
  }
}
