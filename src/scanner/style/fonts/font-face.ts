import { functionEnd, hasUrlModifiers, imagesIn, splitCommas } from "../../css/values.js";
import { unquote } from "../../css/syntax.js";

/** An `@font-face` rule. */
export interface FontFace {
  /** Lower-case. */
  readonly family: string;
  /** What a current browser would try, in order. */
  readonly sources: readonly string[];
  /** A font that may be installed (`local()`) comes before one of the sources, or not all browsers know how one is written. */
  readonly mayBeOther: boolean;
  /** Text is shown in another font until this one is there, and not at all without one (`font-display`). */
  readonly swaps: boolean;
  readonly italic: boolean;
  readonly weight: readonly [number, number];
  /** Percent. */
  readonly stretch: readonly [number, number];
  /** Code points, from and to; everything without them. */
  readonly ranges: readonly (readonly [number, number])[];
  readonly offset: number;
  /** It is there in the window that pages are scanned for, and not in every one. */
  readonly byMedia: boolean;
}

const FORMATS = /^(?:woff2?|truetype|opentype|collection|woff2?-variations|truetype-variations|opentype-variations)$/i;
const TECHS = /^(?:variations|palettes|color-colrv[01]|color-sbix|color-cbdt|features-opentype)$/i;
const STRETCHES: ReadonlyMap<string, number> = new Map(
  Object.entries({
    "ultra-condensed": 50,
    "extra-condensed": 62.5,
    condensed: 75,
    "semi-condensed": 87.5,
    normal: 100,
    "semi-expanded": 112.5,
    expanded: 125,
    "extra-expanded": 150,
    "ultra-expanded": 200,
  }),
);

