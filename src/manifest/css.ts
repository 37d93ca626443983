import { addDeclaration, isInvalid, mayLoadImage } from "./css-declaration.js";
import type { CssFacts, CssImport, Declaration, SkippedUrl } from "./css-facts.js";
import { readImport } from "./css-import.js";
import { isSupported } from "./css-supports.js";
import { CssCursor, parseDeclaration, unquote, withoutComments } from "./css-syntax.js";
import { imagesIn } from "./css-value.js";
import { type FontFace, readFontFace } from "./font.js";
import { DEFAULT_VIEWPORT, matchesMedia, type Viewport } from "./media.js";
import { RuleIndex } from "./rule-index.js";
import type { Selector } from "./selector.js";
import { parseSelectors } from "./selector-parser.js";

const MAX_NESTING = 32;
const MAX_LAYERS = 500;
/** Enough to explain a page by. */
const MAX_SKIPPED = 1000;

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
    else for (const declaration of list) own.push(declaration);
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

/** Whether an `@container` condition may hold: of its size queries, as if the container were as wide as the page. */
function mayHold(text: string, viewport: Viewport): boolean {
  if (!text.includes("(") || /(?:style|scroll-state)\(/i.test(text)) return true;
  const query = text.replace(/^\s*(?!not\b)[^\s(]+\s+(?=not\b|\()/i, "");
  return matchesMedia(query.replaceAll("inline-size", "width").replaceAll("block-size", "height"), viewport);
}
