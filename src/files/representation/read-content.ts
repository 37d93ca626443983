import { holds, type FoundFile, type Unavailable } from "../file.js";
import { OpenFile } from "../open-files.js";
import { readInto } from "./read-into.js";

/** How much of a large file is looked at (bytes). */
export const START_BYTES = 64 * 1024;

/** The content of a file. */
export function readWhole(found: FoundFile): Promise<Buffer | Unavailable> {
  return readPinned(found, found.size);
}

/** The first 64 KB of a file. */
export function readStart(found: FoundFile): Promise<Buffer | Unavailable> {
  return readPinned(found, Math.min(found.size, START_BYTES));
}

async function readPinned(found: FoundFile, size: number): Promise<Buffer | Unavailable> {
  const file = await OpenFile.open(found);
  if (typeof file === "string") return file;
  try {
    return await file.use(async (handle) => {
      const buffer = Buffer.allocUnsafeSlow(size);
      const length = await readInto(handle, buffer, 0);
      return length === size && (await holds(handle, found)) ? buffer : "changed";
    });
  } finally {
    file.close();
  }
}
