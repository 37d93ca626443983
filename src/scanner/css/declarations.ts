import { wordSet } from "../../io/text/word-set.js";
import type { Declaration, Declarations } from "./facts.js";
import { isImageValue } from "./image-values.js";
import { CssCursor, parseDeclaration, replaceOpaque } from "./syntax.js";
import { isBadUrl } from "./values.js";

/** Properties that count as they are. */
export const LONGHANDS = wordSet(`
  -webkit-box-reflect animation-name backdrop-filter background-image border-image-source clip-path content
  content-visibility cursor display fill filter font font-family font-stretch font-style font-weight list-style-image
  marker mask-image shape-outside stroke
`);

/** Sets nearly all properties, those that count too (CSS Cascade 5 §3.2). */
export const ALL = "all";

/** Shorthands and other names, and what they set. */
const ALIASES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    "-webkit-border-image": "border-image-source",
    "-webkit-clip-path": "clip-path",
    "-webkit-filter": "filter",
    "-webkit-mask": "mask-image",
    "-webkit-mask-box-image": "mask-border-source",
    "-webkit-mask-box-image-source": "mask-border-source",
    "-webkit-mask-image": "mask-image",
    "-webkit-animation": "animation-name",
    "-webkit-animation-name": "animation-name",
    animation: "animation-name",
    background: "background-image",
    "border-image": "border-image-source",
    "list-style": "list-style-image",
    "marker-end": "marker",
    "marker-mid": "marker",
    "marker-start": "marker",
    mask: "mask-image",
  }),
);

/** Properties whose whole value counts; of others what loads something does. */
const KEPT = /^(?:font|display|content|animation-name|all$)/;

/** Values in another browser's dialect, which make Chromium, and others of today, drop the declaration. */
const FOREIGN_VALUE =
  /(?:^|[\s,(])-(?:moz|ms|o)-|\bexpression\(|progid:|\\9\s*$|(?<![-\w])(?:cross-fade|element|image|src)\(/i;
/** A longer value is data, or an attack. */
const MAX_VALUE_LENGTH = 1_000_000;

/** The declarations of a block or of a `style` attribute that bear on what is fetched; undefined without any. */
export function parseStyleAttribute(text: string): Declarations | undefined {
  if (!/url\(|font|display|image-set|list-style|background|content|mask|--|\ball\s*:/i.test(text)) return undefined;
  const cursor = new CssCursor(text);
  const list: Declaration[] = [];
  while (cursor.position < text.length) {
    if (cursor.next() === "{") cursor.skipBlock();
    else addDeclaration(cursor.item(), list);
  }
  return list.length === 0 ? undefined : { list, offset: 0 };
}

/** Adds the declaration that an item of a block is, if it counts. */
export function addDeclaration(item: string, list: Declaration[]): void {
  if (item.length > MAX_VALUE_LENGTH) return;
  const raw = parseDeclaration(item, counts);
  if (raw === undefined) return;
  const { important } = raw;
  if (raw.property.startsWith("--")) {
    list.push({ property: raw.property, value: raw.value, important });
    return;
  }
  const property = longhandOf(raw.property);
  if (property === undefined || raw.value === "" || isInvalid(raw.value)) return;
  if (!isImageValue(raw.property, raw.value)) return;
  list.push({ property, value: shortened(property, raw.value), important });
}

/** Whether what a property is set to counts, its name as it is written. */
function counts(property: string): boolean {
  return property.startsWith("--") || longhandOf(property.toLowerCase()) !== undefined;
}

function longhandOf(property: string): string | undefined {
  if (LONGHANDS.has(property) || property === ALL) return property;
  return ALIASES.get(property);
}

/** What makes a browser drop a declaration, so that an earlier one stands. */
export function isInvalid(value: string): boolean {
  let hasBadUrl = false;
  const syntax = replaceOpaque(value, (opaque) => {
    if (opaque.startsWith("\\")) return opaque;
    if (/^["']/.test(opaque)) return '""';
    hasBadUrl ||= isBadUrl(opaque);
    return 'url("")';
  });
  return hasBadUrl || FOREIGN_VALUE.test(syntax.slice(0, 1000));
}

/** Whether a declaration can make an element load an image, by itself or with a custom property or an animation. */
export function mayLoadImage({ property, value }: Declaration): boolean {
  if (property === "animation-name") return !/^none$/i.test(value);
  return !/^(?:--|font|display)/.test(property) && /url\(|image-set\(|var\(|src\(/i.test(value);
}

/** Whether a declaration of another window bears on what is loaded there of what is loaded in this one. */
export function mayTakeAway({ property }: Declaration): boolean {
  return property !== "animation-name" && property !== "content" && property !== "content-visibility";
}

/** Whether a value of `display` hides. */
export function isNone(value: string): boolean {
  return /^none$/i.test(value);
}

export const hides = ({ property, value }: Declaration) => property === "display" && isNone(value);

/** Of an image property's value only what loads something is kept. */
function shortened(property: string, value: string): string {
  if (KEPT.test(property)) return value;
  return value.includes("(") || /^(?:inherit|unset)$/i.test(value) ? value : "none";
}
