import type { Declarations } from "./css.js";
import type { HtmlLexer } from "./html-lexer.js";
import type { OutlineNode } from "./outline.js";
import { ClassLists } from "./class-list.js";
import { hashOf, type TagName } from "./tag-name.js";
import type { Vocabulary } from "./vocabulary.js";

/** What selectors and the cascade see of an element. */
interface Features {
  /** "" when no selector asks for it. */
  readonly tag: string;
  readonly id: string;
  readonly classes: ReadonlySet<string>;
  /** Keys of the attribute tests that it passes. */
  readonly passed: ReadonlySet<string>;
  readonly style: InlineStyle;
}

/** What a `style` attribute declares that counts. */
export interface InlineStyle {
  /** "" when nothing in it counts. */
  readonly key: string;
  readonly declarations: Declarations | undefined;
}

const NONE: ReadonlySet<string> = new Set();
const NO_STYLE: InlineStyle = { key: "", declarations: undefined };

/** What an element is like, as far as stylesheets ask: elements that are alike share one object. */
export class ElementKind implements Features {
  readonly tag: string;
  readonly id: string;
  readonly classes: ReadonlySet<string>;
  readonly passed: ReadonlySet<string>;
  readonly style: InlineStyle;
  /** The element of that kind that was entered last: the next is often the same. */
  last: OutlineNode | undefined;
  /** Kinds that have one feature more, by that feature. */
  readonly more = new Map<string, ElementKind>();

  constructor({ tag, id, classes, passed, style }: Features) {
    this.tag = tag;
    this.id = id;
    this.classes = classes;
    this.passed = passed;
    this.style = style;
  }
}

export const PLAIN = new ElementKind({ tag: "", id: "", classes: NONE, passed: NONE, style: NO_STYLE });

const CLASS = hashOf("class");
const ID = hashOf("id");
const STYLE = hashOf("style");

/** Style attributes remembered: beyond them the parsing is done again. */
const STYLES = 4096;

/** The kinds of elements that a site's pages have, told apart by what its stylesheets ask for. */
export class ElementKinds {
  readonly #vocabulary: Vocabulary;
  readonly #parseStyle: (text: string) => Declarations | undefined;
  readonly #classLists: ClassLists;
  readonly #kinds = new Map<string, ElementKind>();
  readonly #styles = new Map<string, InlineStyle>();

  constructor(vocabulary: Vocabulary, parseStyle: (text: string) => Declarations | undefined) {
    this.#vocabulary = vocabulary;
    this.#parseStyle = parseStyle;
    this.#classLists = new ClassLists(vocabulary);
  }

  /** Kind of an element without attributes. */
  plain(tag: TagName): ElementKind {
    if (tag.kind?.owner !== this) {
      const known = this.#vocabulary.tags.has(tag.name);
      tag.kind = { owner: this, plain: known ? this.#with(PLAIN, { tag: tag.name }) : PLAIN };
    }
    return tag.kind.plain;
  }

  /** Kind of the element whose start tag the lexer has just read. */
  of(lexer: HtmlLexer): ElementKind {
    let kind = this.plain(lexer.tag);
    for (let index = 0; index < lexer.attributeCount; index += 1) kind = this.#withAttribute(kind, lexer, index);
    return kind;
  }

  #withAttribute(kind: ElementKind, lexer: HtmlLexer, index: number): ElementKind {
    const hash = lexer.hashAt(index);
    if (hash === CLASS) return this.#withClasses(kind, lexer, index);
    const vocabulary = this.#vocabulary;
    let own = kind;
    if (hash === ID) {
      if (vocabulary.idMarks[lexer.valueMark(index)] === 1) own = this.#withId(kind, lexer.valueAt(index));
    } else if (hash === STYLE) own = this.#withStyle(kind, lexer.valueAt(index));
    const tests = vocabulary.attributeHashes.get(hash);
    return tests === undefined ? own : this.#passing(own, tests.passed(tests.presenceOnly ? "" : lexer.valueAt(index)));
  }

  #withClasses(kind: ElementKind, lexer: HtmlLexer, index: number): ElementKind {
    const { key, names, passed } = this.#classLists.at(lexer, index);
    if (key === "") return kind;
    return (
      kind.more.get(key) ?? this.#more(key, kind, { classes: names, passed: new Set([...kind.passed, ...passed]) })
    );
  }

  #withId(kind: ElementKind, id: string): ElementKind {
    if (!this.#vocabulary.ids.has(id)) return kind;
    const key = `#${id}`;
    return kind.more.get(key) ?? this.#more(key, kind, { id });
  }

  #withStyle(kind: ElementKind, text: string): ElementKind {
    let style = this.#styles.get(text);
    if (style === undefined) {
      const declarations = this.#parseStyle(text);
      style = declarations === undefined ? NO_STYLE : { key: text, declarations };
      if (this.#styles.size < STYLES) this.#styles.set(text, style);
    }
    if (style.key === "") return kind;
    const key = `{${style.key}`;
    return kind.more.get(key) ?? this.#more(key, kind, { style });
  }

  #passing(kind: ElementKind, passed: readonly string[]): ElementKind {
    if (passed.length === 0) return kind;
    const key = `[${passed.join("\n")}`;
    return kind.more.get(key) ?? this.#more(key, kind, { passed: new Set([...kind.passed, ...passed]) });
  }

  #more(key: string, kind: ElementKind, features: Partial<Features>): ElementKind {
    const more = this.#with(kind, features);
    kind.more.set(key, more);
    return more;
  }

  /** The one object for a kind with other features: in whichever order the attributes stand. */
  #with(kind: ElementKind, features: Partial<Features>): ElementKind {
    const { tag, id, classes, passed, style } = kind;
    const all: Features = { tag, id, classes, passed, style, ...features };
    const sets = [all.classes, all.passed].map((set) => [...set].sort().join("\n"));
    const key = [all.tag, all.id, ...sets, all.style.key].join("\0");
    let known = this.#kinds.get(key);
    if (known === undefined) {
      known = new ElementKind(all);
      this.#kinds.set(key, known);
    }
    return known;
  }
}
