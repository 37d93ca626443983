const LINE_FEED = 0x0a;

/** The lines of one version of a file. Their ends are looked for as far as they are asked for. */
export class Lines {
  readonly version: string;
  readonly text: Buffer;
  readonly #ends: number[] = [];

  constructor(version: string, text: Buffer) {
    this.version = version;
    this.text = text;
  }

  /** The line, from 1, of an offset: one more than there are ends of lines before it. */
  lineOf(offset: number): number {
    const ends = this.#ends;
    for (let last = ends.at(-1) ?? -1; last < offset;) {
      const end = this.text.indexOf(LINE_FEED, last + 1);
      last = end < 0 ? Number.POSITIVE_INFINITY : end;
      ends.push(last);
    }
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((ends[middle] ?? 0) < offset) low = middle + 1;
      else high = middle;
    }
    return low + 1;
  }
}
