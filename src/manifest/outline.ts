import type { Declarations } from "./css.js";
import type { HtmlLexer } from "./html-lexer.js";
import type { AttributeTest, Matchable } from "./selector.js";
import { hashOf, type ImpliedEnd, type TagName, tagNamed } from "./tag-name.js";
import { type AttributeTests, testKey, type Vocabulary } from "./vocabulary.js";

/**
 * A path of elements as many pages have it, each told apart by what the
 * stylesheets ask for and nothing else. A page is a set of such paths:
 * a table of a thousand rows is one, and so are the menus of a thousand
 * pages, whose style is worked out once.
 */
export class OutlineNode implements Matchable {
  readonly parent: OutlineNode | undefined;
  readonly tag: string;
  readonly id: string;
  readonly classes: ReadonlySet<string>;
  readonly style: Declarations | undefined;
  readonly children = new Map<string | number, OutlineNode>();
  /** What was found by looking at siblings and descendants holds for as long as no path was added. */
  readonly growth: Growth;
  /** The page that has it, of those being read: saves a set for each page. */
  page = 0;
  text = 0;
  /** The child entered last: the next is often the same. */
  lastKey: string | number = -1;
  lastChild: OutlineNode | undefined;
  readonly #passed: ReadonlySet<string>;

  constructor(parent: OutlineNode | undefined, features: Features, growth: Growth) {
    this.parent = parent;
    this.growth = growth;
    this.tag = features.tag;
    this.id = features.id;
    this.classes = features.classes;
    this.style = features.style;
    this.#passed = features.passed;
  }

  passes(test: AttributeTest): boolean {
    return this.#passed.has(testKey(test));
  }
}

/** Number of paths in a tree. */
export interface Growth {
  count: number;
}

interface Features {
  readonly tag: string;
  readonly id: string;
  readonly classes: ReadonlySet<string>;
  readonly passed: ReadonlySet<string>;
  readonly style: Declarations | undefined;
}

/** What a page consists of, as its stylesheets see it. */
export interface Outline {
  /** Parents before children. */
  readonly nodes: readonly OutlineNode[];
  /** Those with text of their own. */
  readonly texts: readonly OutlineNode[];
  /** Characters beyond ASCII in the text of a node. */
  readonly characters: ReadonlyMap<OutlineNode, ReadonlySet<number>>;
}

const NONE: ReadonlySet<string> = new Set();
const PLAIN: Features = { tag: "", id: "", classes: NONE, passed: NONE, style: undefined };

/** How deep a browser nests elements; what is deeper becomes a sibling (Blink, Gecko and WebKit: 512). */
const DEPTH = 512;
const CLASS_LISTS = 65_536;
/** Paths kept for a site; beyond them the pages that follow begin anew. */
const NODES = 100_000;
/** Distinct characters kept for a node: enough to tell which parts of a font it needs. */
const CHARACTERS = 2000;

function emptyTree(): OutlineNode {
  return new OutlineNode(undefined, PLAIN, { count: 0 });
}

/** The paths of a site's pages. */
export class OutlineTree {
  readonly vocabulary: Vocabulary;
  root = emptyTree();
  noTests = new PassedTests([], { count: 0 });
  pages = 0;
  /** Class lists met last, by the low bits of their hashes. */
  #classes: (ClassList | undefined)[] = [];
  readonly #classLists = new Map<string, ClassList>();
  readonly #styles = new Map<string, InlineStyle>();
  readonly #parseStyle: (text: string) => Declarations | undefined;
  #generation = -1;

  constructor(vocabulary: Vocabulary, parseStyle: (text: string) => Declarations | undefined) {
    this.vocabulary = vocabulary;
    this.#parseStyle = parseStyle;
  }

  /** Begins a page. */
  page(): OutlineBuilder {
    if (this.#generation !== this.vocabulary.generation || this.root.growth.count > NODES) {
      this.#generation = this.vocabulary.generation;
      this.root = emptyTree();
      this.noTests = new PassedTests([], { count: 0 });
      this.#classLists.clear();
      this.#classes = Array.from({ length: CLASS_LISTS }, () => undefined);
      this.#styles.clear();
    }
    this.pages += 1;
    return new OutlineBuilder(this, this.pages);
  }

