import type { ByteRange } from "../conditions/range.js";

/** Bytes that go into a content on its way, and before which of its own bytes. */
export interface Insertion {
  readonly at: number;
  readonly bytes: Buffer;
}

/** What goes into HTML on its way. */
export interface Inserter {
  /** Sets the entity tags apart from those of the files as they are. */
  readonly tag: string;
  /**
   * What goes into a content, if anything does. Asked once for a version of a
   * file, and to be answered alike each time.
   *
   * @param start the first 64 KB of the content, or all of it when it is shorter
   */
  into(start: Buffer, contentType: string, file: string): Insertion | undefined;
}

/** A content with what goes into it. */
export function withInsertion(content: Buffer, insertion: Insertion | undefined): Buffer {
  if (insertion === undefined) return content;
  const { at, bytes } = insertion;
  return Buffer.concat([content.subarray(0, at), bytes, content.subarray(at)]);
}

/** Where the bytes of a range lie, when the content has something inserted: in the file before it, in it, in the file after it. */
export function throughInsertion({ first, last }: ByteRange, { at, bytes }: Insertion): (Buffer | ByteRange)[] {
  const before = { first, last: Math.min(last, at - 1) };
  const within = bytes.subarray(Math.max(0, first - at), Math.max(0, last - at + 1));
  const after = { first: Math.max(first - bytes.length, at), last: last - bytes.length };
  return [before, within, after].filter((span) => ("first" in span ? span.first <= span.last : span.length > 0));
}
