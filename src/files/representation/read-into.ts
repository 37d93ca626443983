import type { FileHandle } from "node:fs/promises";

/** Fills a buffer from a position on; returns how many bytes there were. */
export async function readInto(handle: FileHandle, buffer: Buffer, position: number): Promise<number> {
  let length = 0;
  while (length < buffer.length) {
    const { bytesRead } = await handle.read(buffer, length, buffer.length - length, position + length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return length;
}
