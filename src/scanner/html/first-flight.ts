import { deflateRawSync } from "node:zlib";
import { NEED, type Reference } from "../url/reference.js";
import { CLASSIC_SCRIPT, MODULE_SCRIPT } from "./elements/script-element.js";

/** What a server may send before it hears of the client again: ten segments (RFC 6928) of 1,460 bytes. */
const WINDOW_BYTES = 14_600;

/** Of a long page so much is compressed, to see how well it can be (bytes). */
const SAMPLE_BYTES = 8 * WINDOW_BYTES;

/**
 * Bytes at the beginning of a page that reach a browser in the page's first
 * round trip. Its preload scanner finds what they name as soon as a `Link`
 * field could tell it; of what stands beyond, it hears a round trip later.
 *
 * @param references what the page refers to: where none stands beyond the first bytes, nothing is compressed
 * @param compressed the page is sent compressed
 */
export function firstFlight(html: Buffer, references: readonly Reference[], compressed: boolean): number {
  const isBeyond = ({ offset, as }: Reference) => offset >= WINDOW_BYTES && as !== "image";
  if (!references.some(isBeyond)) return html.length;
  if (!compressed) return WINDOW_BYTES;
  const sample = html.subarray(0, SAMPLE_BYTES);
  return (WINDOW_BYTES * sample.length) / deflateRawSync(sample, { level: 1 }).length;
}

/**
 * Whether a browser finds by itself, and in time, what a page's own HTML
 * names. An image beyond the first round trip is not painted first: it can wait.
 */
export function isNamed(
  { offset, as, byScript }: Pick<Reference, "offset" | "as" | "byScript">,
  flight: number,
): boolean {
  return byScript !== true && (offset < flight || as === "image");
}

/**
 * Whether a page beyond its first round trip shows something before a script
 * of it runs: one that does not hold up the parser, or that stands behind the
 * first image. A preload would have it fetched before that image, which the
 * element does not (Chromium gives the one `High` and the other `Low`).
 */
export const canWait = (
  { by, need, offset }: Pick<Reference, "by" | "need" | "offset">,
  firstImage = Number.POSITIVE_INFINITY,
): boolean => (by === CLASSIC_SCRIPT || by === MODULE_SCRIPT) && (need > NEED.blockingScript || offset > firstImage);
