import type { Writable } from "node:stream";
import { inPieces } from "../../files/write-pieces.js";
import type { UpstreamAnswer } from "./upstream-request.js";
import { failureOf } from "./upstream-error.js";
import type { Upstream } from "./proxy-rule.js";

/** Whom a content comes from and goes to, and what ends it. */
export interface Ends {
  readonly upstream: Upstream;
  readonly client: Writable;
  /** For what never ends by itself: ends it when aborted. */
  readonly closing: AbortSignal | undefined;
}

/**
 * The content of an upstream's response as it comes, in pieces.
 *
 * @throws {UpstreamFailure} when it breaks off, and Node's own error when that is since its client went away
 */
export async function* piecesOf(
  { response, idleTimeout }: Pick<UpstreamAnswer, "response" | "idleTimeout">,
  { upstream, client, closing }: Ends,
): AsyncGenerator<Uint8Array, void> {
  const end = () => response.destroy();
  if (closing?.aborted === true) end();
  closing?.addEventListener("abort", end);
  try {
    idleTimeout.reading(true);
    for await (const content of response) {
      idleTimeout.reading(false);
      const bytes: Uint8Array = content;
      yield* inPieces(bytes);
      idleTimeout.reading(true);
    }
  } catch (error) {
    if (closing?.aborted === true) return;
    throw client.destroyed ? error : failureOf(error, upstream);
  } finally {
    closing?.removeEventListener("abort", end);
    idleTimeout.reading(false);
  }
}
