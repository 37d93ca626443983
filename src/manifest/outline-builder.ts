import type { ElementKind } from "./element-kind.js";
import type { HtmlLexer } from "./html-lexer.js";
import { type ImpliedEnd, tagsOf } from "./implied-end.js";
import type { KnownTags } from "./known-tags.js";
import type { Outline, OutlineNode, Paths } from "./outline.js";
import { type TagName, tagNamed } from "./tag-name.js";

/** How deep a browser nests elements; what is deeper becomes a sibling (Blink, Gecko and WebKit: 512). */
const DEPTH = 512;
/** Distinct characters kept for a node: enough to tell which parts of a font it needs. */
const CHARACTERS = 2000;

const ROOT = tagNamed("#document");
const HTML = tagNamed("html");
const HEAD = tagNamed("head");
const BODY = tagNamed("body");
const FRAMESET = tagNamed("frameset");

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
  #current: OutlineNode;
  /** Names of the current node and its ancestors; of the root, one that no element has. */
  readonly #tags: TagName[] = [ROOT];
  #beyond = 0;
  #hasHtml = false;
  #hasBody = false;

  constructor(paths: Paths, page: number) {
    this.#paths = paths;
    this.#page = page;
    this.#current = paths.root;
    this.#nodes = [paths.root];
  }

  /** Tags that need not be taken apart again. */
  get knownTags(): KnownTags {
    return this.#paths.knownTags;
  }

  /** Whether text bears on nothing: without fonts it does so before the body alone, which it begins. */
  get ignoresText(): boolean {
    return this.#hasBody && !this.#paths.hasFonts;
  }

  finish(): Outline {
    this.#popTo(1);
    return { nodes: this.#nodes, texts: this.#texts, characters: this.#characters };
  }

  /** Enters the element whose start tag the lexer has just read. */
  open(lexer: HtmlLexer): OutlineNode {
    const { tag } = lexer;
    if (!this.#hasBody) {
      this.#frame(tag);
      if (tag === HTML && this.#hasHtml) return this.#current;
      this.#hasHtml ||= tag === HTML;
      this.#hasBody ||= tag === BODY || tag === FRAMESET;
    } else if (tag === BODY) return this.#lateBody(lexer);
    else if (tag === HTML) return this.#current;
    if (tag.implies !== undefined) this.#imply(tag.implies);
    const node = this.#child(this.#kindOf(lexer));
    if (tag.isVoid || (lexer.foreign && lexer.selfClosing)) return node;
    if (this.#tags.length > DEPTH) this.#beyond += 1;
    else this.#enter(tag, node);
    return node;
  }

  /**
   * A `body` tag behind something that has begun the body, such as a stray
   * byte order mark: its attributes go to the body that is there (HTML
   * §13.2.6.4.7). What comes after it finds itself in one that has them.
   */
  #lateBody(lexer: HtmlLexer): OutlineNode {
    if (this.#tags.at(-1) !== BODY || lexer.attributeCount === 0) return this.#current;
    this.#popTo(this.#tags.length - 1);
    const node = this.#child(this.#kindOf(lexer));
    this.#enter(BODY, node);
    return node;
  }

  #kindOf(lexer: HtmlLexer): ElementKind {
    const known = lexer.known?.kind;
    if (known !== undefined) return known;
    const { kinds, knownTags } = this.#paths;
    const { tag } = lexer;
    const kind = lexer.attributeCount === 0 ? kinds.plain(tag) : kinds.of(lexer);
    // Of tags that refer to something more than their kind is asked for.
    if (!tag.refers && !tag.raw && !lexer.selfClosing) knownTags.add(lexer.position - lexer.start, tag, kind);
    return kind;
  }

  /** Opens `html` and `body` where their tags are left out. */
  #frame(tag: TagName | undefined): void {
    if (!this.#hasHtml && tag !== HTML) {
      this.#hasHtml = true;
      this.#enterPlain(HTML);
    }
    if (this.#hasBody || tag === HTML || tag === BODY || (tag !== undefined && IN_HEAD.has(tag))) return;
    if (HEAD.open > 0 && tag !== undefined) this.close(HEAD);
    if (HEAD.open > 0) return;
    this.#hasBody = true;
    this.#enterPlain(BODY);
  }

  #enterPlain(tag: TagName): void {
    this.#enter(tag, this.#child(this.#paths.kinds.plain(tag)));
  }

  #enter(tag: TagName, node: OutlineNode): void {
    this.#tags.push(tag);
    tag.open += 1;
    this.#current = node;
  }

  /** Leaves the innermost open element of that name, and what is open within. */
  close(tag: TagName): void {
    // What follows the end of the body is still within.
    if (tag === HTML || tag === BODY) return;
    if (this.#beyond > 0) {
      this.#beyond -= 1;
      return;
    }
    if (tag.open === 0) return;
    let index = this.#tags.length - 1;
    while (index > 0 && this.#tags[index] !== tag) index -= 1;
    if (index > 0) this.#popTo(index);
  }

  #popTo(index: number): void {
    while (this.#tags.length > index) {
      const tag = this.#tags.pop();
      if (tag !== undefined) tag.open -= 1;
      this.#current = this.#current.parent ?? this.#current;
    }
  }

  /** A start tag that ends an open element, unless a list, a table or the like lies between (HTML §13.2.6.4.7). */
  #imply({ tags, scope }: ImpliedEnd): void {
    let open = 0;
    for (const tag of tags) open += tag.open;
    if (open === 0) return;
    for (let at = this.#tags.length - 1; at > 0; at -= 1) {
      const tag = this.#tags[at];
      if (tag === undefined || scope.has(tag)) return;
      if (tags.includes(tag)) return this.#popTo(at);
    }
  }

  /** Notes that an element, the current one if none is named, has text. */
  text(element?: OutlineNode): void {
    if (!this.#hasBody && element === undefined) this.#frame(undefined);
    if (!this.#paths.hasFonts) return;
    const node = element ?? this.#current;
    if (node.text === this.#page) return;
    node.text = this.#page;
    this.#texts.push(node);
  }

  /** Notes the characters beyond ASCII in the text before the tag that the lexer has just read. */
  addCharacters(lexer: HtmlLexer): void {
    if (!this.#paths.hasFonts || !lexer.isBeyondAscii()) return;
    let set = this.#characters.get(this.#current);
    if (set === undefined) {
      set = new Set();
      this.#characters.set(this.#current, set);
    }
    for (const char of lexer.text()) {
      const code = char.codePointAt(0) ?? 0;
      if (code > 0x7f && set.size < CHARACTERS) set.add(code);
    }
  }

  #child(kind: ElementKind): OutlineNode {
    const node = this.#current.child(kind);
    if (node.page !== this.#page) {
      node.page = this.#page;
      this.#nodes.push(node);
    }
    return node;
  }
}
