import { promisify } from "node:util";
import * as zlib from "node:zlib";
import { codings, type Coding } from "./content-coding.js";
import { zstd } from "./zstd.js";

type Compress = (content: Buffer) => Promise<Buffer>;

/** Quality 5 of 11: four fifths of what the best one saves, in a fiftieth of its time. */
const BROTLI_QUALITY = 5;

const brotli = promisify(zlib.brotliCompress);
const gzip = promisify(zlib.gzip);

const compressors: Readonly<Record<Coding, Compress | undefined>> = {
  br: (content) =>
    brotli(content, {
      params: {
        [zlib.constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
        [zlib.constants.BROTLI_PARAM_SIZE_HINT]: content.length,
      },
    }),
  zstd: zstd && promisify(zstd.zstdCompress),
  gzip: (content) => gzip(content, { level: 6 }),
};

/** The codings that this Node can make. */
export const compressions: readonly Coding[] = codings.filter((coding) => compressors[coding] !== undefined);

/** How many contents are compressed at a time: of libuv's four threads two are left to the files. */
const MAX_PARALLEL = 2;

const waiting: (() => void)[] = [];
let running = 0;

/** Does the work on a content when there is a place for it: what waits for one is not even read. */
export async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= MAX_PARALLEL) await new Promise<void>((resolve) => waiting.push(resolve));
  else running++;
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next === undefined) running--;
    else next();
  }
}

/** Compresses in a thread of libuv's pool. */
export function compress(content: Buffer, coding: Coding): Promise<Buffer> {
  const compressor = compressors[coding];
  if (compressor === undefined) throw new Error(`this Node has no ${coding}`);
  return compressor(content);
}
