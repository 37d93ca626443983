import { closeSync, openSync, readSync as readFrom } from "node:fs";
import { open } from "node:fs/promises";

import { BufferPool } from "./buffer-pool.js";
import type { SiteFile } from "./scanner.js";

/** Of a file, only so many bytes are scanned. */
export const SCAN_LIMIT = 16 * 1024 * 1024;

const pool = new BufferPool();

/**
 * Reads a file, of a long one the beginning, and has its bytes parsed; they
 * are gone thereafter.
 */
export type ReadFile = <T>(file: SiteFile, parse: (bytes: Buffer) => T) => Promise<T>;

/** Leaves the reading to the thread pool: the process has something else to do meanwhile. */
export const readAsync: ReadFile = async (file, parse) => {
  const handle = await open(file.file);
  const size = Math.min(file.size, SCAN_LIMIT);
  const buffer = pool.take(size);
  try {
    let length = 0;
    while (length < size) {
      const { bytesRead } = await handle.read(buffer, length, size - length, length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return parse(buffer.subarray(0, length));
  } finally {
    pool.give(buffer);
    await handle.close();
  }
};

/** Reads at once: for a small file that costs a tenth of a way through the thread pool. */
export const readSync: ReadFile = async (file, parse) => {
  const descriptor = openSync(file.file, "r");
  const size = Math.min(file.size, SCAN_LIMIT);
  const buffer = pool.take(size);
  try {
    let length = 0;
    while (length < size) {
      const count = readFrom(descriptor, buffer, length, size - length, length);
      if (count === 0) break;
      length += count;
    }
    return parse(buffer.subarray(0, length));
  } finally {
    pool.give(buffer);
    closeSync(descriptor);
  }
};
