import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { readInto } from "./read-into.js";

/** A content of this size and less counts with every byte (bytes). */
const MAX_WHOLE_BYTES = 1024 * 1024;

/** Of a longer one its beginning, its end, and what lies between them at equal distances (bytes). */
const SAMPLE_BYTES = 16 * 1024;
const SAMPLES = 64;

/** Names a content. */
export const digestOf = (content: Buffer): string =>
  createHash("sha256").update(content).digest("base64url").slice(0, 22);

/** Names the first `size` bytes of a file; undefined when there are fewer. Bounded, whatever the size. */
export async function digestOfFile(handle: FileHandle, size: number): Promise<string | undefined> {
  if (size <= MAX_WHOLE_BYTES) {
    const content = Buffer.allocUnsafeSlow(size);
    return (await readInto(handle, content, 0)) < size ? undefined : digestOf(content);
  }
  const samples = Buffer.allocUnsafeSlow(SAMPLE_BYTES * SAMPLES);
  const read = await Promise.all(
    Array.from({ length: SAMPLES }, (_, n) => {
      const position = Math.floor((n * (size - SAMPLE_BYTES)) / (SAMPLES - 1));
      return readInto(handle, samples.subarray(n * SAMPLE_BYTES, (n + 1) * SAMPLE_BYTES), position);
    }),
  );
  return read.some((bytes) => bytes < SAMPLE_BYTES) ? undefined : digestOf(samples);
}
