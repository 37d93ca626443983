import type { FontFace } from "../style/fonts/font-face.js";
import type { RuleIndex } from "./selectors/rule-index.js";
import type { Selector } from "./selectors/types.js";

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

/**
 * Where a rule or a stylesheet applies: in every window; in the one that pages
 * are scanned for and not in every one; or not in that one, but in others.
 */
export type Windows = "all" | "some" | "others";

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
  /** Where the `@media` and `@container` blocks around it hold. */
  readonly windows: Windows;
  /** The conditions of those blocks, "" without any that counts. */
  readonly condition: string;
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
  readonly reason: "media" | "supports" | "state" | "font format";
}

/** What a stylesheet can make a page fetch. */
export interface CssFacts {
  readonly imports: readonly CssImport[];
  /** What stands before the imports, a stylesheet of its own: it names layers. */
  readonly beforeImports: CssFacts | undefined;
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

/** A stylesheet that is a file: what it says, its encoding, and how many names the vocabulary has to have for it. */
export interface ReadCss {
  readonly facts: CssFacts;
  readonly encoding: string;
  readonly generation: number;
}
