import type { Destination } from "../../manifest/destination.js";
import type { CssFacts, Windows } from "../css/facts.js";
import type { Outline } from "../style/outline/outline.js";
import type { Need, Reference } from "../url/reference.js";

/** A reference that is ignored although it looks like one, and why. */
export interface IgnoredReference {
  readonly url: string;
  /** What it would be fetched as; undefined for what only announces. */
  readonly as: Destination | undefined;
  readonly offset: number;
  readonly reason: "lazy" | "nomodule" | "disabled" | "media" | "type" | "icon" | "island" | "not loaded";
}

/** A `link` element that announces something, as it is written: what is wrong with one is told by `h2push check`. */
export interface LinkPreload {
  readonly rel: "preload" | "modulepreload";
  readonly href: string;
  readonly offset: number;
  /** Values of its attributes by name. */
  readonly attributes: ReadonlyMap<string, string>;
}

/** What an HTML document refers to. */
export interface HtmlFacts {
  /** The first `<base href>`, and from where on it counts. */
  readonly base: { readonly href: string; readonly offset: number } | undefined;
  /** In document order. */
  readonly references: readonly Reference[];
  readonly ignored: readonly IgnoredReference[];
  readonly preloads: readonly LinkPreload[];
  /** Content of the `style` elements. */
  readonly styles: readonly InlineStylesheet[];
  /** Module scripts in the page. */
  readonly modules: readonly InlineModule[];
  /** An inline script defines Astro's element. */
  readonly definesIslands: boolean;
  /** Classic scripts in the page that import something. */
  readonly scripts: readonly InlineScript[];
  /** Texts of the import maps. */
  readonly importMaps: readonly string[];
  /** Where the first of them begins. */
  readonly importMapOffset: number | undefined;
  /** A classic script in the page may add an import map: it says something of them. */
  readonly mentionsImportMap: boolean;
  /** The page has an import map, or runs a classic script, which may add one. */
  readonly mayHaveImportMap: boolean;
  /** A classic script in the page may add a `base` element: what its references lead to is not known. */
  readonly mayMoveBase: boolean;
  /** Bytes of the text that reach a browser in the first round trip. */
  readonly firstFlight: number;
  /** Policies of `meta` elements, and from where on they count. */
  readonly policies: readonly { readonly content: string; readonly offset: number }[];
  /** What the page consists of; undefined when none was asked for. */
  readonly outline: Outline | undefined;
}

/** What a document says, and the encoding that it was in. */
export interface DocumentFacts extends HtmlFacts {
  readonly encoding: string;
}

/** A `style` element. */
export interface InlineStylesheet {
  readonly facts: CssFacts;
  readonly offset: number;
  /** To the page: in a shadow tree it only loads what it imports. */
  readonly applies: boolean;
  readonly windows: Windows;
}

/** A script in the page. */
export interface InlineScript {
  readonly text: string;
  readonly offset: number;
}

/** A module script in the page. */
export interface InlineModule extends InlineScript {
  readonly need: Need;
}
