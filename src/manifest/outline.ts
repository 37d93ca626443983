import type { Declarations } from "./css.js";
import type { HtmlLexer } from "./html-lexer.js";
import type { AttributeTest, Matchable } from "./selector.js";
import { testKey, type Vocabulary } from "./vocabulary.js";

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
  pages = 0;
  readonly #classes = new Map<string, ClassList>();
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
      this.#classes.clear();
      this.#styles.clear();
    }
    this.pages += 1;
    return new OutlineBuilder(this, this.pages);
  }

  /** The classes of an attribute's value that some selector asks for. */
  classes(value: string): ClassList {
    const known = this.#classes.get(value);
    if (known !== undefined) return known;
    const names = new Set<string>();
    for (const name of value.split(/[\t\n\f\r ]+/)) if (this.vocabulary.classes.has(name)) names.add(name);
    const passed = this.vocabulary.passed("class", value);
    const list: ClassList = { number: 0, names, passed };
    if (names.size > 0 || passed.length > 0) list.number = this.#numberOf([...names].sort().join(" "), passed);
    if (this.#classes.size < NODES) this.#classes.set(value, list);
    return list;
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
  number: number;
  readonly names: ReadonlySet<string>;
  readonly passed: readonly string[];
}

const NO_CLASSES: ClassList = { number: 0, names: NONE, passed: [] };
/** Tags and class lists share one number as the key of a plain element. */
const CLASS_STEP = 4096;

/** Builds the outline of one page while its tags are read. */
export class OutlineBuilder {
  readonly #tree: OutlineTree;
  readonly #page: number;
  readonly #nodes: OutlineNode[] = [];
  readonly #texts: OutlineNode[] = [];
  readonly #characters = new Map<OutlineNode, Set<number>>();
  #current: OutlineNode;
  /** Ancestors of the current node that are to be left again, and the name of the element that each was left for. */
  readonly #stack: OutlineNode[] = [];
  readonly #names: string[] = [];
  readonly #open = new Map<string, number>();
  #beyond = 0;
  #hasHtml = false;
  #hasBody = false;

  constructor(tree: OutlineTree, page: number) {
    this.#tree = tree;
    this.#page = page;
    this.#current = tree.root;
  }

  finish(): Outline {
    return { nodes: this.#nodes, texts: this.#texts, characters: this.#characters };
  }

  /** Enters the element whose start tag the lexer has just read. */
  open(lexer: HtmlLexer): OutlineNode {
    const { name } = lexer;
    this.#frame(name);
    if ((name === "html" && this.#hasHtml) || (name === "body" && this.#hasBody)) return this.#current;
    this.#hasHtml ||= name === "html";
    this.#hasBody ||= name === "body" || name === "frameset";
    const closes = IMPLIED_END.get(name);
    if (closes !== undefined) this.#imply(closes);
    const node = this.#childFor(name, lexer);
    if (VOID.has(name) || (lexer.foreign && lexer.selfClosing)) return node;
    if (this.#stack.length >= DEPTH) {
      this.#beyond += 1;
      return node;
    }
    this.#enter(name, node);
    return node;
  }

  /** Opens `html` and `body` where their tags are left out. */
  #frame(name: string): void {
    if (!this.#hasHtml && name !== "html") {
      this.#hasHtml = true;
      this.#enter("html", this.#childFor("html"));
    }
    if (this.#hasBody || name === "html" || name === "body" || HEAD.has(name)) return;
    if ((this.#open.get("head") ?? 0) > 0 && name !== "#text") this.close("head");
    if ((this.#open.get("head") ?? 0) > 0) return;
    this.#hasBody = true;
    this.#enter("body", this.#childFor("body"));
  }

  #enter(name: string, node: OutlineNode): void {
    this.#stack.push(this.#current);
    this.#names.push(name);
    this.#open.set(name, (this.#open.get(name) ?? 0) + 1);
    this.#current = node;
  }

  /** Leaves the innermost open element of that name, and what is open within. */
  close(name: string): void {
    // What follows the end of the body is still within.
    if (name === "html" || name === "body") return;
    if (this.#beyond > 0) {
      this.#beyond -= 1;
      return;
    }
    if ((this.#open.get(name) ?? 0) > 0) this.#popTo(this.#names.lastIndexOf(name));
  }

  #popTo(index: number): void {
    while (this.#stack.length > index) {
      const name = this.#names.pop() ?? "";
      this.#open.set(name, (this.#open.get(name) ?? 1) - 1);
      this.#current = this.#stack.pop() ?? this.#current;
    }
  }

  /** A start tag that ends an open element, unless a list, a table or the like lies between (HTML §13.2.6.4.7). */
  #imply({ names, scope }: ImpliedEnd): void {
    if (!names.some((name) => (this.#open.get(name) ?? 0) > 0)) return;
    for (let at = this.#names.length - 1; at >= 0; at -= 1) {
      const name = this.#names[at] ?? "";
      if (names.includes(name)) return this.#popTo(at);
      if (scope.has(name)) return;
    }
  }

  /** Notes that an element, the current one if none is named, has text. */
  text(element?: OutlineNode): void {
    if (element === undefined) this.#frame("#text");
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

  #childFor(name: string, lexer?: HtmlLexer): OutlineNode {
    const { vocabulary } = this.#tree;
    const tag = vocabulary.tags.get(name) ?? 0;
    const { classes, id, style, passed } = lexer === undefined ? NO_FEATURES : this.#features(lexer);
    const simple = id === "" && style.key === "" && passed.length === 0;
    const number = tag + classes.number * CLASS_STEP;
    const key = simple ? number : `${number}\n${id}\n${style.key}\n${passed.join("\n")}`;
    let node = this.#current.children.get(key);
    if (node === undefined) {
      node = new OutlineNode(
        this.#current,
        {
          tag: tag === 0 ? "" : name,
          id,
          classes: classes.names,
          passed: new Set([...classes.passed, ...passed]),
          style: style.declarations,
        },
        this.#current.growth,
      );
      this.#current.children.set(key, node);
      node.growth.count += 1;
    }
    if (node.page !== this.#page) {
      node.page = this.#page;
      this.#nodes.push(node);
    }
    return node;
  }

  /** What the stylesheets ask for of the element whose start tag the lexer has just read. */
  #features(lexer: HtmlLexer): RawFeatures {
    const tree = this.#tree;
    const { vocabulary } = tree;
    let classes = NO_CLASSES;
    let id = "";
    let style = NO_STYLE;
    let passed: readonly string[] = NO_TESTS;
    for (let index = 0; index < lexer.attributeCount; index += 1) {
      const name = lexer.attributeName(index);
      if (name === "class") {
        classes = tree.classes(lexer.attributeValue(index));
        continue;
      }
      if (name === "id" && vocabulary.ids.has(lexer.attributeValue(index))) id = lexer.attributeValue(index);
      else if (name === "style") style = tree.style(lexer.attributeValue(index));
      if (vocabulary.attributes.has(name)) {
        passed = [...passed, ...vocabulary.passed(name, lexer.attributeValue(index))];
      }
    }
    return { classes, id, style, passed };
  }
}

interface RawFeatures {
  readonly classes: ClassList;
  readonly id: string;
  readonly style: InlineStyle;
  readonly passed: readonly string[];
}

const NO_TESTS: readonly string[] = [];
const NO_STYLE: InlineStyle = { key: "", declarations: undefined };
const NO_FEATURES: RawFeatures = { classes: NO_CLASSES, id: "", style: NO_STYLE, passed: NO_TESTS };

/** What belongs to the head where its tags are left out. */
const HEAD = new Set("base basefont bgsound head link meta noscript script style template title".split(" "));

const VOID = new Set(
  "area base basefont bgsound br col embed frame hr img input keygen link meta param source track wbr".split(" "),
);

interface ImpliedEnd {
  readonly names: readonly string[];
  readonly scope: ReadonlySet<string>;
}

const IMPLIED_END = new Map<string, ImpliedEnd>();

function implies(starts: string, names: string, scope: string): void {
  const end = { names: names.split(" "), scope: new Set(scope.split(" ")) };
  for (const start of starts.split(" ")) IMPLIED_END.set(start, end);
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
