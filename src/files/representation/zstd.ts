import type { Transform } from "node:stream";
import * as zlib from "node:zlib";

/** What `node:zlib` has for zstd from Node 22.15 and 23.8 on. */
interface Zstd {
  readonly zstdCompress: (content: Buffer, done: (error: Error | null, result: Buffer) => void) => void;
  readonly createZstdDecompress: () => Transform;
}

const hasZstd = (library: object): library is Zstd => "zstdCompress" in library && "createZstdDecompress" in library;

/** Undefined where this Node has none. */
export const zstd: Zstd | undefined = hasZstd(zlib) ? zlib : undefined;
