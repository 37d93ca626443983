interface Entry<T> {
  readonly value: T;
  bytes: number;
}

/** Keeps values within a budget of bytes; what was asked for least recently goes first. */
export class Memory<T> {
  readonly budget: number;
  readonly #forgotten: (value: T) => void;
  readonly #entries = new Map<string, Entry<T>>();
  /** The one that was used last. */
  #newest: Entry<T> | undefined;
  #bytes = 0;

  /**
   * @param budget bytes
   * @param forgotten told of each value that had to go
   */
  constructor(budget: number, forgotten: (value: T) => void) {
    this.budget = budget;
    this.#forgotten = forgotten;
  }

  /** Bytes in use. */
  get bytes(): number {
    return this.#bytes;
  }

  get(key: string): T | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined || entry === this.#newest) return entry?.value;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    this.#newest = entry;
    return entry.value;
  }

  set(key: string, value: T, bytes: number): void {
    this.delete(key);
    this.#newest = { value, bytes };
    this.#entries.set(key, this.#newest);
    this.#bytes += bytes;
    this.#shrink();
  }

  /** Counts more bytes for a value, as far as it is still here. */
  grow(key: string, bytes: number): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    entry.bytes += bytes;
    this.#bytes += bytes;
    this.#shrink();
  }

  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#bytes -= entry.bytes;
    this.#forgotten(entry.value);
  }

  #shrink(): void {
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.budget) return;
      this.delete(oldest);
    }
  }
}
