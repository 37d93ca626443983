import { randomBytes } from "node:crypto";
import { contentRange, type ByteRange } from "./range.js";

/** One part of a `multipart/byteranges` content: what goes before its bytes, and which they are. */
export interface Part {
  readonly head: Buffer;
  readonly range: ByteRange;
}

/** Several ranges as one content (RFC 9110 §14.6). */
export interface Multipart {
  readonly contentType: string;
  readonly parts: readonly Part[];
  readonly tail: Buffer;
  /** Bytes of the whole. */
  readonly length: number;
}

/** @param contentType media type of the representation, `size` its bytes */
export function byteRanges(ranges: readonly ByteRange[], contentType: string, size: number): Multipart {
  const boundary = randomBytes(15).toString("hex");
  const parts = ranges.map((range) => ({
    range,
    head: Buffer.from(
      `\r\n--${boundary}\r\ncontent-type: ${contentType}\r\ncontent-range: ${contentRange(range, size)}\r\n\r\n`,
    ),
  }));
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  const length = parts.reduce((sum, { head, range }) => sum + head.length + range.last - range.first + 1, tail.length);
  return { contentType: `multipart/byteranges; boundary=${boundary}`, parts, tail, length };
}
