import { type FileHandle, open } from "node:fs/promises";

/** Read of each file at a time (bytes). */
const PIECE = 65_536;

/**
 * Whether two files hold the same bytes.
 *
 * @throws what the system says
 */
export async function hasSameContent(one: string, other: string): Promise<boolean> {
  const first = await open(one);
  try {
    const second = await open(other);
    try {
      return await haveSameContent(first, second);
    } finally {
      await second.close();
    }
  } finally {
    await first.close();
  }
}

async function haveSameContent(first: FileHandle, second: FileHandle): Promise<boolean> {
  const [a, b] = [Buffer.allocUnsafe(PIECE), Buffer.allocUnsafe(PIECE)];
  for (;;) {
    const [left, right] = [await filled(first, a), await filled(second, b)];
    if (!left.equals(right)) return false;
    if (left.length < PIECE) return true;
  }
}

/** The next piece of a file, whole where the file does not end: a read may bring less. */
async function filled(file: FileHandle, buffer: Buffer): Promise<Buffer> {
  let length = 0;
  while (length < buffer.length) {
    const { bytesRead } = await file.read(buffer, length, buffer.length - length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return buffer.subarray(0, length);
}