  /** Of the classes in the attribute at `index` those that some selector asks for. */
  classes(lexer: HtmlLexer, index: number): ClassList {
    const { bytes } = lexer;
    const start = lexer.valueStart(index);
    const end = lexer.valueEnd(index);
    const slot = lexer.valueMark(index) & (CLASS_LISTS - 1);
    const known = this.#classes[slot];
    if (known !== undefined && isSame(known.bytes, bytes, start, end)) return known;
    const value = lexer.valueAt(index);
    let list = this.#classLists.get(value);
    if (list === undefined) {
      list = this.#classList(Buffer.from(bytes.subarray(start, end)), value);
      if (this.#classLists.size < NODES) this.#classLists.set(value, list);
    }
    this.#classes[slot] = list;
    return list;
  }

  #classList(bytes: Uint8Array, value: string): ClassList {
    const names = new Set<string>();
    for (const name of value.split(/[\t\n\f\r ]+/)) if (this.vocabulary.classes.has(name)) names.add(name);
    const passed = this.vocabulary.passed("class", value);
    if (names.size === 0 && passed.length === 0) return { ...NO_CLASSES, bytes };
    return { bytes, names, passed, number: this.#numberOf([...names].sort().join(" "), passed) };
  }

  /** Number of a tag that some selector asks for, 0 for another. */
  tag(tag: TagName): number {
    if (tag.numbered !== this.root) {
      tag.numbered = this.root;
      tag.number = this.vocabulary.tags.get(tag.name) ?? 0;
    }
    return tag.number;
  }

  readonly #numbers = new Map<string, number>();

  #numberOf(names: string, passed: readonly string[]): number {
    const key = `${names}\n${passed.join("\n")}`;
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.#numbers.size + 1;
      this.#numbers.set(key, number);
    }
    return number;
  }

  /** What a `style` attribute declares that counts. */
  style(text: string): InlineStyle {
    const known = this.#styles.get(text);
    if (known !== undefined) return known;
    const declarations = this.#parseStyle(text);
    const style = { key: declarations === undefined ? "" : text, declarations };
    if (this.#styles.size < NODES) this.#styles.set(text, style);
    return style;
  }
}

interface InlineStyle {
  /** "" when nothing in it counts. */
  readonly key: string;
  readonly declarations: Declarations | undefined;
}

interface ClassList {
  readonly bytes: Uint8Array;
  readonly number: number;
  readonly names: ReadonlySet<string>;
  readonly passed: readonly string[];
}

const NO_CLASSES: ClassList = { bytes: new Uint8Array(), number: 0, names: NONE, passed: [] };
/** Tag, class list and tests share one number as the key of an element: of 2^53, 2^12 are for tags, 2^20 for class lists. */
const TAG_STEP = 2 ** 12;
const CLASS_STEP = 2 ** 20;

/** The attribute tests that an element passes; each combination is one object. */
class PassedTests {
  readonly number: number;
  readonly keys: readonly string[];
  readonly #counter: { count: number };
  readonly #next = new Map<AttributeTests, Map<string, PassedTests>>();

  constructor(keys: readonly string[], counter: { count: number }) {
    this.keys = keys;
    this.#counter = counter;
    this.number = counter.count;
    counter.count += 1;
  }

