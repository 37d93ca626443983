import { decodeHTML } from "entities/decode";

import { staysOpen } from "./edges.js";
import { mayBeBare, staysBare } from "./bare-tag.js";
import type { HtmlLexer } from "./html-lexer.js";
import { tagsOf } from "./implied-end.js";
import type { Outline, OutlineNode, Paths } from "./outline.js";
import type { Place } from "./place.js";
import type { Step } from "./step.js";
import type { TagCursor } from "./tag-cursor.js";
import { type TagName, tagNamed } from "./tag-name.js";
import type { TagReader, WalkOptions } from "./tag-reader.js";
import type { MadeReferences, TagReferences } from "./tag-references.js";
import { isLetter } from "./text.js";
import { AT_EDGE, AT_TAG, FULL, REFERS, REFERS_AND_ENDS } from "./wasm/layout.js";

const SLASH = 0x2f;

/** Distinct characters kept for a node: enough to tell which parts of a font it needs. */
const CHARACTERS = 2000;

const HTML = tagNamed("html");
const HEAD = tagNamed("head");
const BODY = tagNamed("body");
const FRAMESET = tagNamed("frameset");

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

  /** Reads the tags. */
  get reader(): TagReader {
    return this.#paths.reader;
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
   * and over those that refer to something and were met before, unless there
   * are no `references` to add that to. Returns where the text begins before
   * the first tag that has to be looked at.
   */
  skim(cursor: TagCursor, from: number, references: TagReferences | undefined): number {
    if (!this.#isKnown) return from;
    const { edges, hasFonts, reader, root } = this.#paths;
    const options: WalkOptions = { page: this.#page, hasFonts, mayRefer: references !== undefined };
    reader.place = this.#place.id;
    let at = from;
    let step = 0;
    for (let goesOn = true; goesOn;) {
      at = reader.walk(at, options, step, cursor.position);
      const { stop } = reader;
      step = 0;
      goesOn = stop === FULL;
      if (stop === AT_TAG) {
        step = this.#read(cursor, reader.start)?.id ?? 0;
        goesOn = step !== 0;
      } else if (stop === AT_EDGE) goesOn = edges.connect(reader.place, reader.step);
      else if (stop === FULL) this.#takeNotes(cursor.bytes, references);
    }
    this.#takeNotes(cursor.bytes, references);
    this.#place = root.places[reader.place] ?? this.#place;
    return at;
  }

  /**
   * Whether what tags do here is known: in the body, in a head that has its
   * tag, and at the end of a text in that, where the place is one that is kept.
   */
  get #isKnown(): boolean {
    const { id, parent, tag } = this.#place;
    if (id < 0 || this.#beyond > 0) return false;
    return this.#hasBody || tag === HEAD || (tag.raw && parent?.tag === HEAD);
  }

  #takeNotes(bytes: Buffer, references: TagReferences | undefined): void {
    const { reader, root, referring } = this.#paths;
    reader.takeNotes({
      enter: (place) => this.#record(root.places[place]),
      text: (place) => this.text(root.places[place]?.node),
      beyondAscii: (place, start, end) => this.addCharacters(bytes, start, end, root.places[place]?.node),
      refer: (slot, start) => references?.repeat(referring[slot], start),
    });
  }

  /** Remembers what the tag that the lexer stands at has referred to: when it comes again, that is known. */
  remember(lexer: HtmlLexer, made: MadeReferences, endsAtOnce: boolean): void {
    const { edges, reader, referring } = this.#paths;
    // The walk has to have stopped at this very tag.
    if (reader.start !== lexer.start) return;
    const step = this.#stepOf(lexer);
    const slot = edges.learnReferring(step, lexer.cursor.position, endsAtOnce ? REFERS_AND_ENDS : REFERS);
    if (slot >= 0) referring[slot] = made;
  }

  /** Reads the tag whose `<` is at `start`; undefined for one that has to be looked at, or none. */
  #read(cursor: TagCursor, start: number): Step | undefined {
    const { edges, hasFonts } = this.#paths;
    const isEnd = cursor.bytes[start + 1] === SLASH;
    const from = isEnd ? start + 2 : start + 1;
    if (!isLetter(cursor.bytes[from])) return undefined;
    cursor.begin(from);
    const { tag } = cursor;
    if (!tag.isKept || (isEnd ? tag.endCounts : !mayBeBare(cursor, hasFonts))) return undefined;
    const step = isEnd ? tag.closing : this.#bareStep(cursor);
    if (step === undefined || !cursor.isComplete) return undefined;
    edges.learn(step, cursor.position);
    return step;
  }

  /** What the start tag that the cursor has begun does; undefined when it may bear on more than the outline. */
  #bareStep(cursor: TagCursor): Step | undefined {
    const { kinds } = this.#paths;
    let step = kinds.plain(cursor.tag);
    while (cursor.next()) {
      if (!staysBare(cursor)) return undefined;
      step = kinds.withAttribute(step, cursor);
    }
    return step;
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
    if (this.#hasBody || tag === HTML || tag === BODY || tag?.inHead === true) return;
    if (tag !== undefined) this.#place = this.#place.without(HEAD);
    if (this.#place.innermost(HEAD) !== undefined) return;
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

  /** Notes the characters beyond ASCII in a text of an element, the current one if none is named. */
  addCharacters(bytes: Buffer, start: number, end: number, node = this.#node): void {
    if (!this.#paths.hasFonts) return;
    let set = this.#characters.get(node);
    if (set === undefined) {
      set = new Set();
      this.#characters.set(node, set);
    }
    for (const char of decodeHTML(bytes.toString("utf8", start, end))) {
      const code = char.codePointAt(0) ?? 0;
      if (code > 0x7f && set.size < CHARACTERS) set.add(code);
    }
  }
}
