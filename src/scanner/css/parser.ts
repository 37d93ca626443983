import { addDeclaration, hides, isInvalid, mayLoadImage, mayTakeAway } from "./declarations.js";
import type { CssFacts, CssImport, Declaration, SkippedUrl, Windows } from "./facts.js";
import { readImport } from "./import-rule.js";
import { isSupported } from "./supports.js";
import { SkippedUrls } from "./skipped-urls.js";
import { CssCursor, parseDeclaration, unquote } from "./syntax.js";
import { functionEnd, imagesIn } from "./values.js";
import { type FontFace, readFontFace } from "../style/fonts/font-face.js";
import {
  DEFAULT_VIEWPORT,
  isTrivialMedia,
  matchesMedia,
  mayContainerMatch,
  mayMatchMedia,
  type Viewport,
} from "./media-queries.js";
import { RuleIndex } from "./selectors/rule-index.js";
import { isCloak, type Selector } from "./selectors/types.js";
import { emptyCompound, isNever, type Nesting, nestingIn } from "./selectors/nesting.js";
import { parseSelectors } from "./selectors/parser.js";

const MAX_NESTING = 32;
const MAX_LAYERS = 500;

/** Of all stylesheets: each layer without a name is one of its own, in whichever of them it is. */
let anonymousLayers = 0;

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
  /** Selectors that the declarations in it are for; undefined outside of style rules. */
  readonly rule: readonly Selector[] | undefined;
  readonly nesting: Nesting | undefined;
  /** What the subject of each selector has to be, or be in: the roots of the `@scope` around it. */
  readonly within: readonly Selector[] | undefined;
  readonly layer: string;
  readonly conditional: boolean;
  /** Where the `@media` and `@container` blocks around it hold. */
  readonly windows: Windows;
  readonly condition: string;
  readonly depth: number;
}

