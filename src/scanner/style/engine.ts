import { byPrecedence, type Candidate, layerName, type Matched, rankLayers, rankOf, type Sheet } from "./cascade.js";
import { isNone, mayLoadImage } from "../css/declarations.js";
import { type DeclaredValues, declaredValues } from "./declared-values.js";
import { type ElementKind, IN_SHADOW } from "./outline/element-kind.js";
import { type FontUse, fontUse, type RequestedFont } from "./fonts/requested-font.js";
import { generatedText } from "./generated-content.js";
import { animatedImages, declaredImages, type ImageUse } from "./image-uses.js";
import { Matcher } from "./matcher.js";
import type { OutlineNode } from "./outline/outline.js";
import { spend } from "../work.js";
import { Variables, withVariables } from "./custom-properties.js";

/** Text that a pseudo-element brings. */
export interface GeneratedText {
  readonly text: string;
  /** As that of an element. */
  readonly mayNotShow: boolean;
  readonly font: FontUse;
}

/** What the style of an element comes to, as far as it bears on what is fetched. */
export interface Computed {
  /** `display: none`, its own or an ancestor's: nothing in it is styled. */
  readonly hidden: boolean;
  /** It, or what it is in, is not shown in every window, or not for certain, or only once it is near the window. */
  readonly mayNotShow: boolean;
  /** `content-visibility: hidden`: it is styled itself, and nothing in it. */
  readonly skipsContent: boolean;
  readonly font: FontUse;
  readonly images: readonly ImageUse[];
  /** Of `::before` and `::after`. */
  readonly generated: readonly GeneratedText[];
  readonly variables: Variables;
}

interface KnownStyle {
  readonly computed: Computed;
  /** Number of paths when it was worked out, -1 when that matters for neither it nor an ancestor. */
  readonly growth: number;
}

const NO_FONT: RequestedFont = { families: [[]], weights: [400], italics: [false], stretches: [100], open: [] };
const NOTHING: Computed = {
  hidden: false,
  mayNotShow: false,
  skipsContent: false,
  font: { here: NO_FONT, everywhere: NO_FONT },
  images: [],
  generated: [],
  variables: new Variables(new Map(), undefined),
};
const HIDDEN: Computed = { ...NOTHING, hidden: true };

/**
 * The cascade (CSS Cascade 5 §6) of a page's stylesheets over its outline,
 * for the few properties that make a browser fetch something.
 *
 * It decides by what the page contains, not by layout. It can err where a
 * rule rests on the position among siblings or on `:has()` (both outcomes
 * count then), where scripts change classes, and where `display: none` comes
 * from a script.
 */
export class StyleEngine {
  readonly #sheets: readonly Sheet[];
  /** Those that apply in this window. */
  readonly #applying: readonly Sheet[];
  readonly #layers: Map<string, number>;
  readonly #density: number;
  readonly #computed = new WeakMap<OutlineNode, KnownStyle>();
  /** Kinds of elements that may have an image, as far as the kind tells. */
  readonly #withImages = new WeakMap<ElementKind, boolean>();
  readonly matcher = new Matcher();

  constructor(sheets: readonly Sheet[], density: number) {
    this.#sheets = sheets;
    this.#applying = sheets.filter(({ windows }) => windows !== "others");
    this.#layers = rankLayers(sheets);
    this.#density = density;
  }

  /** The style of an element, worked out once unless it rests on what is around it and more of that came. */
  compute(node: OutlineNode): Computed {
    return this.#known(node).computed;
  }

  /** Whether an element's own style can load an image at all: the cheap question before `compute`. */
  mayLoadImage(node: OutlineNode): boolean {
    if (node.imageless === this) return false;
    let possible = this.#withImages.get(node.kind);
    if (possible === undefined) {
      possible = this.#hasImageRules(node.kind);
      this.#withImages.set(node.kind, possible);
    }
    this.matcher.lookedAround = false;
    const may = possible && this.#matchesImageRule(node);
    if (!may && !this.matcher.lookedAround) node.imageless = this;
    return may;
  }

