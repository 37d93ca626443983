import { closeSync, openSync, readSync } from "node:fs";
import { open } from "node:fs/promises";

import { isOpenedAt } from "../../io/disk/opened-path.js";
import type { SiteFile } from "../lookup.js";

/** Of a file, only so many bytes are scanned. */
export const MAX_SCANNED_BYTES = 16 * 1024 * 1024;

const EMPTY = Buffer.alloc(0);

/** Longer files have a buffer of their own. */
const BUFFER_BYTES = 1024 * 1024;

/**
 * Reads a file, of a long one the beginning, and has its bytes parsed. They
 * are good until the same function reads again.
 */
export type ReadFile = <T>(file: SiteFile, parse: (bytes: Buffer) => T) => Promise<T>;

/** Leaves the reading to the thread pool: the process has something else to do meanwhile. */
export const readAsync: ReadFile = async (file, parse) => {
  const { content } = file;
  // A thread is handed its bytes without the methods of a Buffer.
  if (content !== undefined) return parse(Buffer.from(content.buffer, content.byteOffset, content.byteLength));
  const handle = await open(file.file);
  try {
    // A directory on the way has become a link: what it leads to is none of the site's.
    if (!(await isOpenedAt(handle, file.file))) return parse(EMPTY);
    const buffer = Buffer.allocUnsafe(Math.min(file.size, MAX_SCANNED_BYTES));
    let length = 0;
    for (let count = -1; count !== 0; length += count) {
      count = (await handle.read(buffer, length, buffer.length - length, length)).bytesRead;
    }
    return parse(buffer.subarray(0, length));
  } finally {
    await handle.close();
  }
};

/**
 * Reads at once: for a small file that costs a tenth of a way through the
 * thread pool. All files are read into one buffer: a large site would else
 * leave most of its bytes to the collector.
 */
export function syncReader(): ReadFile {
  const common = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  return async (file, parse) => {
    const descriptor = openSync(file.file, "r");
    try {
      const size = Math.min(file.size, MAX_SCANNED_BYTES);
      const buffer = size > common.length ? Buffer.allocUnsafeSlow(size) : common;
      let length = 0;
      for (let count = -1; count !== 0 && length < size; length += count) {
        count = readSync(descriptor, buffer, length, size - length, length);
      }
      return parse(buffer.subarray(0, length));
    } finally {
      closeSync(descriptor);
    }
  };
}
