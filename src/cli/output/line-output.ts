import type { Writable } from "node:stream";

/** So long lines are gathered, to be written together: each write wakes the reader (milliseconds). */
const GATHER = 20;

/** What may wait for a reader that is slow, or stands still, before lines are dropped (characters, mostly bytes). */
const MOST = 4 * 1024 * 1024;

/**
 * Lines on their way to an output that must not hold up who writes them. A
 * reader that falls behind gets a part of them whole, and is told how many
 * are missing there.
 */
export class LineOutput {
  readonly #output: Writable;
  readonly #tellDropped: (lines: number) => void;
  #waiting = "";
  #dropped = 0;

  /** @param tellDropped called when the reader has caught up */
  constructor(output: Writable, tellDropped: (lines: number) => void) {
    this.#output = output;
    this.#tellDropped = tellDropped;
  }

  /** Takes a line without its end. */
  add(line: string): void {
    if (this.#dropped > 0 || this.#output.writableLength + this.#waiting.length > MOST) return this.#drop();
    if (this.#waiting === "") setTimeout(() => this.flush(), GATHER);
    this.#waiting += `${line}\n`;
  }

  /** Writes what waits. */
  flush(): void {
    if (this.#waiting !== "") this.#output.write(this.#waiting);
    this.#waiting = "";
  }

  #drop(): void {
    this.#dropped++;
    if (this.#dropped > 1) return;
    this.flush();
    // So much is waiting that this event is to come, unless the reader has gone for good.
    this.#output.once("drain", () => {
      this.#tellDropped(this.#dropped);
      this.#dropped = 0;
    });
  }
}