const OUTERMOST: Context = {
  rule: undefined,
  nesting: undefined,
  within: undefined,
  layer: "",
  conditional: false,
  windows: "all",
  condition: "",
  depth: 0,
};

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
  readonly #skipped = new SkippedUrls();
  #order = 0;
  /**
   * Imports come before all else but what is no rule that a browser knows and
   * `@layer` statements, and no `@layer` stands between two (CSS Cascade 5 §2).
   */
  #importsAllowed = true;
  #beforeImports: CssFacts | undefined;
  #hasImport = false;

  constructor(text: string, selectors: (selector: Selector) => void, viewport: Viewport) {
    this.#cursor = new CssCursor(text);
    this.#selectors = selectors;
    this.#viewport = viewport;
  }

  read(): CssFacts {
    while (this.#cursor.position < this.#cursor.text.length) this.#block(OUTERMOST);
    return {
      imports: this.#imports,
      beforeImports: this.#beforeImports,
      fonts: this.#fonts,
      rules: this.#rules,
      imageRules: this.#imageRules,
      layers: [...this.#layers],
      keyframes: this.#keyframes,
      skipped: this.#skipped.urls,
      size: this.#order,
    };
  }

  /**
   * Reads up to the end of the block entered last. Declarations behind a rule
   * in it count as a rule of their own, in that place (CSS Nesting 1 §4.1).
   */
  #block(context: Context): void {
    const cursor = this.#cursor;
    let own: Declaration[] = [];
    let offset = cursor.itemStart;
    for (;;) {
      const before = cursor.position;
      const end = cursor.next(context.depth === 0);
      const item = cursor.item();
      if (end === "{") {
        this.#add(own, offset, context);
        offset = cursor.itemStart;
        own = [];
        this.#rule(item, context);
      } else if (item.startsWith("@")) this.#statement(item, context);
      else if (context.rule !== undefined) addDeclaration(item, own);
      if (end === "}" || cursor.position === before) return this.#add(own, offset, context);
    }
  }

  #rule(prelude: string, context: Context): void {
    if (context.depth >= MAX_NESTING) return this.#cursor.skipBlock();
    if (prelude.startsWith("@")) return this.#atRule(prelude, context);
    this.#importsAllowed = false;
    const rule = parseSelectors(prelude, context.nesting);
    // What is nested in a rule that is none is none, too.
    if (rule === undefined) return this.#cursor.skipBlock();
    if (context.within !== undefined) for (const { compounds } of rule) compounds[0]?.any.push(context.within);
    this.#block({ ...context, rule, nesting: nestingIn(rule), depth: context.depth + 1 });
  }

  #add(all: readonly Declaration[], offset: number, { rule = [], ...context }: Context): void {
    const { layer, windows, condition } = context;
    const isElsewhere = windows === "others";
    const list = isElsewhere ? all.filter(mayTakeAway) : all;
    if (list.length === 0) return;
    const declarations = { list, offset };
    for (const selector of rule) {
      if (isNever(selector)) {
        if (!isElsewhere) for (const { value } of list) this.#skipped.addFrom(() => value, "state");
        continue;
      }
      this.#selectors(selector);
      this.#order += 1;
      const conditional = context.conditional || (isCloak(selector) && list.some(hides));
      const added = { selector, declarations, layer, conditional, windows, condition, order: this.#order };
      this.#rules.add(added);
      if (!isElsewhere && list.some(mayLoadImage)) this.#imageRules.add(added);
    }
  }

  /** `@import …;`, `@layer a, b;` and other rules without a block. */
  #statement(item: string, context: Context): void {
    const name = atName(item);
    const rest = item.slice(name.length + 1).trim();
    if (name === "import") {
      if (this.#importsAllowed && context.depth === 0) this.#import(rest);
    } else if (name === "layer") {
      if (context.depth === 0 && this.#hasImport) this.#importsAllowed = false;
      for (const layer of rest.split(",")) this.#layer(layer.trim(), context);
    } else if (name === "namespace" || name === "") this.#importsAllowed = false;
  }

  #layer(name: string, { layer: parent, windows }: Context): string {
    if (this.#layers.size >= MAX_LAYERS) return parent;
    const own = name === "" ? `#${(anonymousLayers += 1)}` : name;
    const full = parent === "" ? own : `${parent}.${own}`;
    // In a block that does not hold it is not named (CSS Cascade 5 §6.4.4.2).
    if (windows !== "others") this.#layers.add(full);
    return full;
  }

  #import(rest: string): void {
    const reference = readImport(rest);
    if (reference === undefined) return;
    if (!this.#hasImport && this.#layers.size > 0) {
      this.#beforeImports = { ...readCss("", this.#selectors), layers: [...this.#layers] };
    }
    this.#hasImport = true;
    const { url, layer, supports, media } = reference;
    if (supports !== undefined && !isSupported(supports)) return this.#skipped.add(url, "supports");
    const full = layer === undefined ? undefined : this.#layer(layer, OUTERMOST);
    this.#imports.push({ url, media, layer: full, offset: this.#cursor.itemStart });
  }

  #atRule(prelude: string, context: Context): void {
    const name = atName(prelude);
    const rest = prelude.slice(name.length + 1).trim();
    // What a browser does not know is as if it were not there (`@-ms-viewport`).
    if (!/^-(?!webkit-keyframes$)/.test(name)) this.#importsAllowed = false;
    switch (name) {
      case "media":
        if (!matchesMedia(rest, this.#viewport)) return this.#elsewhere(mayMatchMedia(rest), under(prelude, context));
        if (isTrivialMedia(rest)) return this.#group(context);
        return this.#group({
          ...under(prelude, context),
          windows: context.windows === "all" ? "some" : context.windows,
        });
      case "supports":
        return isSupported(rest) ? this.#group(context) : this.#skipBlock("supports", context);
      case "layer":
        return this.#group({ ...context, layer: this.#layer(rest, context) });
      case "container":
        if (!mayContainerMatch(rest, this.#viewport)) return this.#elsewhere(true, under(prelude, context));
        return this.#group({ ...under(prelude, context), conditional: true });
      case "scope":
        return this.#scope(rest, context);
      default:
        // No other rule may stand in a style rule.
        return context.rule === undefined && context.windows !== "others"
          ? this.#descriptors(name, rest, context)
          : this.#cursor.skipBlock();
    }
  }

  /** A block that does not hold in this window: of one that may hold in another it counts what takes something away. */
  #elsewhere(mayHold: boolean, context: Context): void {
    if (!mayHold || context.windows === "others") {
      return mayHold ? this.#group(context) : this.#skipBlock("media", context);
    }
    const start = this.#cursor.position;
    this.#group({ ...context, windows: "others" });
    this.#skipped.addFrom(() => this.#cursor.text.slice(start, this.#cursor.position), "media");
  }

  #descriptors(name: string, rest: string, { windows }: Context): void {
    if (name === "keyframes" || name === "-webkit-keyframes") return this.#keyframesRule(unquote(rest));
    return name === "font-face" ? this.#fontFace(windows === "some") : this.#cursor.skipBlock();
  }

  /** A conditional group: within a rule it holds declarations too. */
  #group(context: Context): void {
    this.#block({ ...context, depth: context.depth + 1 });
  }

  /** `@scope (roots) to (limits)` (CSS Cascade 6 §2.5). Without roots, the page says what is in it. */
  #scope(prelude: string, context: Context): void {
    if (!prelude.startsWith("(")) return this.#group({ ...context, conditional: true, rule: undefined });
    const end = functionEnd(prelude, 0);
    const roots = parseSelectors(prelude.slice(1, end).trim(), context.nesting);
    if (roots === undefined) return this.#cursor.skipBlock();
    const list = roots.filter(({ pseudo }) => pseudo === "");
    const within = [...list, ...list.map(inside)];
    const conditional = context.conditional || prelude.length > end + 1;
    this.#group({ ...context, rule: undefined, nesting: { list, specificity: 0, isScope: true }, within, conditional });
  }

  #skipBlock(reason: SkippedUrl["reason"], { windows }: Context): void {
    const start = this.#cursor.position;
    this.#cursor.skipBlock();
    if (windows === "others") return;
    this.#skipped.addFrom(() => this.#cursor.text.slice(start, this.#cursor.position), reason);
  }

  #keyframesRule(name: string): void {
    const declarations: Declaration[] = [];
    while (this.#cursor.next() === "{") for (const item of this.#cursor.items()) addDeclaration(item, declarations);
    const images = declarations.filter(({ value }) => /url\(|image-set\(/i.test(value));
    if (images.length > 0) this.#keyframes.set(name, images);
  }

  #fontFace(byMedia: boolean): void {
    const offset = this.#cursor.itemStart;
    const declarations = new Map<string, string>();
    for (const item of this.#cursor.items()) {
      const raw = parseDeclaration(item);
      if (raw !== undefined && !isInvalid(raw.value)) declarations.set(raw.property, raw.value);
    }
    const face = readFontFace(declarations, offset, byMedia);
    if (face !== undefined) this.#fonts.push(face);
    for (const url of imagesIn(declarations.get("src") ?? "", 1)) {
      if (face?.sources.includes(url) !== true) this.#skipped.add(url, "font format");
    }
  }
}

/** Within one more condition. */
function under(prelude: string, context: Context): Context {
  return { ...context, condition: `${context.condition}${prelude}\n` };
}

/** Lower-case name of the at-rule that an item begins with, without its "@". */
function atName(item: string): string {
  return /^@([-\w]*)/.exec(item)?.[1]?.toLowerCase() ?? "";
}

/** Any element within what a selector matches. */
function inside({ compounds, combinators }: Selector): Selector {
  return { compounds: [emptyCompound(), ...compounds], combinators: [" ", ...combinators], pseudo: "", specificity: 0 };
}
