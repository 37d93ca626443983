import { PIECE } from "../../static/respond.js";
import type { UpstreamAnswer } from "./ask.js";
import { failureOf } from "./failure.js";
import type { Upstream } from "./rule.js";

/**
 * The content of an upstream's response as it comes, in pieces.
 *
 * @param closing ends it when aborted: for what never ends by itself
 * @throws {UpstreamFailure} when it breaks off
 */
export async function* piecesOf(
  { response, patience }: Pick<UpstreamAnswer, "response" | "patience">,
  upstream: Upstream,
  closing: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void> {
  const end = () => response.destroy();
  if (closing?.aborted === true) end();
  closing?.addEventListener("abort", end);
  try {
    patience.reading(true);
    for await (const content of response) {
      patience.reading(false);
      const bytes: Uint8Array = content;
      for (let at = 0; at < bytes.length; at += PIECE) yield bytes.subarray(at, at + PIECE);
      patience.reading(true);
    }
  } catch (error) {
    if (closing?.aborted !== true) throw failureOf(error, upstream);
  } finally {
    closing?.removeEventListener("abort", end);
    patience.reading(false);
  }
}
