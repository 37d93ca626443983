import { CssCursor, parseDeclaration, unquote, withoutComments } from "./css-syntax.js";
import { isImageValue } from "./css-image-value.js";
import { functionEnd, hasBadUrl, imagesIn } from "./css-value.js";
import { type FontFace, readFontFace } from "./font.js";
import { condition, DEFAULT_VIEWPORT, matchesMedia, type Viewport } from "./media.js";
import { RuleIndex } from "./rule-index.js";
import { CSS_PROPERTIES } from "./css-properties.js";
import type { Selector } from "./selector.js";
import { parseSelectors } from "./selector-parser.js";

/** A declaration that bears on what is fetched. */
export interface Declaration {
  readonly property: string;
  readonly value: string;
  readonly important: boolean;
}

export interface Declarations {
  readonly list: readonly Declaration[];
  /** Where in the text they are, in characters. */
  readonly offset: number;
}

/** A rule for one selector. */
export interface StyleRule {
  readonly selector: Selector;
  readonly declarations: Declarations;
  /** Full name of its cascade layer, "" without one. */
  readonly layer: string;
  /** Place in the stylesheet. */
  readonly order: number;
  /** In a block whose condition is not known before layout: `@container`, `@scope`. */
  readonly conditional: boolean;
}

export interface CssImport {
  readonly url: string;
  readonly offset: number;
  readonly media: string;
  /** Name of the layer that it goes into; undefined without one. */
  readonly layer: string | undefined;
}

/** A URL in a part of a stylesheet that does not count, and why. */
export interface SkippedUrl {
  readonly url: string;
  readonly why: "media" | "supports" | "state" | "font format";
}

/** What a stylesheet can make a page fetch. */
export interface CssFacts {
  readonly imports: readonly CssImport[];
  readonly fonts: readonly FontFace[];
  readonly rules: RuleIndex;
  /** Those of them that may load an image. */
  readonly imageRules: RuleIndex;
  /** Layers in the order in which they are named first. */
  readonly layers: readonly string[];
  /** Values within `@keyframes`, by its name, that load images. */
  readonly keyframes: ReadonlyMap<string, readonly Declaration[]>;
  /** What it names and can't load on this viewport, whatever the page. */
  readonly skipped: readonly SkippedUrl[];
  /** Rules whose declarations count: no stylesheet without any is looked at again. */
  readonly size: number;
}

/** Longhands, and the shorthands that set them. */
const PROPERTIES: Readonly<Record<string, string>> = {
  "-webkit-border-image": "border-image-source",
  "-webkit-clip-path": "clip-path",
  "-webkit-filter": "filter",
  "-webkit-mask": "mask-image",
  "-webkit-mask-box-image": "mask-border-source",
  "-webkit-mask-box-image-source": "mask-border-source",
  "-webkit-mask-image": "mask-image",
  "-webkit-box-reflect": "-webkit-box-reflect",
  "-webkit-animation": "animation-name",
  "-webkit-animation-name": "animation-name",
  animation: "animation-name",
  "animation-name": "animation-name",
  "backdrop-filter": "backdrop-filter",
  background: "background-image",
  "background-image": "background-image",
  "border-image": "border-image-source",
  "border-image-source": "border-image-source",
  "clip-path": "clip-path",
  content: "content",
  cursor: "cursor",
  display: "display",
  fill: "fill",
  filter: "filter",
  font: "font",
  "font-family": "font-family",
  "font-style": "font-style",
  "font-weight": "font-weight",
  "list-style": "list-style-image",
  "list-style-image": "list-style-image",
  marker: "marker",
  "marker-end": "marker",
  "marker-mid": "marker",
  "marker-start": "marker",
  mask: "mask-image",
  "mask-image": "mask-image",
  "shape-outside": "shape-outside",
  stroke: "stroke",
};

/** Properties whose whole value counts; of others what loads something does. */
const KEPT = /^(?:font|display|content|animation-name)/;

