import { pipeline, Readable, type Transform } from "node:stream";
import * as zlib from "node:zlib";
import { zstd } from "../../files/representation/zstd.js";
import { failureOf } from "./upstream-error.js";
import type { Upstream } from "./proxy-rule.js";

/** What comes is let through as it comes; a content that was cut short is as good as far as it goes. */
const GZIP = { flush: zlib.constants.Z_SYNC_FLUSH, finishFlush: zlib.constants.Z_SYNC_FLUSH };
const BROTLI = {
  flush: zlib.constants.BROTLI_OPERATION_FLUSH,
  finishFlush: zlib.constants.BROTLI_OPERATION_FLUSH,
};

/** Content codings (RFC 9110 §8.4.1) that can be undone. */
const DECODERS: ReadonlyMap<string, () => Transform> = new Map([
  ["gzip", () => zlib.createGunzip(GZIP)],
  ["x-gzip", () => zlib.createGunzip(GZIP)],
  ["deflate", () => zlib.createInflate(GZIP)],
  ["br", () => zlib.createBrotliDecompress(BROTLI)],
  ...(zstd === undefined ? [] : [["zstd", zstd.createZstdDecompress] as const]),
]);

/** Whether a `content-encoding` can be undone; "identity" is none. */
export const canDecode = (coding: string) => coding === "identity" || DECODERS.has(coding.trim().toLowerCase());

/**
 * A content without its coding, in pieces as they come.
 *
 * @throws {UpstreamFailure} for what is not in that coding, and what the pieces throw
 */
export async function* decoded(
  pieces: AsyncIterable<Uint8Array>,
  coding: string,
  upstream: Upstream,
): AsyncGenerator<Uint8Array, void> {
  const decoder = DECODERS.get(coding.trim().toLowerCase())?.();
  if (decoder === undefined) return yield* pieces;
  let failure: unknown;
  const source = async function* () {
    try {
      yield* pieces;
    } catch (error) {
      failure = error;
      throw error;
    }
  };
  // Its failure comes to the reader of the decoder.
  pipeline(Readable.from(source(), { objectMode: false }), decoder, () => undefined);
  try {
    for await (const content of decoder) {
      const bytes: Uint8Array = content;
      yield bytes;
    }
  } catch (error) {
    throw failure ?? failureOf(error, upstream);
  }
}
