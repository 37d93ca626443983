import process from "node:process";
import { PIECE_BYTES } from "../files/write-pieces.js";
import { deferred } from "../io/deferred.js";

/** What a page that somebody else makes may consist of. */
export type Content = string | Uint8Array | AsyncIterable<string | Uint8Array>;

/** So much waits to be sent until whoever writes is told to wait (bytes). */
const HIGH_WATER_BYTES = 64 * 1024;

interface Chunk {
  readonly bytes: Buffer;
  /** To be called when the client has taken it. */
  readonly taken: () => void;
}

/** The content of a page on its way from whoever writes it to the client. */
export class PageContent {
  readonly #drained: () => void;
  #chunks: Chunk[] = [];
  #arrived = deferred();
  #waiting = 0;
  #isTaken = false;
  #bytes = 0;
  #failure: Error | undefined;
  isEnded = false;
  /** Nobody reads it any more. */
  isDiscarded = false;

  /** @param drained called when more may be written after `push` was false */
  constructor(drained: () => void = () => undefined) {
    this.#drained = drained;
  }

  /** @returns whether more may be written at once */
  push(bytes: Buffer, taken: () => void = () => undefined): boolean {
    this.#bytes += bytes.length;
    if (this.isDiscarded) {
      process.nextTick(taken);
      return true;
    }
    this.#chunks.push({ bytes, taken });
    this.#waiting += bytes.length;
    this.#arrived.resolve();
    return this.#waiting < HIGH_WATER_BYTES;
  }

  /** Takes what is here, and what comes, for nobody: who writes it must not wait. */
  discard(): void {
    this.isDiscarded = true;
    for (const { taken } of this.#chunks.splice(0)) process.nextTick(taken);
    this.#arrived.resolve();
    const wasFull = this.#waiting >= HIGH_WATER_BYTES;
    this.#waiting = 0;
    if (wasFull) this.#drained();
  }

  end(): void {
    this.isEnded = true;
    this.#arrived.resolve();
  }

  /** Ends it without its end: what reads it throws. */
  fail(error: Error): void {
    this.#failure = error;
    this.#arrived.resolve();
  }

  /** Bytes of the whole; undefined until its end. */
  get size(): number | undefined {
    return this.isEnded ? this.#bytes : undefined;
  }

  /** All of it, where that is here and none of it has gone. */
  get whole(): Buffer | undefined {
    if (!this.isEnded || this.#isTaken) return undefined;
    const [first, ...others] = this.#chunks;
    if (first !== undefined && others.length === 0) return first.bytes;
    return Buffer.concat(this.#chunks.map(({ bytes }) => bytes));
  }

  async *pieces(): AsyncGenerator<Buffer, void> {
    this.#isTaken = true;
    for (;;) {
      for (const chunk of this.#chunks.splice(0)) yield* this.#cut(chunk);
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#chunks.length > 0) continue;
      if (this.isEnded || this.isDiscarded) return;
      await this.#arrived.promise;
      this.#arrived = deferred();
    }
  }

  *#cut({ bytes, taken }: Chunk): Generator<Buffer, void> {
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES);
    const wasFull = this.#waiting >= HIGH_WATER_BYTES;
    this.#waiting -= bytes.length;
    taken();
    if (wasFull && this.#waiting < HIGH_WATER_BYTES) this.#drained();
  }
}

/** A content that is there, or comes piece by piece. */
export function contentOf(content: Content): PageContent {
  const page = new PageContent();
  if (typeof content === "string" || content instanceof Uint8Array) {
    page.push(bytesOf(content));
    page.end();
  }
  return page;
}

/** A chunk as it goes over the wire. */
export function bytesOf(chunk: string | Uint8Array, encoding: BufferEncoding = "utf8"): Buffer {
  if (typeof chunk === "string") return Buffer.from(chunk, encoding);
  return Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}
