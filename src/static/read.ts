import type { FileHandle } from "node:fs/promises";
import { isVersion, openFound, type FoundFile, type Unavailable } from "./file.js";

/** So much of a large file is looked at (bytes). */
export const START = 64 * 1024;

/** The content of a file. */
export function readWhole(found: FoundFile): Promise<Buffer | Unavailable> {
  return readPinned(found, found.size);
}

/** The first 64 KB of a file. */
export function readStart(found: FoundFile): Promise<Buffer | Unavailable> {
  return readPinned(found, Math.min(found.size, START));
}

async function readPinned(found: FoundFile, size: number): Promise<Buffer | Unavailable> {
  const handle = await openFound(found);
  if (typeof handle === "string") return handle;
  try {
    const buffer = Buffer.allocUnsafeSlow(size);
    const length = await readInto(handle, buffer, 0);
    return length === size && isVersion(await handle.stat(), found) ? buffer : "changed";
  } finally {
    await handle.close();
  }
}

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
