import { decodeHTML } from "entities/decode";
import type { HtmlLexer } from "../../html/lexer.js";
import { tagsOf } from "../../html/implied-end-tags.js";
import type { Outline, OutlineNode, Paths } from "./outline.js";
import type { OpenElement } from "./open-element.js";
import type { TagEffect } from "./tag-effect.js";
import { type TagName, tagNamed } from "../../html/tag-name.js";

/** Distinct characters kept for a node: enough to tell which parts of a font it needs. */
const MAX_CHARACTERS = 2000;

const HTML = tagNamed("html");
const HEAD = tagNamed("head");
const BODY = tagNamed("body");
const FRAMESET = tagNamed("frameset");
const FORM = tagNamed("form");
const P = tagNamed("p");

for (const tag of tagsOf("base basefont bgsound head link meta noscript script style template title")) {
  tag.inHead = true;
}

/** Builds the outline of one page while its tags are read. */
export class OutlineBuilder {
  readonly #paths: Paths;
  readonly #page: number;
  /** Begins with the root: V8 takes an empty array for one of integers, and drops the code it made for it at the first push. */
  readonly #nodes: OutlineNode[];
  readonly #texts: OutlineNode[] = [];
  readonly #beyondAscii = new Set<OutlineNode>();
  readonly #characters = new Map<OutlineNode, Set<number>>();
  /** Offsets of the tags that began the nodes. */
  readonly #offsets: number[] = [0];
  #offset = 0;
  #current: OpenElement;
  /** Elements open that are too deep to be in `#current`. */
  #beyond = 0;
  #hasHtml = false;
  #hasHead = false;
  #hasBody = false;
  #hasText = false;
  /** Elements with a shadow tree, and the names of its slots. */
  readonly #hosts = new Map<OpenElement, ReadonlySet<string>>();

  constructor(paths: Paths, page: number) {
    this.#paths = paths;
    this.#page = page;
    this.#current = paths.root;
    this.#nodes = [paths.root.node];
  }

  /** Whether text bears on nothing: without fonts it does so once alone. */
  get ignoresText(): boolean {
    return this.#hasText && !this.#paths.hasFonts;
  }