  #hasImageRules(kind: ElementKind): boolean {
    return kind.style.declarations !== undefined || this.#applying.some(({ facts }) => facts.imageRules.has(kind));
  }

  #matchesImageRule(node: OutlineNode): boolean {
    if (node.style?.list.some(mayLoadImage) === true) return true;
    let found = false;
    spend(this.#applying.length);
    for (const { facts } of this.#applying) {
      facts.imageRules.each(node, ({ selector }) => {
        if (found) return;
        found = this.matcher.match(selector, node) !== "no";
      });
      if (found) return true;
    }
    return false;
  }

  #known(node: OutlineNode): KnownStyle {
    const known = this.#computed.get(node);
    if (known !== undefined && (known.growth < 0 || known.growth === node.growth.count)) return known;
    const parent = node.parent === undefined ? undefined : this.#known(node.parent);
    const inherited = parent?.computed ?? NOTHING;
    this.matcher.lookedAround = (parent?.growth ?? -1) >= 0;
    const computed = inherited.hidden || inherited.skipsContent ? HIDDEN : this.#cascade(node, inherited);
    const remembered = { computed, growth: this.matcher.lookedAround ? node.growth.count : -1 };
    this.#computed.set(node, remembered);
    return remembered;
  }

  #cascade(node: OutlineNode, parent: Computed): Computed {
    // The stylesheets of its tree, which have a say in it, are not read.
    if (node.kind === IN_SHADOW)
      return { ...NOTHING, mayNotShow: true, font: parent.font, variables: parent.variables };
    const matched = this.#matched(node);
    if (matched.length === 0 && node.style === undefined) return inheritedFrom(parent);
    const own = declaredValues(matched, "", node.style?.list);
    const variables = withVariables(own, parent.variables);
    if (isHidden(own)) return HIDDEN;
    const mayNotShow = parent.mayNotShow || mayBeHidden(own, false) || isSkippedOffScreen(own);
    const skipsContent = isCertainly(own.get("content-visibility"), /^hidden$/i);
    const font = fontUse(own, variables, parent.font);
    let images = [...this.#images(own, variables), ...animatedImages(own, variables, this.#applying, this.#density)];
    if (matched.some(({ rule }) => rule.selector.pseudo === "text")) {
      images = [...images, ...this.#images(declaredValues(matched, "text"), variables)];
    }
    const generated: GeneratedText[] = [];
    for (const pseudo of skipsContent ? [] : (["before", "after"] as const)) {
      if (!matched.some(({ rule }) => rule.selector.pseudo === pseudo)) continue;
      const declared = declaredValues(matched, pseudo);
      const inner = withVariables(declared, variables);
      const text = generatedText(declared.get("content"), inner);
      // With `content: none`, too, Chromium loads them.
      const content = declared.get("content");
      if ((text === undefined && content === undefined) || isHidden(declared)) continue;
      const isUncertain = mayNotShow || mayBeHidden(declared, true) || content?.every(({ media }) => media) === true;
      images = [...images, ...certainUnless(isUncertain, this.#images(declared, inner))];
      if (text === undefined || text === "") continue;
      generated.push({ text, mayNotShow: isUncertain, font: fontUse(declared, inner, font) });
    }
    images = certainUnless(mayNotShow || mayBeHidden(own, true), images);
    const same =
      !skipsContent &&
      images.length === 0 &&
      generated.length === 0 &&
      font === parent.font &&
      mayNotShow === parent.mayNotShow &&
      variables === parent.variables;
    if (same && parent.images.length === 0 && parent.generated.length === 0) return parent;
    return { hidden: false, mayNotShow, skipsContent, font, images, generated, variables };
  }

  #matched(node: OutlineNode): Matched[] {
    const matched: Matched[] = [];
    spend(this.#sheets.length);
    for (const [sheetIndex, sheet] of this.#sheets.entries()) {
      sheet.facts.rules.each(node, (rule) => {
        const match = this.matcher.match(rule.selector, node);
        if (match === "no") return;
        const layer = sheet.origin === undefined ? rankOf(layerName(sheet, rule.layer), this.#layers) : -1;
        matched.push({
          rule,
          sheet,
          layer,
          sheetIndex,
          certain: match === "yes" && !rule.conditional && sheet.deferred !== true,
        });
      });
    }
    return matched.sort(byPrecedence);
  }

  #images(declared: DeclaredValues, variables: Variables): ImageUse[] {
    return declaredImages(declared, variables, this.#density);
  }
}

/** What an element has of which its own rules say nothing. */
function inheritedFrom(parent: Computed): Computed {
  if (parent.images.length === 0 && parent.generated.length === 0) return parent;
  return {
    hidden: false,
    mayNotShow: parent.mayNotShow,
    skipsContent: false,
    font: parent.font,
    images: [],
    generated: [],
    variables: parent.variables,
  };
}

/** Hidden for certain. */
const isHidden = (declared: DeclaredValues) => isCertainly(declared.get("display"), /^none$/i);

/** Whether it may be hidden: in another window, or by a rule that may match. What has text or elements in it is not empty. */
const mayBeHidden = (declared: DeclaredValues, isEmpty: boolean) => {
  const candidates = [...declared.elsewhere("display"), ...(declared.get("display") ?? [])];
  return candidates.some(({ value, isForEmpty }) => isNone(value) && (isEmpty || !isForEmpty));
};

/** Whether nothing in it is styled before it comes near the window (CSS Containment 2 §4): where it stands, only layout tells. */
const isSkippedOffScreen = (declared: DeclaredValues) =>
  declared.get("content-visibility")?.some(({ value }) => /^auto$/i.test(value)) === true;

/** What an element that may not be shown loads may not be loaded. */
function certainUnless(mayNotShow: boolean, images: readonly ImageUse[]): ImageUse[] {
  return images.map((image) => (mayNotShow && image.certain ? { ...image, certain: false } : image));
}

/** Whether nothing that may win says anything else. */
function isCertainly(candidates: readonly Candidate[] | undefined, wanted: RegExp): boolean {
  if (candidates === undefined || candidates.at(-1)?.certain !== true) return false;
  return candidates.every(({ value }) => wanted.test(value));
}