/** A font that may be installed, before one that is loaded. No font has the empty name that old tools write, nor that of a smiley. */
const INSTALLED_FIRST = /(?:^|,)\s*local\((?!\s*(["'])☺?\1\s*\)).*url\(/is;

/** Makes a face of an `@font-face` rule's descriptors; undefined when it can load nothing. */
export function readFontFace(
  descriptors: ReadonlyMap<string, string>,
  offset: number,
  byMedia: boolean,
): FontFace | undefined {
  const family = unquote(descriptors.get("font-family") ?? "")
    .replaceAll(/\s+/g, " ")
    .toLowerCase();
  const src = descriptors.get("src") ?? "";
  const sources = sourcesOf(src);
  if (family === "" || sources.length === 0) return undefined;
  return {
    family,
    sources,
    mayBeOther: INSTALLED_FIRST.test(src) || hasUrlModifiers(src),
    swaps: /^(?:swap|fallback|optional)$/i.test(descriptors.get("font-display")?.trim() ?? ""),
    italic: /italic|oblique/i.test(descriptors.get("font-style") ?? ""),
    weight: rangeOf(descriptors.get("font-weight") ?? "", weightOf, 400),
    stretch: rangeOf(descriptors.get("font-stretch") ?? "", stretchOf, 100),
    ranges: unicodeRanges(descriptors.get("unicode-range") ?? ""),
    offset,
    byMedia,
  };
}

/** A font that is installed (`local()`) is taken for not there; a server can't know. */
function sourcesOf(src: string): string[] {
  const urls: string[] = [];
  for (const part of splitCommas(src)) {
    const source = part.trim();
    if (!/^url\(/i.test(source)) continue;
    const end = functionEnd(source, 3);
    const hints = source.slice(end + 1);
    const format = /format\(\s*["']?([^"')\s]*)/i.exec(hints)?.[1];
    const techs = /tech\(([^)]*)\)/i.exec(hints)?.[1];
    if (format !== undefined && !FORMATS.test(format)) continue;
    if (techs !== undefined && !techs.split(",").every((tech) => TECHS.test(tech.trim()))) continue;
    const [url] = imagesIn(source.slice(0, end + 1), 1);
    if (url !== undefined) urls.push(url);
  }
  return urls;
}

function rangeOf(
  text: string,
  numberOf: (word: string) => number | undefined,
  normal: number,
): readonly [number, number] {
  const [from, to] = text.trim().toLowerCase().split(/\s+/).map(numberOf);
  if (from === undefined) return [normal, normal];
  const other = to ?? from;
  return [Math.min(from, other), Math.max(from, other)];
}

/** A weight as a number; undefined for what is relative or none. */
export function weightOf(word: string): number | undefined {
  if (word === "normal") return 400;
  if (word === "bold") return 700;
  const value = Number(word);
  return word !== "" && value >= 1 && value <= 1000 ? value : undefined;
}

/** How wide the glyphs are to be, in percent; undefined for what is none (CSS Fonts 4 §2.3). */
export function stretchOf(word: string): number | undefined {
  if (word.endsWith("%")) return Number.parseFloat(word);
  return STRETCHES.get(word);
}

function unicodeRanges(text: string): (readonly [number, number])[] {
  const ranges: (readonly [number, number])[] = [];
  for (const [, from = "", to] of text.matchAll(/u\+([0-9a-f?]{1,6})(?:-([0-9a-f]{1,6}))?/gi)) {
    const low = Number.parseInt(from.replaceAll("?", "0"), 16);
    const high = Number.parseInt(to ?? from.replaceAll("?", "F"), 16);
    ranges.push([low, high]);
  }
  return ranges;
}

/** A font as an element asks for it. */
export interface FontRequest {
  /** 1 to 1000. */
  readonly weight: number;
  readonly italic: boolean;
  /** Percent. */
  readonly stretch: number;
}

/**
 * The faces of one family that serve a request: those with the nearest
 * stretch, style and weight (CSS Fonts 4 §5.2). Faces that differ in
 * `unicode-range` alone belong together.
 */
export function selectFaces(faces: readonly FontFace[], request: FontRequest): FontFace[] {
  const stretch = least(faces, ({ stretch }) => stretchDistance(stretch, request.stretch));
  const style = least(stretch, ({ italic }) => (italic === request.italic ? 0 : 1));
  return least(style, ({ weight }) => weightDistance(weight, request.weight));
}

function least(faces: readonly FontFace[], distance: (face: FontFace) => number): FontFace[] {
  let best = Number.POSITIVE_INFINITY;
  let chosen: FontFace[] = [];
  for (const face of faces) {
    const own = distance(face);
    if (own < best) {
      best = own;
      chosen = [];
    }
    if (own === best) chosen.push(face);
  }
  return chosen;
}

/** Narrower ones come first up to the normal width, wider ones beyond it: the order of the standard, as a distance. */
function stretchDistance([from, to]: readonly [number, number], wanted: number): number {
  if (wanted >= from && wanted <= to) return 0;
  const isNarrower = to < wanted;
  const distance = isNarrower ? wanted - to : from - wanted;
  return isNarrower === wanted <= 100 ? distance : 1000 + distance;
}

/** The order in which the standard looks for a weight, as a distance. */
function weightDistance([from, to]: readonly [number, number], wanted: number): number {
  if (wanted >= from && wanted <= to) return 0;
  const closestMatch = wanted < from ? from : to;
  if (wanted >= 400 && wanted <= 500) {
    // Up to 500 first, then below, then above.
    if (closestMatch > wanted && closestMatch <= 500) return closestMatch - wanted;
    return closestMatch < wanted ? 1000 + wanted - closestMatch : 2000 + closestMatch - wanted;
  }
  if (wanted < 400) return closestMatch < wanted ? wanted - closestMatch : 1000 + closestMatch - wanted;
  return closestMatch > wanted ? closestMatch - wanted : 1000 + wanted - closestMatch;
}

/** Whether a face is there for one of the characters. */
export function covers(face: FontFace, code: number): boolean {
  return face.ranges.length === 0 || face.ranges.some(([from, to]) => code >= from && code <= to);
}
