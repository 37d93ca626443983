import { lengthInPixels, mathInPixels } from "./lengths.js";

/** What a page is laid out for when nothing else is known. */
export interface Viewport {
  /** CSS pixels. */
  readonly width: number;
  /** CSS pixels. */
  readonly height: number;
  /** Device pixels to a CSS pixel. */
  readonly density: number;
  readonly colorScheme: "light" | "dark";
}

/** A laptop's window, one device pixel to a CSS pixel. */
export const DEFAULT_VIEWPORT: Viewport = { width: 1280, height: 720, density: 1, colorScheme: "light" };

/** Reads `WIDTHxHEIGHT` in CSS pixels, with `@` and the density at its end where that is not 1; undefined for anything else. */
export function parseViewport(text: string): Viewport | undefined {
  const match = /^(\d{1,5})x(\d{1,5})(?:@(\d{1,2}(?:\.\d{1,3})?)x?)?$/i.exec(text.trim());
  if (match === null) return undefined;
  const [width, height, density] = [Number(match[1]), Number(match[2]), Number(match[3] ?? 1)];
  return width > 0 && height > 0 && density > 0 ? { ...DEFAULT_VIEWPORT, width, height, density } : undefined;
}

/** Kleene's third value: what a browser does not know makes a query false, negated or not (Media Queries 4 §3.1). */
type Truth = boolean | undefined;

/** Features with keyword values, as a desktop browser with a mouse has them. */
const KEYWORDS: Readonly<Record<string, string>> = {
  "any-hover": "hover",
  "any-pointer": "fine",
  "color-gamut": "srgb",
  "display-mode": "browser",
  "dynamic-range": "standard",
  "forced-colors": "none",
  hover: "hover",
  "inverted-colors": "none",
  "overflow-block": "scroll",
  "overflow-inline": "scroll",
  pointer: "fine",
  "prefers-contrast": "no-preference",
  "prefers-reduced-motion": "no-preference",
  "prefers-reduced-transparency": "no-preference",
  scripting: "enabled",
  update: "fast",
};

/** Keywords that count as "no" when a feature is asked for without a value. */
const NEGATIVE = new Set(["none", "no-preference"]);

function numberOf(text: string, viewport: Viewport): number | undefined {
  const value = text.trim();
  const ratio = /^(\d+(?:\.\d+)?|\.\d+)\s*\/\s*(\d+(?:\.\d+)?|\.\d+)$/.exec(value);
  if (ratio !== null) return Number(ratio[1]) / Number(ratio[2]);
  const resolution = /^(\d+(?:\.\d+)?|\.\d+)(dppx|x|dpi|dpcm)$/i.exec(value);
  if (resolution !== null) {
    const unit = (resolution[2] ?? "").toLowerCase();
    const divisor = unit === "dpi" ? 96 : unit === "dpcm" ? 96 / 2.54 : 1;
    return Number(resolution[1]) / divisor;
  }
  if (/^[+-]?(?:\d+(?:\.\d*)?|\.\d+)$/.test(value)) return Number(value);
  return lengthInPixels(value, viewport) ?? mathInPixels(value, viewport);
}

/** Features with values that have an order. */
const RANGES: Readonly<Record<string, (viewport: Viewport) => number>> = {
  width: ({ width }) => width,
  height: ({ height }) => height,
  "aspect-ratio": ({ width, height }) => width / height,
  resolution: ({ density }) => density,
  "-webkit-device-pixel-ratio": ({ density }) => density,
  color: () => 8,
  "color-index": () => 0,
  monochrome: () => 0,
  grid: () => 0,
  "-webkit-transform-3d": () => 1,
};

function rangeValue(feature: string, viewport: Viewport): number | undefined {
  const name = feature.replace(/^device-(?=width|height|aspect-ratio)/, "");
  return Object.hasOwn(RANGES, name) ? RANGES[name]?.(viewport) : undefined;
}

function keywordOf(feature: string, viewport: Viewport): string | undefined {
  if (feature === "orientation") return viewport.height >= viewport.width ? "portrait" : "landscape";
  if (feature === "prefers-color-scheme") return viewport.colorScheme;
  return KEYWORDS[feature];
}

function compare(left: number, operator: string, right: number): boolean {
  switch (operator) {
    case "<":
      return left < right;
    case "<=":
      return left <= right;
    case ">":
      return left > right;
    case ">=":
      return left >= right;
    default:
      return Math.abs(left - right) < 1e-6;
  }
}

/** `(feature: value)`, with its `min-` and `max-` forms. */
function plainFeature(name: string, value: string, viewport: Viewport): Truth {
  const limit = /^(-webkit-)?(min|max)-(.+)$/.exec(name);
  const feature = limit === null ? name : (limit[1] ?? "") + (limit[3] ?? "");
  const actual = rangeValue(feature, viewport);
  if (actual !== undefined) {
    const wanted = numberOf(value, viewport);
    if (wanted === undefined) return undefined;
    return compare(actual, limit === null ? "=" : limit[2] === "min" ? ">=" : "<=", wanted);
  }
  const keyword = keywordOf(name, viewport);
  return keyword === undefined ? undefined : value === keyword;
}