  get #node(): OutlineNode {
    return this.#current.node;
  }

  /** The element that is open. */
  get current(): OpenElement {
    return this.#current;
  }

  /** An element has a shadow tree: of its content, that is shown for which it has a slot (DOM §4.2.2.3). */
  attachShadow(host: OpenElement, slots: ReadonlySet<string>): void {
    this.#hosts.set(host, slots);
  }

  /** Whether what stands in the current element, for a slot of that name, is not shown. */
  #hasNoSlot(name: string): boolean {
    return this.#hosts.get(this.#current)?.has(name) === false;
  }

  finish(): Outline {
    return {
      nodes: this.#nodes,
      offsets: this.#offsets,
      texts: this.#texts,
      beyondAscii: this.#beyondAscii,
      characters: this.#characters,
      hasText: this.#hasText,
    };
  }

  /**
   * Enters the element whose start tag the lexer has just read.
   *
   * @param inShadow it is in a shadow tree: no rule of the page is for it, and it inherits from its host
   */
  open(lexer: HtmlLexer, inShadow = false): OutlineNode {
    const { tag } = lexer;
    this.#offset = lexer.start;
    if (this.#isIgnored(tag)) return this.#node;
    if (!this.#hasBody) {
      this.#frame(tag);
      if (tag === HTML && this.#hasHtml) return this.#node;
      this.#hasHead ||= tag === HEAD;
      this.#hasHtml ||= tag === HTML;
      this.#hasBody ||= tag === BODY || tag === FRAMESET;
    } else if (tag === BODY) return this.#lateBody(lexer);
    else if (tag === HTML) return this.#node;
    const isApart = inShadow || (this.#hosts.size > 0 && this.#hasNoSlot(lexer.attribute("slot") ?? ""));
    const effect = isApart ? this.#paths.kinds.inShadow(tag) : this.#effectOf(lexer);
    return this.#enter(effect, effect.isVoid || lexer.isEmpty);
  }

  /** A head that is not the first thing in the page, and a form within a form, are none. */
  #isIgnored(tag: TagName): boolean {
    if (tag === HEAD) return this.#hasBody || this.#hasHead;
    return tag === FORM && this.#current.innermost(FORM) !== undefined;
  }

  /**
   * A `body` tag behind something that has begun the body, such as a stray
   * byte order mark: its attributes go to the body that is there (HTML
   * §13.2.6.4.7). What comes after it finds itself in one that has them.
   */
  #lateBody(lexer: HtmlLexer): OutlineNode {
    const { tag, parent } = this.#current;
    if (tag !== BODY || parent === undefined) return this.#node;
    this.#current = parent;
    return this.#enter(this.#effectOf(lexer), false);
  }

  #effectOf({ cursor }: HtmlLexer): TagEffect {
    const { kinds } = this.#paths;
    cursor.rewind();
    let effect = kinds.plain(cursor.tag);
    while (cursor.next()) effect = kinds.withAttribute(effect, cursor);
    return effect;
  }

  #enter(effect: TagEffect, isEmpty: boolean): OutlineNode {
    const outer = this.#wrapped(effect.tag, this.#around(effect));
    const inner = outer.open(effect);
    // Elements of one kind in one place are one: this one has no shadow tree yet.
    this.#hosts.delete(inner);
    this.#record(inner);
    this.#current = isEmpty || outer.isDeepest ? outer : inner;
    if (!isEmpty && outer.isDeepest) this.#beyond += 1;
    return inner.node;
  }

  /** What an element is opened in: a heading does not stand in another. */
  #around({ tag, implies }: TagEffect): OpenElement {
    const around = this.#current.afterImplied(implies);
    return tag.isHeading && around.tag.isHeading ? (around.parent ?? around) : around;
  }

  /** Opens what is left out around an element of a table. */
  #wrapped(tag: TagName, outer: OpenElement): OpenElement {
    const wrapper = tag.wrappers?.get(outer.tag);
    if (wrapper === undefined) return outer;
    const inner = outer.open(this.#paths.kinds.plain(wrapper));
    this.#record(inner);
    return this.#wrapped(tag, inner);
  }

  #record(element: OpenElement): void {
    const { node } = element;
    if (node.page === this.#page) return;
    node.page = this.#page;
    this.#nodes.push(node);
    this.#offsets.push(this.#offset);
  }

  /** Opens `html` and `body` where their tags are left out. */
  #frame(tag: TagName | undefined): void {
    if (!this.#hasHtml && tag !== HTML) {
      this.#hasHtml = true;
      this.#enter(this.#paths.kinds.plain(HTML), false);
    }
    if (this.#hasBody || tag === HTML || tag?.inHead === true) return;
    if (tag !== undefined) this.#current = this.#current.without(HEAD);
    if (tag === BODY) return;
    if (this.#current.innermost(HEAD) !== undefined) return;
    this.#hasBody = true;
    this.#enter(this.#paths.kinds.plain(BODY), false);
  }

  /** Leaves the innermost open element of that name, and what is open within. */
  close(tag: TagName): void {
    if (staysOpen(tag)) return;
    if (this.#beyond > 0) {
      this.#beyond -= 1;
      return;
    }
    const after = this.#current.afterEnd(tag);
    // The end of a paragraph that is not there makes one.
    if (tag === P && after === this.#current && this.#hasBody) this.#enter(this.#paths.kinds.plain(P), true);
    else this.#current = after;
  }

  /**
   * Notes that an element, the current one if none is named, has text.
   *
   * @param hasAscii it has letters of ASCII, or may have: what else there is `addCharacters` says
   */
  text(element?: OutlineNode, hasAscii = true): void {
    if (element === undefined && this.#hasNoSlot("")) return;
    if (!this.#hasBody && element === undefined) this.#frame(undefined);
    this.#hasText ||= this.#hasBody;
    if (!this.#paths.hasFonts) return;
    const node = element ?? this.#node;
    if (hasAscii) this.#beyondAscii.delete(node);
    if (node.text === this.#page) return;
    node.text = this.#page;
    this.#texts.push(node);
    if (!hasAscii) this.#beyondAscii.add(node);
  }

  /** Notes the characters beyond ASCII in a text of an element, the current one if none is named. */
  addCharacters(bytes: Buffer, start: number, end: number, node = this.#node): void {
    if (!this.#paths.hasFonts) return;
    let set = this.#characters.get(node);
    if (set === undefined) {
      set = new Set();
      this.#characters.set(node, set);
    }
    for (const char of decodeHTML(bytes.toString("utf8", start, end).replaceAll(NO_TEXT, ""))) {
      const code = char.codePointAt(0) ?? 0;
      if (code > 0x7f && set.size < MAX_CHARACTERS) set.add(code);
    }
  }
}

/** Markup between two tags: comments, and what a browser takes for one (HTML §13.2.5.41 to 13.2.5.43). */
const NO_TEXT = /<!--(?:-?>|.*?(?:--!?>|$))|<[!?/][^>]*>?/gs;

/** What follows the end of the body is still within. */
function staysOpen(tag: TagName): boolean {
  return tag === HTML || tag === BODY;
}
