import type { FileHandle } from "node:fs/promises";
import type { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import * as zlib from "node:zlib";
import type { Coding } from "./content-coding.js";
import { holds, openFound, type FoundFile, type Unavailable } from "../file.js";
import { readInto } from "./read-into.js";
import { zstd } from "./zstd.js";

const decoders: Readonly<Record<Coding, () => Transform | undefined>> = {
  br: () => zlib.createBrotliDecompress(),
  zstd: () => zstd?.createZstdDecompress(),
  gzip: () => zlib.createGunzip(),
};

/**
 * Whether a file that was compressed beforehand has the content of the one
 * that it stands beside. Its times don't tell: `tar`, `cp -p` and checkouts
 * give both the same, also when only one of them was made anew. What can't be
 * decoded here is not.
 */
export async function isSameContent(
  original: FoundFile,
  coded: FoundFile,
  coding: Coding,
): Promise<boolean | Unavailable> {
  return withFile(coded, (from) => withFile(original, (to) => matches(from, coding, to, original.size)));
}

async function withFile<T>(found: FoundFile, use: (handle: FileHandle) => Promise<T>): Promise<T | Unavailable> {
  const handle = await openFound(found);
  if (typeof handle === "string") return handle;
  try {
    const result = await use(handle);
    return (await holds(handle, found)) ? result : "changed";
  } finally {
    await handle.close();
  }
}

/** Stops at the first byte that differs: a small file may stand for a very large content. */
async function matches(from: FileHandle, coding: Coding, to: FileHandle, size: number): Promise<boolean> {
  const decoder = decoders[coding]();
  if (decoder === undefined) return false;
  let at = 0;
  const compare = async (pieces: AsyncIterable<Buffer>) => {
    for await (const piece of pieces) {
      const same = Buffer.allocUnsafe(piece.length);
      if ((await readInto(to, same, at)) < piece.length || !same.equals(piece)) throw new Error("another content");
      at += piece.length;
    }
  };
  const read = pipeline(piecesOf(from), decoder, compare);
  return read.then(
    () => at === size,
    () => false,
  );
}

/** Bytes that are read at a time. */
const READ_BYTES = 64 * 1024;

/** Not a stream of the handle's own, which closes it when decoding fails. */
async function* piecesOf(handle: FileHandle): AsyncGenerator<Buffer> {
  for (let at = 0; ; at += READ_BYTES) {
    const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
    const length = await readInto(handle, buffer, at);
    yield buffer.subarray(0, length);
    if (length < READ_BYTES) return;
  }
}
