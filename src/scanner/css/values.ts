import { spend } from "../work.js";
import { unescapeCss, unquote } from "./syntax.js";

/** Where the function whose parenthesis is at `open` ends, strings and escapes passed over. */
export function functionEnd(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at += 1) {
    const char = text[at];
    if (char === "\\") at += 1;
    else if (char === '"' || char === "'") at = stringEnd(text, at);
    else if (char === "(") depth += 1;
    else if (char === ")" && --depth === 0) return at;
  }
  return text.length;
}

/** Where the string whose quotation mark is at `open` ends. */
export function stringEnd(text: string, open: number): number {
  const quote = text[open];
  for (let at = open + 1; at < text.length; at += 1) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === quote) return at;
  }
  return text.length;
}

/** Splits at commas that no parenthesis, bracket or quotation mark encloses. */
export function splitCommas(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  let quote = "";
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at] ?? "";
    if (char === "\\") at += 1;
    else if (quote !== "") quote = char === quote ? "" : quote;
    else if (char === '"' || char === "'") quote = char;
    else if (char === "(" || char === "[") depth += 1;
    else if (char === ")" || char === "]") depth -= 1;
    else if (char === "," && depth === 0) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
  }
  parts.push(text.slice(from));
  return parts;
}

/** The end of `url(`: within an unquoted URL only an escape hides a parenthesis. */
function urlEnd(text: string, open: number): number {
  if (/^\s*["']/.test(text.slice(open + 1, open + 32))) return functionEnd(text, open);
  for (let at = open + 1; at < text.length; at += 1) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === ")") return at;
  }
  return text.length;
}