  /** These, and those that an attribute's value passes. */
  with(tests: AttributeTests, value: string): PassedTests {
    let byValue = this.#next.get(tests);
    if (byValue === undefined) {
      byValue = new Map();
      this.#next.set(tests, byValue);
    }
    const known = byValue.get(value);
    if (known !== undefined) return known;
    const passed = tests.passed(value);
    const key = passed.join("\n");
    const next =
      passed.length === 0
        ? this
        : (byValue.get(`\n${key}`) ?? new PassedTests([...this.keys, ...passed], this.#counter));
    if (byValue.size < NODES) byValue.set(`\n${key}`, next).set(value, next);
    return next;
  }
}

function isSame(own: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (own.length !== end - start) return false;
  for (let at = 0; at < own.length; at += 1) if (own[at] !== bytes[start + at]) return false;
  return true;
}

/** Builds the outline of one page while its tags are read. */
export class OutlineBuilder {
  readonly #tree: OutlineTree;
  readonly #page: number;
  readonly #nodes: OutlineNode[] = [];
  readonly #texts: OutlineNode[] = [];
  readonly #characters = new Map<OutlineNode, Set<number>>();
  #current: OutlineNode;
  /** Ancestors of the current node, and the name of the element that each was left for. */
  readonly #stack: OutlineNode[] = [];
  readonly #tags: TagName[] = [];
  #beyond = 0;
  /** What counts of the element at hand. */
  #classes = NO_CLASSES;
  #id = "";
  #style = NO_STYLE;
  #passed: PassedTests;
  #hasHtml = false;
  #hasBody = false;

  constructor(tree: OutlineTree, page: number) {
    this.#tree = tree;
    this.#page = page;
    this.#current = tree.root;
    this.#passed = tree.noTests;
  }

  finish(): Outline {
    this.#popTo(0);
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
    } else if (tag === BODY || tag === HTML) return this.#current;
    if (tag.implies !== undefined) this.#imply(tag.implies);
    const node = this.#childFor(tag, lexer);
    if (tag.isVoid || (lexer.foreign && lexer.selfClosing)) return node;
    if (this.#stack.length >= DEPTH) this.#beyond += 1;
    else this.#enter(tag, node);
    return node;
  }

  /** Opens `html` and `body` where their tags are left out. */
  #frame(tag: TagName | undefined): void {
    if (!this.#hasHtml && tag !== HTML) {
      this.#hasHtml = true;
      this.#enter(HTML, this.#childFor(HTML));
    }
    if (this.#hasBody || tag === HTML || tag === BODY || (tag !== undefined && IN_HEAD.has(tag))) return;
    if (HEAD.open > 0 && tag !== undefined) this.close(HEAD);
    if (HEAD.open > 0) return;
    this.#hasBody = true;
    this.#enter(BODY, this.#childFor(BODY));
  }

  #enter(tag: TagName, node: OutlineNode): void {
    this.#stack.push(this.#current);
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
    while (index >= 0 && this.#tags[index] !== tag) index -= 1;
    if (index >= 0) this.#popTo(index);
  }

  #popTo(index: number): void {
    while (this.#stack.length > index) {
      const tag = this.#tags.pop();
      if (tag !== undefined) tag.open -= 1;
      this.#current = this.#stack.pop() ?? this.#current;
    }
  }

  /** A start tag that ends an open element, unless a list, a table or the like lies between (HTML §13.2.6.4.7). */
  #imply({ tags, scope }: ImpliedEnd): void {
    let open = 0;
    for (const tag of tags) open += tag.open;
    if (open === 0) return;
    for (let at = this.#tags.length - 1; at >= 0; at -= 1) {
      const tag = this.#tags[at];
      if (tag === undefined || scope.has(tag)) return;
      if (tags.includes(tag)) return this.#popTo(at);
    }
  }

