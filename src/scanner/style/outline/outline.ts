import type { Declarations } from "../../css/facts.js";
import { type ElementKind, ElementKinds, PLAIN } from "./element-kind.js";
import { OutlineBuilder } from "./builder.js";
import { OpenElement } from "./open-element.js";
import type { AttributeTest } from "../../css/selectors/types.js";
import type { Matchable } from "../../css/selectors/match.js";
import { tagNamed } from "../../html/tag-name.js";
import { testKey, type Vocabulary } from "./vocabulary.js";

const CHILDLESS: ReadonlyMap<ElementKind, OutlineNode> = new Map();

/**
 * A path of elements as many pages have it, each told apart by what the
 * stylesheets ask for and nothing else. A page is a set of such paths:
 * a table of a thousand rows is one, and so are the menus of a thousand
 * pages, whose style is worked out once.
 */
export class OutlineNode implements Matchable {
  readonly parent: OutlineNode | undefined;
  readonly kind: ElementKind;
  /** What was found by looking at siblings and descendants holds for as long as no path was added. */
  readonly growth: Growth;
  /** The page that has it, of those being read: saves a set for each page. */
  page = 0;
  /** The page in which it has text. */
  text = 0;
  /** The styles with which it has no image, whatever paths there are: those that were last asked for one. */
  imageless: object | undefined;
  #children: Map<ElementKind, OutlineNode> | undefined;

  constructor(parent: OutlineNode | undefined, kind: ElementKind, growth: Growth) {
    this.parent = parent;
    this.kind = kind;
    this.growth = growth;
  }

  get tag(): string {
    return this.kind.tag;
  }

  get id(): string {
    return this.kind.id;
  }

  get classes(): ReadonlySet<string> {
    return this.kind.classes;
  }

  get style(): Declarations | undefined {
    return this.kind.style.declarations;
  }

  get children(): ReadonlyMap<ElementKind, OutlineNode> {
    return this.#children ?? CHILDLESS;
  }

  passes(test: AttributeTest): boolean {
    return this.kind.passed.has(testKey(test));
  }

  /** The child of that kind. */
  child(kind: ElementKind): OutlineNode {
    return this.#children?.get(kind) ?? this.#add(kind);
  }

  #add(kind: ElementKind): OutlineNode {
    const child = new OutlineNode(this, kind, this.growth);
    this.#children ??= new Map();
    this.#children.set(kind, child);
    this.growth.count += 1;
    return child;
  }
}

/** Number of paths in a tree. */
export interface Growth {
  count: number;
}

/** What a page consists of, as its stylesheets see it. */
export interface Outline {
  /** Parents before children. */
  readonly nodes: readonly OutlineNode[];
  /** For each, where the first tag of it begins in the page (bytes). */
  readonly offsets: readonly number[];
  /** Those with text of their own; none where there are no fonts to choose. */
  readonly texts: readonly OutlineNode[];
  /** There is text in its body. */
  readonly hasText: boolean;
  /** Those in whose text nothing is ASCII. */
  readonly beyondAscii: ReadonlySet<OutlineNode>;
  /** Characters beyond ASCII in the text of a node. */
  readonly characters: ReadonlyMap<OutlineNode, ReadonlySet<number>>;
}

const ROOT = tagNamed("#document");

/** Paths kept for a site; beyond them the pages that follow begin anew. */
const MAX_NODES = 100_000;

/** The paths of a site's pages. */
export class OutlineTree {
  readonly #vocabulary: Vocabulary;
  readonly #parseStyle: (text: string) => Declarations | undefined;
  #paths: Paths;
  #pages = 0;

  constructor(vocabulary: Vocabulary, parseStyle: (text: string) => Declarations | undefined) {
    this.#vocabulary = vocabulary;
    this.#parseStyle = parseStyle;
    this.#paths = this.#begin();
  }

  /** Begins a page. */
  page(): OutlineBuilder {
    const { generation, root } = this.#paths;
    const count = Math.max(root.tree.count, root.node.growth.count);
    if (generation !== this.#vocabulary.generation || count > MAX_NODES) this.#paths = this.#begin();
    this.#pages += 1;
    return new OutlineBuilder(this.#paths, this.#pages);
  }

  /** Forgets the paths: reading a page was broken off. */
  restart(): void {
    this.#paths = this.#begin();
  }

  #begin(): Paths {
    const root = new OpenElement(undefined, ROOT, new OutlineNode(undefined, PLAIN, { count: 0 }));
    const kinds = new ElementKinds(this.#vocabulary, this.#parseStyle);
    return {
      generation: this.#vocabulary.generation,
      hasFonts: this.#vocabulary.hasFonts,
      root,
      kinds,
    };
  }
}

/** Paths that were made with one state of the vocabulary. */
export interface Paths {
  readonly generation: number;
  /** Whether the text of an element may take a font. */
  readonly hasFonts: boolean;
  /** Where a page begins. */
  readonly root: OpenElement;
  readonly kinds: ElementKinds;
}