/** Values in another browser's dialect, which make Chromium, and others of today, drop the declaration. */
const FOREIGN_VALUE =
  /(?:^|[\s,(])-(?:moz|ms|o)-|\bexpression\(|progid:|\\9\s*$|(?<![-\w])(?:cross-fade|element|image|src)\(/i;
/** A longer value is data, or an attack. */
const MAX_VALUE = 1_000_000;
const MAX_NESTING = 32;
const MAX_LAYERS = 500;
/** Enough to explain a page by. */
const MAX_SKIPPED = 1000;

/** The declarations of a block or of a `style` attribute that bear on what is fetched; undefined without any. */
export function parseStyleAttribute(text: string): Declarations | undefined {
  if (!/url\(|font|display|image-set|list-style|background|content/i.test(text)) return undefined;
  const cursor = new CssCursor(text);
  const list: Declaration[] = [];
  while (cursor.position < text.length) {
    if (cursor.next() === "{") cursor.skipBlock();
    else addDeclaration(cursor.item(), list);
  }
  return list.length === 0 ? undefined : { list, offset: 0 };
}

function addDeclaration(item: string, list: Declaration[]): void {
  if (item.length > MAX_VALUE) return;
  const raw = parseDeclaration(item);
  if (raw === undefined) return;
  const { important } = raw;
  if (raw.property.startsWith("--")) {
    list.push({ property: raw.property, value: raw.value, important });
    return;
  }
  const property = Object.hasOwn(PROPERTIES, raw.property) ? PROPERTIES[raw.property] : undefined;
  if (property === undefined || raw.value === "" || isInvalid(raw.value)) return;
  if (!isImageValue(raw.property, raw.value)) return;
  list.push({ property, value: shortened(property, raw.value), important });
}

/** What makes a browser drop a declaration, so that an earlier one stands. */
function isInvalid(value: string): boolean {
  return FOREIGN_VALUE.test(value.slice(0, 1000)) || hasBadUrl(value);
}

/** Whether a declaration can make an element load an image, by itself or with a custom property or an animation. */
export function mayLoadImage({ property, value }: Declaration): boolean {
  if (property === "animation-name") return !/^none$/i.test(value);
  return !/^(?:--|font|display)/.test(property) && /url\(|image-set\(|var\(|src\(/i.test(value);
}

/** Of an image property's value only what loads something is kept. */
function shortened(property: string, value: string): string {
  if (KEPT.test(property)) return value;
  return value.includes("(") || /^(?:inherit|unset)$/i.test(value) ? value : "none";
}

/** Reads a stylesheet. `selectors` is told of every selector whose rule counts. */
export function readCss(
  text: string,
  selectors: (selector: Selector) => void,
  viewport: Viewport = DEFAULT_VIEWPORT,
): CssFacts {
  return new CssReader(text, selectors, viewport).read();
}

/** What a block stands in. */
interface Context {
  /** Selector text of the rule around it, "" outside of one. */
  readonly parent: string;
  readonly layer: string;
  readonly conditional: boolean;
  readonly depth: number;
}

class CssReader {
  readonly #cursor: CssCursor;
  readonly #selectors: (selector: Selector) => void;
  readonly #viewport: Viewport;
  readonly #imports: CssImport[] = [];
  readonly #fonts: FontFace[] = [];
  readonly #rules = new RuleIndex();
  readonly #imageRules = new RuleIndex();
  readonly #layers = new Set<string>();
  readonly #keyframes = new Map<string, readonly Declaration[]>();
  readonly #skipped: SkippedUrl[] = [];
  #anonymous = 0;
  #order = 0;
  /** Imports come before all else but `@layer` statements and what is no rule that a browser knows (CSS Cascade 5 §2). */
  #importsAllowed = true;

  constructor(text: string, selectors: (selector: Selector) => void, viewport: Viewport) {
    this.#cursor = new CssCursor(text);
    this.#selectors = selectors;
    this.#viewport = viewport;
  }

  read(): CssFacts {
    const context: Context = { parent: "", layer: "", conditional: false, depth: 0 };
    while (this.#cursor.position < this.#cursor.text.length) this.#block(context, []);
    return {
      imports: this.#imports,
      fonts: this.#fonts,
      rules: this.#rules,
      imageRules: this.#imageRules,
      layers: [...this.#layers],
      keyframes: this.#keyframes,
      skipped: this.#skipped,
      size: this.#order,
    };
  }

  /** Reads up to the end of the block entered last; its own declarations go into `own`. */
  #block(context: Context, own: Declaration[]): void {
    const cursor = this.#cursor;
    for (;;) {
      const before = cursor.position;
      const end = cursor.next(context.depth === 0);
      const item = cursor.item();
      if (end === "{") this.#rule(item, context, own);
      else if (item.startsWith("@")) this.#statement(item, context);
      else if (context.depth > 0) addDeclaration(item, own);
      if (end === "}" || cursor.position === before) return;
    }
  }

  #rule(prelude: string, context: Context, own: Declaration[]): void {
    if (context.depth >= MAX_NESTING) return this.#cursor.skipBlock();
    if (prelude.startsWith("@")) return this.#atRule(prelude, context, own);
    this.#importsAllowed = false;
    this.#styleRule(nested(prelude, context.parent), context);
  }

  #styleRule(prelude: string, context: Context): void {
    const offset = this.#cursor.itemStart;
    const list: Declaration[] = [];
    this.#block({ ...context, parent: prelude, depth: context.depth + 1 }, list);
    this.#add(prelude, list, offset, context);
  }

  #add(prelude: string, list: readonly Declaration[], offset: number, context: Context): void {
    if (list.length === 0) return;
    const declarations = { list, offset };
    for (const selector of parseSelectors(prelude) ?? []) {
      if (selector.compounds.some(({ never }) => never)) {
        for (const { value } of list) this.#skip(value, "state");
        continue;
      }
      this.#selectors(selector);
      this.#order += 1;
      const { layer, conditional } = context;
      const rule = { selector, declarations, layer, conditional, order: this.#order };
      this.#rules.add(rule);
      if (list.some(mayLoadImage)) this.#imageRules.add(rule);
    }
  }

  /** `@import …;`, `@layer a, b;` and other rules without a block. */
  #statement(item: string, context: Context): void {
    const name = atName(item);
    const rest = item.slice(name.length + 1).trim();
    if (name === "import") {
      if (this.#importsAllowed && context.depth === 0) this.#import(rest);
    } else if (name === "layer") {
      for (const layer of rest.split(",")) this.#layer(layer.trim(), context.layer);
    } else if (name === "namespace" || name === "") this.#importsAllowed = false;
  }

  #layer(name: string, parent: string): string {
    if (this.#layers.size >= MAX_LAYERS) return parent;
    const own = name === "" ? `#${(this.#anonymous += 1)}` : name;
    const full = parent === "" ? own : `${parent}.${own}`;
    this.#layers.add(full);
    return full;
  }

  #import(rest: string): void {
    const reference = readImport(rest);
    if (reference === undefined) return;
    const { url, layer, supports, media } = reference;
    if (supports !== undefined && !isSupported(supports)) return this.#skipUrl(url, "supports");
    const full = layer === undefined ? undefined : this.#layer(layer, "");
    this.#imports.push({ url, media, layer: full, offset: this.#cursor.itemStart });
  }

  #atRule(prelude: string, context: Context, own: Declaration[]): void {
    const name = atName(prelude);
    const rest = prelude.slice(name.length + 1).trim();
    this.#importsAllowed = false;
    switch (name) {
      case "media":
        if (!matchesMedia(rest, this.#viewport)) return this.#skipBlock("media");
        return this.#group(context, own);
      case "supports":
        if (!isSupported(rest)) return this.#skipBlock("supports");
        return this.#group(context, own);
      case "layer":
        return this.#group({ ...context, layer: this.#layer(rest, context.layer) }, own);
      case "container":
        if (!mayHold(rest, this.#viewport)) return this.#skipBlock("media");
        return this.#group({ ...context, conditional: true }, own);
      case "scope":
        return this.#group({ ...context, conditional: true, parent: "" }, own);
      case "keyframes":
      case "-webkit-keyframes":
        return this.#keyframesRule(unquote(rest));
      case "font-face":
        return this.#fontFace();
      default:
        return this.#cursor.skipBlock();
    }
  }

  /** A conditional group: within a rule it holds declarations too. */
  #group(context: Context, own: Declaration[]): void {
    const offset = this.#cursor.itemStart;
    const inner = { ...context, depth: context.depth + 1 };
    if (context.parent === "") return this.#block(inner, []);
    const list: Declaration[] = [];
    this.#block(inner, list);
    if (context.conditional) this.#add(context.parent, list, offset, context);
    else own.push(...list);
  }

  #skipBlock(why: SkippedUrl["why"]): void {
    const start = this.#cursor.position;
    this.#cursor.skipBlock();
    if (this.#skipped.length < MAX_SKIPPED) this.#skip(this.#cursor.text.slice(start, this.#cursor.position), why);
  }

  #skip(text: string, why: SkippedUrl["why"]): void {
    if (!/url\(/i.test(text)) return;
    for (const url of imagesIn(withoutComments(text), 1)) this.#skipUrl(url, why);
  }

  #skipUrl(url: string, why: SkippedUrl["why"]): void {
    if (this.#skipped.length < MAX_SKIPPED) this.#skipped.push({ url, why });
  }

  #keyframesRule(name: string): void {
    const declarations: Declaration[] = [];
    while (this.#cursor.next() === "{") {
      for (let end = this.#cursor.next(); ; end = this.#cursor.next()) {
        if (end === "{") this.#cursor.skipBlock();
        else addDeclaration(this.#cursor.item(), declarations);
        if (end === "}") break;
      }
    }
    const images = declarations.filter(({ value }) => /url\(|image-set\(/i.test(value));
    if (images.length > 0) this.#keyframes.set(name, images);
  }

  #fontFace(): void {
    const offset = this.#cursor.itemStart;
    const declarations = new Map<string, string>();
    for (;;) {
      const end = this.#cursor.next();
      if (end === "{") {
        this.#cursor.skipBlock();
        continue;
      }
      const raw = parseDeclaration(this.#cursor.item());
      if (raw !== undefined && !isInvalid(raw.value)) declarations.set(raw.property, raw.value);
      if (end === "}") break;
    }
    const face = readFontFace(declarations, offset);
    if (face !== undefined) this.#fonts.push(face);
    for (const url of imagesIn(declarations.get("src") ?? "", 1)) {
      if (face?.sources.includes(url) !== true) this.#skipUrl(url, "font format");
    }
  }
}

/** Lower-case name of the at-rule that an item begins with, without its "@". */
function atName(item: string): string {
  return /^@([-\w]*)/.exec(item)?.[1]?.toLowerCase() ?? "";
}

/** The selector of a nested rule, written out (CSS Nesting 1 §2). */
function nested(prelude: string, parent: string): string {
  if (parent === "" || parent.length + prelude.length > 10_000) return prelude;
  const around = /[,\s>+~]/.test(parent) ? `:is(${parent})` : parent;
  if (prelude.includes("&")) return prelude.replaceAll(/&/g, () => around).replaceAll(new RegExp("^\\s+", "g"), "");
  return prelude
    .split(/,(?![^(]*\))/)
    .map((selector) => `${around} ${selector.trim()}`)
    .join(", ");
}

interface ImportParts {
  readonly url: string;
  readonly layer: string | undefined;
  readonly supports: string | undefined;
  readonly media: string;
}

/** `url layer? supports()? media*` (CSS Cascade 5 §2). */
function readImport(text: string): ImportParts | undefined {
  const quoted = /^(?:"(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*')/.exec(text)?.[0];
  const end = quoted === undefined ? functionEnd(text, text.indexOf("(")) + 1 : quoted.length;
  const url = quoted === undefined ? imagesIn(text.slice(0, end), 1)[0] : unquote(quoted);
  if (url === undefined || url === "") return undefined;
  let rest = text.slice(end).trim();
  let layer: string | undefined;
  const layered = /^layer(?:\(([^)]*)\))?(?![-\w])/i.exec(rest);
  if (layered !== null) {
    layer = (layered[1] ?? "").trim();
    rest = rest.slice(layered[0].length).trim();
  }
  let supports: string | undefined;
  if (/^supports\(/i.test(rest)) {
    const close = functionEnd(rest, 8);
    supports = rest.slice(9, close);
    rest = rest.slice(close + 1).trim();
  }
  return { url, layer, supports, media: rest };
}

/** A word that `display` may have (CSS Display 4 §2). */
const DISPLAY_WORD =
  /^(?:(?:inline|block|flow|flow-root|flex|grid|table|ruby|math|list-item|none|contents)|inline-(?:block|flex|grid|table)|-webkit-(?:inline-)?(?:box|flex)|(?:table|ruby)-[-a-z]+|inherit|initial|unset|revert|revert-layer)$/i;

function isDisplay(value: string): boolean {
  return (
    /\bvar\(/i.test(value) ||
    value
      .trim()
      .split(/\s+/)
      .every((word) => DISPLAY_WORD.test(word))
  );
}

/**
 * Whether a current browser meets an `@supports` condition. Of a declaration
 * the property decides, unless the value is in another browser's dialect: a
 * list of every value would be long, and out of date.
 */
export function isSupported(text: string): boolean {
  const decide = (inside: string, name: string): boolean | undefined => {
    if (name === "selector") return parseSelectors(inside) !== undefined;
    if (name === "font-tech") return !/incremental|aat|graphite/i.test(inside);
    if (name === "font-format") return /woff|opentype|truetype|collection/i.test(inside);
    if (name !== "") return undefined;
    const declaration = parseDeclaration(inside);
    if (declaration === undefined || isInvalid(declaration.value) || /-apple-/.test(inside)) return false;
    if (declaration.property === "display" && !isDisplay(declaration.value)) return false;
    return declaration.property.startsWith("--") || CSS_PROPERTIES.has(declaration.property);
  };
  const bare = /^[-\w]+\s*:/.test(text) ? `(${text})` : text;
  return condition(bare, decide) === true;
}

/** Whether an `@container` condition may hold: of its size queries, as if the container were as wide as the page. */
function mayHold(text: string, viewport: Viewport): boolean {
  if (!text.includes("(") || /(?:style|scroll-state)\(/i.test(text)) return true;
  const query = text.replace(/^\s*(?!not\b)[^\s(]+\s+(?=not\b|\()/i, "");
  return matchesMedia(query.replaceAll("inline-size", "width").replaceAll("block-size", "height"), viewport);
}