  /** Notes that an element, the current one if none is named, has text. */
  text(element?: OutlineNode): void {
    if (!this.#hasBody && element === undefined) this.#frame(undefined);
    const node = element ?? this.#current;
    if (node.text === this.#page) return;
    node.text = this.#page;
    this.#texts.push(node);
  }

  /** Notes the characters of that text beyond ASCII. */
  addCharacters(text: string): void {
    let set = this.#characters.get(this.#current);
    if (set === undefined) {
      set = new Set();
      this.#characters.set(this.#current, set);
    }
    for (const char of text) {
      const code = char.codePointAt(0) ?? 0;
      if (code > 0x7f && set.size < CHARACTERS) set.add(code);
    }
  }

  #childFor(name: TagName, lexer?: HtmlLexer): OutlineNode {
    const current = this.#current;
    this.#classes = NO_CLASSES;
    this.#id = "";
    this.#style = NO_STYLE;
    this.#passed = this.#tree.noTests;
    if (lexer !== undefined && lexer.attributeCount > 0) this.#readFeatures(lexer);
    const simple = this.#id === "" && this.#style.key === "";
    const features = this.#classes.number + this.#passed.number * CLASS_STEP;
    const number = this.#tree.tag(name) + features * TAG_STEP;
    const key = simple ? number : `${number}\n${this.#id}\n${this.#style.key}`;
    if (current.lastKey !== key || current.lastChild === undefined) {
      current.lastKey = key;
      current.lastChild = current.children.get(key) ?? this.#add(key, name);
    }
    const node = current.lastChild;
    if (node.page !== this.#page) {
      node.page = this.#page;
      this.#nodes.push(node);
    }
    return node;
  }

  #add(key: string | number, name: TagName): OutlineNode {
    const features: Features = {
      tag: this.#tree.tag(name) === 0 ? "" : name.name,
      id: this.#id,
      classes: this.#classes.names,
      passed: new Set([...this.#classes.passed, ...this.#passed.keys]),
      style: this.#style.declarations,
    };
    const node = new OutlineNode(this.#current, features, this.#current.growth);
    this.#current.children.set(key, node);
    node.growth.count += 1;
    return node;
  }

  /** What the stylesheets ask for of the element whose start tag the lexer has just read. */
  #readFeatures(lexer: HtmlLexer): void {
    const tree = this.#tree;
    const { vocabulary } = tree;
    for (let index = 0; index < lexer.attributeCount; index += 1) {
      const hash = lexer.hashAt(index);
      if (hash === CLASS) this.#classes = tree.classes(lexer, index);
      else if (hash === ID && vocabulary.idMarks[lexer.valueMark(index)] === 1) {
        const value = lexer.valueAt(index);
        if (vocabulary.ids.has(value)) this.#id = value;
      } else if (hash === STYLE) this.#style = tree.style(lexer.valueAt(index));
      const tests = hash === CLASS ? undefined : vocabulary.attributeHashes.get(hash);
      if (tests !== undefined) this.#passed = this.#passed.with(tests, tests.presenceOnly ? "" : lexer.valueAt(index));
    }
  }
}

const NO_STYLE: InlineStyle = { key: "", declarations: undefined };

const CLASS = hashOf("class");
const ID = hashOf("id");
const STYLE = hashOf("style");
const HTML = tagNamed("html");
const HEAD = tagNamed("head");
const BODY = tagNamed("body");
const FRAMESET = tagNamed("frameset");

function tagsOf(names: string): TagName[] {
  return names.split(" ").map(tagNamed);
}

/** What belongs to the head where its tags are left out. */
const IN_HEAD: ReadonlySet<TagName> = new Set(
  tagsOf("base basefont bgsound head link meta noscript script style template title"),
);

for (const tag of tagsOf(
  "area base basefont bgsound br col embed frame hr img input keygen link meta param source track wbr",
)) {
  tag.isVoid = true;
}

function implies(starts: string, names: string, scope: string): void {
  const end = { tags: tagsOf(names), scope: new Set(tagsOf(scope)) };
  for (const start of tagsOf(starts)) start.implies = end;
}

implies(
  "address article aside blockquote center details dialog dir div dl fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr main menu nav ol p pre search section summary table ul",
  "p",
  "applet button caption html marquee object table td template th",
);
implies("li", "li", "ul ol menu table td th template");
implies("dt dd", "dt dd", "dl table td th template");
implies("tr", "tr", "table template");
implies("td th", "td th", "tr table template");
implies("thead tbody tfoot", "thead tbody tfoot", "table template");
implies("option", "option", "select template");
implies("optgroup", "optgroup", "select template");
