/** Files of common sizes are read into the same few buffers: a large site would else leave most of its bytes to the collector. */
const SIZE = 1024 * 1024;
const KEPT = 8;

/** Lends buffers that are to be given back. */
export class BufferPool {
  readonly #free: Buffer[] = [];

  /** A buffer of at least that many bytes. */
  take(size: number): Buffer {
    if (size > SIZE) return Buffer.allocUnsafeSlow(size);
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(SIZE);
  }

  give(buffer: Buffer): void {
    if (buffer.length === SIZE && this.#free.length < KEPT) this.#free.push(buffer);
  }
}
