import { lengthInPixels, mathInPixels } from "../../css/lengths.js";
import { matchesMedia, type Viewport } from "../../css/media-queries.js";
import { splitCommas } from "../../css/values.js";

/** One image candidate string (HTML §4.8.4.2.1). */
export interface Candidate {
  readonly url: string;
  /** Its descriptors as written: "800w", "2x" or "". */
  readonly descriptor: string;
}

const SPACE = /[\t\n\f\r ]/;

/** Splits a `srcset` attribute's value into its candidates (HTML §4.8.4.3.9). */
export function parseSrcset(text: string): Candidate[] {
  const candidates: Candidate[] = [];
  let at = 0;
  const { length } = text;
  while (at < length) {
    while (at < length && (SPACE.test(text[at] ?? "") || text[at] === ",")) at += 1;
    if (at >= length) break;
    const start = at;
    while (at < length && !SPACE.test(text[at] ?? "")) at += 1;
    let url = text.slice(start, at);
    if (url.endsWith(",")) {
      url = withoutCommas(url);
      candidates.push({ url, descriptor: "" });
      continue;
    }
    const from = at;
    let depth = 0;
    for (; at < length; at += 1) {
      const char = text[at];
      if (char === "(") depth += 1;
      else if (char === ")") depth -= 1;
      else if (char === "," && depth <= 0) break;
    }
    candidates.push({ url, descriptor: text.slice(from, at).trim() });
    at += 1;
  }
  return candidates.filter(({ url, descriptor }) => url !== "" && isDescriptor(descriptor));
}

function withoutCommas(url: string): string {
  let end = url.length;
  while (url[end - 1] === ",") end -= 1;
  return url.slice(0, end);
}

/** A longer descriptor says nothing that a shorter one can't. */
const MAX_DESCRIPTOR_LENGTH = 100;

function isDescriptor(text: string): boolean {
  if (text.length > MAX_DESCRIPTOR_LENGTH) return false;
  return text === "" || /^(?:\d+w(?:\s+\d+h)?|\d+h\s+\d+w|\d*\.?\d+(?:e[+-]?\d+)?x)$/.test(text);
}

/** The size at the end of a part of `sizes`, behind its media condition: a length or a math function. */
function lastSize(part: string): string | undefined {
  if (!part.endsWith(")")) return /(?:^|[\s)])([+-]?[\d.]+[a-z]*)$/i.exec(part.slice(-40))?.[1];
  let depth = 0;
  for (let at = part.length - 1; at >= 0; at -= 1) {
    if (part[at] === ")") depth += 1;
    else if (part[at] === "(") depth -= 1;
    if (depth > 0) continue;
    const name = /(?:calc|min|max|clamp)$/i.exec(part.slice(Math.max(0, at - 5), at))?.[0];
    return name === undefined ? undefined : part.slice(at - name.length);
  }
  return undefined;
}

/** The width in CSS pixels that a `sizes` attribute gives to an image (HTML §4.8.4.3.10); the viewport's without one. */
export function sourceSize(sizes: string | undefined, viewport: Viewport): number {
  const list = (sizes ?? "").replaceAll(/\/\*[^]*?(?:\*\/|$)/g, " ");
  // Layout alone knows what "auto" comes to, and for a lazy image only.
  if (/^\s*auto\s*(?:,|$)/i.test(list)) return viewport.width;
  for (const part of splitCommas(list)) {
    const text = part.trim();
    const size = lastSize(text);
    if (size === undefined) continue;
    const media = text.slice(0, text.length - size.length).trim();
    if (media !== "" && !matchesMedia(media, viewport)) continue;
    const pixels = lengthInPixels(size, viewport) ?? mathInPixels(size, viewport);
    if (pixels !== undefined && pixels >= 0) return pixels;
  }
  return viewport.width;
}

function densityOf(candidate: Candidate, size: number): number {
  const width = /(\d+)w/.exec(candidate.descriptor)?.[1];
  if (width !== undefined) return size === 0 ? Number.POSITIVE_INFINITY : Number(width) / size;
  const density = /^([\d.e+-]+)x$/.exec(candidate.descriptor)?.[1];
  return density === undefined ? 1 : Number(density);
}

/**
 * The candidate that Chromium takes: of the two densities around the
 * viewport's, the lower unless that is less than one device pixel or below
 * their geometric mean (Blink's `SelectionLogic`); the standard leaves the
 * choice to the browser.
 */
export function selectCandidate(
  candidates: readonly Candidate[],
  sizes: string | undefined,
  viewport: Viewport,
): Candidate | undefined {
  const size = sourceSize(sizes, viewport);
  const byDensity = new Map<number, Candidate>();
  for (const candidate of candidates) {
    const density = densityOf(candidate, size);
    if (!byDensity.has(density)) byDensity.set(density, candidate);
  }
  const sorted = [...byDensity].sort(([a], [b]) => a - b);
  for (const [index, [density, candidate]] of sorted.entries()) {
    const next = sorted[index + 1];
    if (next === undefined) return candidate;
    const [nextDensity, nextCandidate] = next;
    if (nextDensity < viewport.density) continue;
    const tooSmall = viewport.density <= 1 && viewport.density > density;
    return tooSmall || viewport.density >= Math.sqrt(density * nextDensity) ? nextCandidate : candidate;
  }
  return undefined;
}
