import { decodeHTML } from "entities/decode";

import type { HtmlLexer } from "./html-lexer.js";
import { tagsOf } from "./implied-end.js";
import type { Outline, OutlineNode, Paths } from "./outline.js";
import type { Place } from "./place.js";
import type { Step } from "./step.js";
import type { TagCursor } from "./tag-cursor.js";
import { hashOf, type TagName, tagNamed } from "./tag-name.js";
import { BEYOND, isBeyondAscii, isLetter, kindsOfText, nextByte, SHOWN } from "./text.js";

const SLASH = 0x2f;
const LESS = 0x3c;

/** Distinct characters kept for a node: enough to tell which parts of a font it needs. */
const CHARACTERS = 2000;

const HTML = tagNamed("html");
const HEAD = tagNamed("head");
const BODY = tagNamed("body");
const FRAMESET = tagNamed("frameset");

/** An attribute of the body and of the parts of tables that refers to an image. */
const BACKGROUND = hashOf("background");

/** What belongs to the head where its tags are left out. */
const IN_HEAD: ReadonlySet<TagName> = new Set(
  tagsOf("base basefont bgsound head link meta noscript script style template title"),
);

/** Builds the outline of one page while its tags are read. */
export class OutlineBuilder {
  readonly #paths: Paths;
  readonly #page: number;
  /** Begins with the root: V8 takes an empty array for one of integers, and drops the code it made for it at the first push. */
  readonly #nodes: OutlineNode[];
  readonly #texts: OutlineNode[] = [];
  readonly #characters = new Map<OutlineNode, Set<number>>();
  #place: Place;
  /** Elements open that are too deep to be in `#place`. */
  #beyond = 0;
  #hasHtml = false;
  #hasBody = false;

  constructor(paths: Paths, page: number) {
    this.#paths = paths;
    this.#page = page;
    this.#place = paths.root;
    this.#nodes = [paths.root.node];
  }

  /** Whether text bears on nothing: without fonts it does so before the body alone, which it begins. */
  get ignoresText(): boolean {
    return this.#hasBody && !this.#paths.hasFonts;
  }

