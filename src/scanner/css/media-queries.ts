import { condition, type Truth } from "./boolean-condition.js";
import { lengthInPixels, mathInPixels } from "./lengths.js";
import { splitCommas } from "./values.js";

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

/** What `parseViewport` reads. */
export const viewportText = ({ width, height, density }: Viewport) =>
  `${width}x${height}${density === 1 ? "" : `@${density}`}`;

/** Features with keyword values, as a desktop browser with a mouse has them. */
const KEYWORDS: ReadonlyMap<string, string> = new Map(
  Object.entries({
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
  }),
);

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
const RANGES: ReadonlyMap<string, (viewport: Viewport) => number> = new Map(
  Object.entries({
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
  }),
);

function rangeValue(feature: string, viewport: Viewport): number | undefined {
  const name = feature.replace(/^device-(?=width|height|aspect-ratio)/, "");
  return RANGES.get(name)?.(viewport);
}

function keywordOf(feature: string, viewport: Viewport): string | undefined {
  if (feature === "orientation") return viewport.height >= viewport.width ? "portrait" : "landscape";
  if (feature === "prefers-color-scheme") return viewport.colorScheme;
  return KEYWORDS.get(feature);
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

/** Decides a part of a condition, or what only looks like one, by the name of the function that it stands in. */
type Decide = (inside: string, name: string) => Truth;

function queryHolds(query: string, decide: Decide): Truth {
  const typed = /^\s*(not\s+|only\s+)?([a-z][\w-]*)\s*(?:and(\s[^]*))?$/i.exec(query);
  if (typed === null || /^(?:not|and|or|only)$/i.test(typed[2] ?? "")) return condition(query, decide);
  const type = (typed[2] ?? "").toLowerCase();
  const right = type === "all" || type === "screen";
  // With nothing behind its "and" a query is invalid, and no more true than false.
  const holds: Truth = typed[3] === undefined ? right : right ? condition(typed[3], decide) : false;
  return /^not/i.test(typed[1] ?? "") && holds !== undefined ? !holds : holds;
}

function queriesOf(list: string): string[] {
  return splitCommas(list.replaceAll(/\/\*[^]*?(?:\*\/|$)/g, " ").toLowerCase());
}

/** Whether a media query list holds for the viewport on a screen (Media Queries 4); an empty one does. */
export function matchesMedia(list: string, viewport: Viewport): boolean {
  const queries = queriesOf(list);
  if (queries.length === 1 && queries[0]?.trim() === "") return true;
  const decide: Decide = (inside, name) => (name === "" ? feature(inside, viewport) : undefined);
  return queries.some((query) => queryHolds(query, decide) === true);
}

/** Whether a media query list may hold for some viewport on a screen: what it says of one decides nothing. */
export function mayMatchMedia(list: string): boolean {
  const decide: Decide = (inside, name) =>
    name === "" && feature(inside, DEFAULT_VIEWPORT) !== undefined ? undefined : false;
  return queriesOf(list).some((query) => queryHolds(query, decide) !== false);
}

/** Whether a media query list says nothing on a screen: a link need not repeat it. */
export function isTrivialMedia(list: string): boolean {
  const queries = queriesOf(list).map((query) => query.trim());
  return (queries.length === 1 && queries[0] === "") || queries.some((query) => HOLDS_ON_SCREENS.test(query));
}

const HOLDS_ON_SCREENS = /^(?:(?:only\s+)?(?:all|screen)|not\s+(?:print|speech|tty|tv|projection|handheld|braille))$/;

/** Whether an `@container` condition may hold: of its size queries, as if the container were as wide as the page. */
export function mayContainerMatch(text: string, viewport: Viewport): boolean {
  if (!text.includes("(") || /(?:style|scroll-state)\(/i.test(text)) return true;
  const query = text.replace(/^\s*(?!not\b)[^\s(]+\s+(?=not\b|\()/i, "");
  return matchesMedia(query.replaceAll("inline-size", "width").replaceAll("block-size", "height"), viewport);
}