/** `(width >= 400px)`, `(400px <= width < 700px)`. */
function rangeFeature(text: string, viewport: Viewport): Truth {
  const parts = text.split(/(<=|>=|<|>|=)/).map((part) => part.trim());
  const numbers = parts.map((part, index) =>
    index % 2 === 1 ? 0 : (rangeValue(part, viewport) ?? numberOf(part, viewport)),
  );
  for (let at = 1; at < parts.length; at += 2) {
    const left = numbers[at - 1];
    const right = numbers[at + 1];
    if (left === undefined || right === undefined) return undefined;
    if (!compare(left, parts[at] ?? "=", right)) return false;
  }
  return true;
}

function feature(text: string, viewport: Viewport): Truth {
  const colon = text.indexOf(":");
  if (colon >= 0) return plainFeature(text.slice(0, colon).trim(), text.slice(colon + 1).trim(), viewport);
  if (/[<>=]/.test(text)) return rangeFeature(text, viewport);
  const name = text.trim();
  const value = rangeValue(name, viewport);
  if (value !== undefined) return value !== 0;
  const keyword = keywordOf(name, viewport);
  return keyword === undefined ? undefined : !NEGATIVE.has(keyword);
}

/** Where the parenthesis at `open` is closed, or the end of the text. */
function closing(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at += 1) {
    const char = text[at];
    if (char === "(") depth += 1;
    else if (char === ")" && --depth === 0) return at;
  }
  return text.length;
}

/** How deep conditions may be nested; a browser's own limit is of this size. */
const DEPTH = 64;

/** The truth of a boolean condition of parenthesised parts, each decided by `decide`; `and(` is a function and no operator. */
export function condition(text: string, decide: (inside: string, name: string) => Truth, depth = 0): Truth {
  let result: Truth;
  let first = true;
  let operator = "and";
  let negated = false;
  let at = 0;
  while (at < text.length) {
    const rest = text.slice(at);
    const word = /^\s*(not|and|or|only)(?=\s)\s*/i.exec(rest);
    if (word !== null) {
      const name = (word[1] ?? "").toLowerCase();
      if (name === "not") negated = !negated;
      else if (name !== "only") operator = name;
      at += word[0].length;
      continue;
    }
    const open = /^\s*([a-z-]*)\(/i.exec(rest);
    if (open === null) return /^\s*$/.test(rest) ? result : undefined;
    const start = at + open[0].length - 1;
    const end = closing(text, start);
    const inside = text.slice(start + 1, end).trim();
    const name = (open[1] ?? "").toLowerCase();
    const nested = name === "" && /^(?:not\b|\(|[a-z-]+\()/i.test(inside) && depth < DEPTH;
    let value = nested ? condition(inside, decide, depth + 1) : decide(inside, name);
    if (negated && value !== undefined) value = !value;
    negated = false;
    result = first ? value : combine(operator, result, value);
    first = false;
    at = end + 1;
  }
  return result;
}

function combine(operator: string, left: Truth, right: Truth): Truth {
  if (operator === "or") {
    if (left === true || right === true) return true;
    return left === undefined || right === undefined ? undefined : false;
  }
  if (left === false || right === false) return false;
  return left === undefined || right === undefined ? undefined : true;
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

function matchesQuery(query: string, viewport: Viewport): boolean {
  const decide = (inside: string, name: string): Truth => (name === "" ? feature(inside, viewport) : undefined);
  const typed = /^\s*(not\s+|only\s+)?([a-z][\w-]*)\s*(?:and(\s[^]*))?$/i.exec(query);
  if (typed === null || /^(?:not|and|or|only)$/i.test(typed[2] ?? "")) return condition(query, decide) === true;
  const type = (typed[2] ?? "").toLowerCase();
  const right = type === "all" || type === "screen";
  // With nothing behind its "and" a query is invalid, and no more true than false.
  const holds: Truth = typed[3] === undefined ? right : right ? condition(typed[3], decide) : false;
  return /^not/i.test(typed[1] ?? "") ? holds === false : holds === true;
}

/** Whether a media query list holds for the viewport on a screen (Media Queries 4); an empty one does. */
export function matchesMedia(list: string, viewport: Viewport): boolean {
  const text = list.replaceAll(/\/\*[^]*?(?:\*\/|$)/g, " ").toLowerCase();
  if (text.trim() === "") return true;
  return splitCommas(text).some((query) => matchesQuery(query, viewport));
}

/** Whether a media query list says nothing on a screen: a link need not repeat it. */
export function isTrivialMedia(list: string): boolean {
  return /^\s*(?:(?:only\s+)?(?:all|screen)?)\s*$/i.test(list);
}
