import type { Writable } from "node:stream";

/** How long lines are gathered to be written together, since each write wakes the reader. */
const GATHER_MS = 20;

/** How much may wait for a slow reader before lines are dropped (characters, mostly bytes). */
const MAX_WAITING_CHARACTERS = 4 * 1024 * 1024;

/**
 * Lines on their way to an output that must not delay the writer. A reader that
 * falls behind loses whole lines, and learns where and how many.
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
    if (this.#dropped > 0 || this.#output.writableLength + this.#waiting.length > MAX_WAITING_CHARACTERS)
      return this.#drop();
    if (this.#waiting === "") setTimeout(() => this.flush(), GATHER_MS);
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
    // The buffer is over its limit, so this event will come, unless the reader has gone for good.
    this.#output.once("drain", () => {
      this.#tellDropped(this.#dropped);
      this.#dropped = 0;
    });
  }
}