  get #node(): OutlineNode {
    return this.#place.node;
  }

  finish(): Outline {
    return { nodes: this.#nodes, texts: this.#texts, characters: this.#characters };
  }

  /**
   * Passes over text and tags that bear on the outline alone, from `from` on,
   * and returns where the text begins before the first that has to be looked at.
   */
  skim(cursor: TagCursor, from: number): number {
    if (!this.#hasBody || this.#beyond > 0 || this.#place.id < 0) return from;
    const { bytes, view } = cursor;
    const { knownTags, edges, hasFonts, root } = this.#paths;
    const { places } = root;
    let place = this.#place.id;
    let at = from;
    for (;;) {
      const start = nextByte(view, at, LESS);
      const known = knownTags.find(view, start);
      const step = known ?? this.#read(cursor, start);
      if (step === undefined) break;
      if (hasFonts && start > at) this.#skimText(bytes, at, start, places[place]);
      const edge = edges.find(place, step);
      if (edge < 0) break;
      const entered = edges.entered(edge);
      if (edges.visit(entered, this.#page)) this.#record(places[entered]);
      place = edges.end(edge);
      at = known === undefined ? cursor.position : start + knownTags.length;
    }
    this.#place = places[place] ?? this.#place;
    return at;
  }

  /** Reads the tag whose `<` is at `start`; undefined for one that has to be looked at, or none. */
  #read(cursor: TagCursor, start: number): Step | undefined {
    const { kinds, knownTags } = this.#paths;
    const isEnd = cursor.bytes[start + 1] === SLASH;
    const from = isEnd ? start + 2 : start + 1;
    if (!isLetter(cursor.bytes[from])) return undefined;
    cursor.begin(from);
    const { tag } = cursor;
    if (isEnd ? tag.endCounts : tag.refers || tag.raw) return undefined;
    let step = isEnd ? tag.closing : kinds.plain(tag);
    while (cursor.next()) {
      if (isEnd) continue;
      if (cursor.hash === BACKGROUND) return undefined;
      step = kinds.withAttribute(step, cursor);
    }
    if (!cursor.isComplete) return undefined;
    knownTags.add(cursor.position - start, step);
    return step;
  }

  #skimText(bytes: Buffer, start: number, end: number, place = this.#place): void {
    const kinds = kindsOfText(bytes, start, end);
    if ((kinds & SHOWN) === 0) return;
    this.#place = place;
    this.text();
    if ((kinds & BEYOND) !== 0) this.addCharacters(bytes, start, end);
  }

  /** Enters the element whose start tag the lexer has just read. */
  open(lexer: HtmlLexer): OutlineNode {
    const { tag } = lexer;
    if (!this.#hasBody) {
      this.#frame(tag);
      if (tag === HTML && this.#hasHtml) return this.#node;
      this.#hasHtml ||= tag === HTML;
      this.#hasBody ||= tag === BODY || tag === FRAMESET;
    } else if (tag === BODY) return this.#lateBody(lexer);
    else if (tag === HTML) return this.#node;
    const step = this.#stepOf(lexer);
    return this.#enter(step, step.isVoid || (lexer.foreign && lexer.selfClosing));
  }

  /**
   * A `body` tag behind something that has begun the body, such as a stray
   * byte order mark: its attributes go to the body that is there (HTML
   * §13.2.6.4.7). What comes after it finds itself in one that has them.
   */
  #lateBody(lexer: HtmlLexer): OutlineNode {
    const { tag, parent } = this.#place;
    if (tag !== BODY || parent === undefined) return this.#node;
    this.#place = parent;
    return this.#enter(this.#stepOf(lexer), false);
  }

  #stepOf({ cursor, start }: HtmlLexer): Step {
    const { kinds } = this.#paths;
    cursor.begin(start + 1);
    let step = kinds.plain(cursor.tag);
    while (cursor.next()) step = kinds.withAttribute(step, cursor);
    return step;
  }

  #enter(step: Step, isEmpty: boolean): OutlineNode {
    const outer = this.#place.afterImplied(step.implies);
    const inner = outer.open(step);
    this.#record(inner);
    this.#place = isEmpty || outer.isDeepest ? outer : inner;
    if (!isEmpty && outer.isDeepest) this.#beyond += 1;
    return inner.node;
  }

  #record(place = this.#place): void {
    const { node } = place;
    if (node.page === this.#page) return;
    node.page = this.#page;
    this.#nodes.push(node);
  }

  /** Opens `html` and `body` where their tags are left out. */
  #frame(tag: TagName | undefined): void {
    if (!this.#hasHtml && tag !== HTML) {
      this.#hasHtml = true;
      this.#enter(this.#paths.kinds.plain(HTML), false);
    }
    if (this.#hasBody || tag === HTML || tag === BODY || (tag !== undefined && IN_HEAD.has(tag))) return;
    if (tag !== undefined) this.#place = this.#place.without(HEAD);
    if (this.#place.innermost(HEAD) !== undefined) return;
    this.#hasBody = true;
    this.#enter(this.#paths.kinds.plain(BODY), false);
  }

  /** Leaves the innermost open element of that name, and what is open within. */
  close(tag: TagName): void {
    // What follows the end of the body is still within.
    if (tag === HTML || tag === BODY) return;
    if (this.#beyond > 0) {
      this.#beyond -= 1;
      return;
    }
    this.#place = this.#place.without(tag);
  }

  /** Notes that an element, the current one if none is named, has text. */
  text(element?: OutlineNode): void {
    if (!this.#hasBody && element === undefined) this.#frame(undefined);
    if (!this.#paths.hasFonts) return;
    const node = element ?? this.#node;
    if (node.text === this.#page) return;
    node.text = this.#page;
    this.#texts.push(node);
  }

  /** Notes the characters beyond ASCII in a text of the current element. */
  addCharacters(bytes: Buffer, start: number, end: number): void {
    if (!this.#paths.hasFonts || !isBeyondAscii(bytes, start, end)) return;
    let set = this.#characters.get(this.#node);
    if (set === undefined) {
      set = new Set();
      this.#characters.set(this.#node, set);
    }
    for (const char of decodeHTML(bytes.toString("utf8", start, end))) {
      const code = char.codePointAt(0) ?? 0;
      if (code > 0x7f && set.size < CHARACTERS) set.add(code);
    }
  }
}
