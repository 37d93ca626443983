import type { Declarations } from "../../css/facts.js";
import { TagEffect } from "./tag-effect.js";
import type { TagCursor } from "../../html/tag-cursor.js";
import { hashOf, type Openings, type TagName } from "../../html/tag-name.js";
import type { Vocabulary } from "./vocabulary.js";

/**
 * What selectors and the cascade see of an element, as far as stylesheets ask:
 * elements that are alike share one object.
 */
export interface ElementKind {
  /** "" when no selector asks for it. */
  readonly tag: string;
  readonly id: string;
  readonly classes: ReadonlySet<string>;
  /** Keys of the attribute tests that it passes. */
  readonly passed: ReadonlySet<string>;
  readonly style: InlineStyle;
}

/** What stylesheets ask for of the value of a `class` attribute. */
interface ClassList {
  /** Names what follows; "" when none of it is asked for. */
  readonly key: string;
  readonly names: ReadonlySet<string>;
  readonly passed: readonly string[];
  /** The effect that it was added to last, and what that came to: the next is often the same. */
  base?: TagEffect;
  sum?: TagEffect;
}

/** What a `style` attribute declares that counts. */
export interface InlineStyle {
  /** "" when nothing in it counts. */
  readonly key: string;
  readonly declarations: Declarations | undefined;
}

const NONE: ReadonlySet<string> = new Set();
const NO_STYLE: InlineStyle = { key: "", declarations: undefined };

/** What is in a shadow tree: its own stylesheets alone are for it (CSS Scoping 1 §3.3.2). */
export const IN_SHADOW: ElementKind = { tag: "", id: "", classes: NONE, passed: NONE, style: NO_STYLE };

export const PLAIN: ElementKind = { tag: "", id: "", classes: NONE, passed: NONE, style: NO_STYLE };

const CLASS = hashOf("class");
const ID = hashOf("id");
const STYLE = hashOf("style");

/** Tests that one element may pass by different attributes: each set of them is kept. */
const MAX_PASSED_TESTS = 256;

const MAX_CLASS_LISTS = 100_000;

/** Style attributes remembered: beyond them the parsing is done again. */
const MAX_STYLES = 4096;

/** The kinds of elements that a site's pages have, told apart by what its stylesheets ask for. */
export class ElementKinds {
  readonly #vocabulary: Vocabulary;
  readonly #parseStyle: (text: string) => Declarations | undefined;
  readonly #classLists = new Map<string, ClassList>();
  readonly #kinds = new Map<string, ElementKind>();
  readonly #styles = new Map<string, InlineStyle>();

  constructor(vocabulary: Vocabulary, parseStyle: (text: string) => Declarations | undefined) {
    this.#vocabulary = vocabulary;
    this.#parseStyle = parseStyle;
  }

  /** What a start tag without attributes does. */
  plain(tag: TagName): TagEffect {
    return this.#openings(tag).plain;
  }

  /** The same for an element in a shadow tree. */
  inShadow(tag: TagName): TagEffect {
    const { more } = this.#openings(tag).plain;
    const effect = more.get("") ?? new TagEffect(tag, IN_SHADOW);
    more.set("", effect);
    return effect;
  }

  #openings(tag: TagName): Openings {
    const { openings } = tag;
    if (openings?.owner === this) return openings;
    const known = this.#vocabulary.tags.has(tag.name);
    const plain = new TagEffect(tag, known ? this.#with(PLAIN, { tag: tag.name }) : PLAIN);
    tag.openings = { owner: this, plain, byKind: new Map() };
    return tag.openings;
  }

  /** What a start tag does with one more attribute, the one that the cursor has read. */
  withAttribute(effect: TagEffect, cursor: TagCursor): TagEffect {
    const { hash } = cursor;
    if (hash === CLASS) return this.#withClasses(effect, cursor.value());
    const vocabulary = this.#vocabulary;
    let own = effect;
    if (hash === ID) {
      if (vocabulary.idMarks[cursor.valueMark()] === 1) own = this.#withId(effect, cursor.value());
    } else if (hash === STYLE) own = this.#withStyle(effect, cursor.value());
    const tests = vocabulary.attributeHashes.get(hash);
    return tests === undefined ? own : this.#passing(own, tests.passed(tests.presenceOnly ? "" : cursor.value()));
  }

  #withClasses(effect: TagEffect, value: string): TagEffect {
    const list = this.#classList(value);
    const { key, names, passed } = list;
    if (key === "") return effect;
    if (list.base === effect && list.sum !== undefined) return list.sum;
    list.base = effect;
    list.sum = effect.more.get(key) ?? this.#more(key, effect, { classes: names }, passed);
    return list.sum;
  }

  #classList(value: string): ClassList {
    let list = this.#classLists.get(value);
    if (list === undefined) {
      const names = value.split(/[\t\n\f\r ]+/).filter((name) => this.#vocabulary.classes.has(name));
      const passed = this.#vocabulary.passed("class", value);
      const key = names.length + passed.length > 0 ? `.${names.toSorted().join(" ")}\n${passed.join("\n")}` : "";
      list = { key, names: new Set(names), passed };
      if (this.#classLists.size < MAX_CLASS_LISTS) this.#classLists.set(value, list);
    }
    return list;
  }

  #withId(effect: TagEffect, id: string): TagEffect {
    if (!this.#vocabulary.ids.has(id)) return effect;
    const key = `#${id}`;
    return effect.more.get(key) ?? this.#more(key, effect, { id });
  }

  #withStyle(effect: TagEffect, text: string): TagEffect {
    let style = this.#styles.get(text);
    if (style === undefined) {
      const declarations = this.#parseStyle(text);
      style = declarations === undefined ? NO_STYLE : { key: text, declarations };
      if (this.#styles.size < MAX_STYLES) this.#styles.set(text, style);
    }
    if (style.key === "") return effect;
    const key = `{${style.key}`;
    return effect.more.get(key) ?? this.#more(key, effect, { style });
  }

  #passing(effect: TagEffect, passed: readonly string[]): TagEffect {
    if (passed.length === 0 || (effect.kind?.passed.size ?? 0) > MAX_PASSED_TESTS) return effect;
    const key = `[${passed.join("\n")}`;
    return effect.more.get(key) ?? this.#more(key, effect, {}, passed);
  }

  #more(key: string, effect: TagEffect, features: Partial<ElementKind>, passed: readonly string[] = []): TagEffect {
    const { tag, kind = PLAIN } = effect;
    const own = this.#with(kind, { ...features, passed: new Set([...kind.passed, ...passed]) });
    const { byKind } = this.#openings(tag);
    let more = byKind.get(own);
    if (more === undefined) {
      more = new TagEffect(tag, own);
      byKind.set(own, more);
    }
    effect.more.set(key, more);
    return more;
  }

  /** The one object for a kind with other features: in whichever order the attributes stand. */
  #with(kind: ElementKind, features: Partial<ElementKind>): ElementKind {
    const { tag, id, classes, passed, style } = kind;
    const all: ElementKind = { tag, id, classes, passed, style, ...features };
    const sets = [all.classes, all.passed].map((set) => [...set].sort().join("\n"));
    const key = [all.tag, all.id, ...sets, all.style.key].join("\0");
    const known = this.#kinds.get(key);
    if (known === undefined) this.#kinds.set(key, all);
    return known ?? all;
  }
}