/** Whether an unquoted URL has a space, a quotation mark or a parenthesis in it (CSS Syntax 3 §4.3.6). */
export function isBadUrl(url: string): boolean {
  const inside = url.slice(url.indexOf("(") + 1, url.endsWith(")") ? -1 : undefined).trim();
  return /[\s"'(]/.test(inside.replaceAll(/\\[^]/g, ""));
}

/** Whether a `url()` says how it is fetched (CSS Values 5 §5.3). Not all browsers know that, and those that don't drop the declaration. */
export const hasUrlModifiers = (value: string): boolean =>
  /url\(\s*(?:"(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*')\s*[a-z]/i.test(value);

/** The images that a value loads: each `url()`, and of an `image-set()` the one candidate that is taken. */
export function imagesIn(value: string, density: number): string[] {
  return imagesWithin(value, density, true);
}

function imagesWithin(value: string, density: number, mayHaveSets: boolean): string[] {
  if (!value.includes("(")) return [];
  const urls: string[] = [];
  let from = 0;
  for (;;) {
    const open = nextFunction(value, from);
    if (open < 0) return urls;
    const name = nameBefore(value, open);
    if (name === "url" || name === "src") {
      const end = urlEnd(value, open);
      const url = unquote(withoutModifiers(value.slice(open + 1, end))).trim();
      if (url !== "") urls.push(url);
      from = end + 1;
    } else if (name === "image-set" || name === "-webkit-image-set") {
      const end = functionEnd(value, open);
      // One within another is none (CSS Images 4 §2.4).
      const chosen = mayHaveSets ? fromImageSet(value.slice(open + 1, end), density) : undefined;
      if (chosen !== undefined) urls.push(chosen);
      from = end + 1;
      // Which branch is taken hangs on the element, and what a conditional value comes to is left alone.
    } else from = name === "if" || name === "light-dark" ? functionEnd(value, open) + 1 : open + 1;
  }
}

/** The string of a `url("…" cross-origin(anonymous))`, or what stands there without one. */
function withoutModifiers(inside: string): string {
  const text = inside.trimStart();
  return /^["']/.test(text) ? text.slice(0, stringEnd(text, 0) + 1) : text;
}

/** The next opening parenthesis outside of strings, or -1. */
function nextFunction(value: string, from: number): number {
  for (let at = from; at < value.length; at += 1) {
    const char = value[at];
    if (char === "(") return at;
    if (char === "\\") at += 1;
    else if (char === '"' || char === "'") at = stringEnd(value, at);
  }
  return -1;
}

/** Name of the function whose parenthesis is at `open`: no longer than any that counts here. */
function nameBefore(value: string, open: number): string {
  return (/[\w-]*$/.exec(value.slice(Math.max(0, open - 20), open))?.[0] ?? "").toLowerCase();
}

/** CSS Images 4 §2.4, as Chromium does it: of the types that it knows, the least density that is enough. */
function fromImageSet(options: string, density: number): string | undefined {
  let best: { readonly image: string | undefined; readonly density: number } | undefined;
  for (const option of splitCommas(options)) {
    const type = /\btype\(\s*(["'])([^"']{0,100})\1\s*\)/i.exec(option)?.[2];
    if (type !== undefined && !/^image\/(?:avif|jxl|webp|png|jpe?g|gif|svg\+xml|apng|bmp)$/i.test(type)) continue;
    const rest = option.trim();
    const isString = /^["']/.test(rest);
    const image = isString ? unescapeCss(rest.slice(1, stringEnd(rest, 0))) : imagesWithin(rest, density, false)[0];
    // A gradient is a candidate, too, that loads nothing.
    if (image === undefined && !/gradient\(/i.test(rest)) continue;
    const own = densityOf(rest);
    const better =
      best === undefined || (best.density < density ? own > best.density : own >= density && own < best.density);
    if (better) best = { image, density: own };
  }
  return best?.image;
}

function densityOf(option: string): number {
  const match = /[\s)"'](\d{1,20}(?:\.\d{1,20})?|\.\d{1,20})(x|dppx|dpi|dpcm)\b/i.exec(option);
  const unit = (match?.[2] ?? "x").toLowerCase();
  const divisor = unit === "dpi" ? 96 : unit === "dpcm" ? 96 / 2.54 : 1;
  return Number(match?.[1] ?? 1) / divisor;
}

/** Replacements beyond these are a mistake or an attack ("billion laughs"): the value counts as invalid. */
const MAX_REPLACEMENTS = 500;
const MAX_LENGTH = 100_000;
/** Sixteen characters of a value count for a step of work: as a shift. */
const CHARACTERS_A_STEP = 4;
/** How deep they may be nested, through custom properties and fallbacks alike. */
const MAX_DEPTH = 64;

/** Finds the value of a custom property, that many replacements deep. */
export type LookUp = (name: string, depth: number) => string | undefined;

/**
 * Puts custom properties in the place of `var()` (CSS Variables 1 §3);
 * undefined when one is missing and has no fallback, which makes the
 * declaration invalid.
 */
export function substitute(value: string, lookUp: LookUp, depth = 0): string | undefined {
  spend(1 + (value.length >> CHARACTERS_A_STEP));
  return /var\(/i.test(value) ? replaced(value, lookUp, { left: MAX_REPLACEMENTS }, depth) : value;
}

function replaced(value: string, lookUp: LookUp, budget: { left: number }, depth: number): string | undefined {
  if (value.length > MAX_LENGTH || depth > MAX_DEPTH) return undefined;
  let result = "";
  let from = 0;
  for (let at = indexOfVar(value, 0); at >= 0; at = indexOfVar(value, from)) {
    budget.left -= 1;
    if (budget.left < 0) return undefined;
    const open = at + 3;
    const end = functionEnd(value, open);
    const inside = value.slice(open + 1, end);
    spend(1 + (inside.length >> CHARACTERS_A_STEP));
    const comma = inside.indexOf(",");
    const own = lookUp(unescapeCss((comma < 0 ? inside : inside.slice(0, comma)).trim()), depth + 1);
    let replacement = own === undefined ? undefined : replaced(own, lookUp, budget, depth + 1);
    if (replacement === undefined && comma >= 0) {
      replacement = replaced(inside.slice(comma + 1), lookUp, budget, depth + 1);
    }
    if (replacement === undefined) return undefined;
    spend(replacement.length >> CHARACTERS_A_STEP);
    result += value.slice(from, at) + replacement;
    if (result.length > MAX_LENGTH) return undefined;
    from = end + 1;
  }
  return result + value.slice(from);
}

function indexOfVar(value: string, from: number): number {
  const pattern = /(?<![\w-])var\(/gi;
  pattern.lastIndex = from;
  return pattern.exec(value)?.index ?? -1;
}

/** The families of a `font-family` value, in order, unquoted and in lower case. */
export function familiesOf(value: string): string[] {
  const parts = splitCommas(value);
  // A step is no more than some characters.
  spend(8 * parts.length);
  return parts.map((family) => unquote(family).replaceAll(/\s+/g, " ").toLowerCase()).filter((family) => family !== "");
}

/** What a `font` shorthand sets. */
export interface FontShorthand {
  readonly family: string;
  readonly weight: string;
  readonly style: string;
  readonly stretch: string;
}

const SIZE =
  /(?:^|\s)(?:[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:%|[a-z]+)|0|(?:xx?|xxx)-(?:small|large)|small|medium|large|smaller|larger|(?:calc|clamp|min|max)\((?:[^()]|\([^()]*\))*\))\s*(?:\/\s*(?:normal|calc\((?:[^()]|\([^()]*\))*\)|[\d.]+[%a-z]*))?(?:\s+|(?=["']))/i;

/** Reads a `font` shorthand (CSS Fonts 4 §2.7); undefined for a system font and for what is no font. */
export function parseFont(value: string): FontShorthand | undefined {
  const size = SIZE.exec(value);
  if (size === null) return undefined;
  const before = value.slice(0, size.index).toLowerCase();
  return {
    family: value.slice(size.index + size[0].length),
    weight: /\b(bold|bolder|lighter|[1-9]\d{0,2}|1000)\b/.exec(before)?.[1] ?? "normal",
    style: /\b(italic|oblique)\b/.exec(before)?.[1] ?? "normal",
    stretch: /(?<!\S)(?:(?:ultra|extra|semi)-)?(?:condensed|expanded)(?!\S)/.exec(before)?.[0] ?? "normal",
  };
}
