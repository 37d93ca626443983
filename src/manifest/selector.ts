import { unescapeCss } from "./css-syntax.js";
import { splitCommas } from "./media.js";

/** A test of an attribute: `[name]`, `[name=value]` and the other operators. */
export interface AttributeTest {
  /** Lower-case. */
  readonly name: string;
  readonly operator: "" | "=" | "~=" | "|=" | "^=" | "$=" | "*=";
  readonly value: string;
  readonly ignoreCase: boolean;
}

/** What one element must be like. */
export interface Compound {
  tag: string | undefined;
  readonly ids: string[];
  readonly classes: string[];
  readonly attributes: AttributeTest[];
  /** `:is()` and `:where()`: each a list of which one must match. */
  readonly any: Selector[][];
  readonly not: Selector[][];
  /** `:has()`: a list of what must be among the descendants or the siblings that follow. */
  readonly has: Selector[][];
  /** Something that the outline of a page can't decide: position among siblings, `:has()`, state. */
  undecided: boolean;
  /** A state that no element has when the page has just been loaded: `:hover`. */
  never: boolean;
}

export type Combinator = " " | ">" | "+" | "~";

/** A complex selector (Selectors 4 §3.1). */
export interface Selector {
  /** The subject first, then what stands to its left. */
  readonly compounds: readonly Compound[];
  /** `combinators[n]` stands between `compounds[n]` and `compounds[n + 1]`. */
  readonly combinators: readonly Combinator[];
  readonly pseudo: "" | "before" | "after" | "text";
  readonly specificity: number;
}

/** An element, as far as selectors look at it. */
export interface Matchable {
  readonly parent: Matchable | undefined;
  /** Lower-case; "" when no selector asks for it. */
  readonly tag: string;
  readonly id: string;
  readonly classes: ReadonlySet<string>;
  passes(test: AttributeTest): boolean;
  /** Elements that have it as their parent, in this page or one like it. */
  readonly children: ReadonlyMap<unknown, Matchable>;
}

export type Match = "yes" | "maybe" | "no";

/** States that come with an action of the user, or with a script. */
const NEVER = new Set([
  "active",
  "autofill",
  "-webkit-autofill",
  "-webkit-full-screen",
  "focus",
  "focus-visible",
  "focus-within",
  "fullscreen",
  "hover",
  "modal",
  "picture-in-picture",
  "popover-open",
  "target",
  "target-within",
  "user-invalid",
  "user-valid",
  "visited",
  "host",
  "host-context",
]);

/** Pseudo-classes that hold for some elements, which the outline does not know. */
const UNDECIDED = new Set([
  "-webkit-any-link",
  "closed",
  "default",
  "defined",
  "dir",
  "empty",
  "first-child",
  "first-of-type",
  "in-range",
  "indeterminate",
  "invalid",
  "lang",
  "last-child",
  "last-of-type",
  "nth-child",
  "nth-last-child",
  "nth-last-of-type",
  "nth-of-type",
  "only-child",
  "only-of-type",
  "optional",
  "out-of-range",
  "read-only",
  "read-write",
  "state",
  "valid",
]);

/** Pseudo-classes that an attribute decides when the page has just been loaded. */
const BY_ATTRIBUTE: Readonly<Record<string, string>> = {
  "any-link": "href",
  link: "href",
  checked: "checked",
  disabled: "disabled",
  open: "open",
  required: "required",
  "placeholder-shown": "placeholder",
};

const TEXT_PSEUDO = new Set([
  "first-letter",
  "first-line",
  "marker",
  "placeholder",
  "file-selector-button",
  "-webkit-file-upload-button",
  "-webkit-input-placeholder",
]);

/** Parts of form controls that Chromium draws, and loads images for, and what has them. */
const PARTS_OF_INPUTS: Readonly<Record<string, string>> = {
  "-webkit-calendar-picker-indicator": "[type=date],[type=time],[type=month],[type=week],[type=datetime-local],[list]",
  "-webkit-search-cancel-button": "[type=search]",
  "-webkit-slider-runnable-track": "[type=range]",
  "-webkit-slider-thumb": "[type=range]",
};

/** Attributes whose values selectors compare without case (HTML §4.16.2). */
const CASELESS = new Set(
  "accept accept-charset align alink axis bgcolor charset checked clear codetype color compact declare defer dir direction disabled enctype face frame hreflang http-equiv lang language link media method multiple nohref noresize noshade nowrap readonly rel rev rules scope scrolling selected shape target text type valign valuetype vlink".split(
    " ",
  ),
);

/** Beyond this a list is an attack: nesting multiplies selectors. */
const MAX_LENGTH = 50_000;
const MAX_DEPTH = 16;

/** Parses a selector list; undefined when it is invalid, which makes a browser drop the rule. */
export function parseSelectors(text: string): Selector[] | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  return parseList(text, 0, false);
}

function parseList(text: string, depth: number, forgiving: boolean): Selector[] | undefined {
  if (depth > MAX_DEPTH) return undefined;
  const selectors: Selector[] = [];
  for (const part of splitCommas(text)) {
    const selector = new SelectorParser(part.trim(), depth).parse();
    if (selector !== undefined) selectors.push(selector);
    else if (!forgiving) return undefined;
  }
  return selectors;
}

const IDENT = /(?:[-\w\u0080-\uffff]|\\[0-9a-fA-F]{1,6}[\t\n\f\r ]?|\\[^\n])+/y;
const ATTRIBUTE =
  /\[\s*(?:[-\w*]*\|)?((?:[-\w\u0080-\uffff]|\\[^])+)\s*(?:([~|^$*]?=)\s*("(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*'|(?:[^\s\]"'\\]|\\[^])+)\s*([isIS])?\s*)?\]/y;
const COMBINATOR = /\s*([>+~])\s*|\s+/y;

function emptyCompound(): Compound {
  return {
    tag: undefined,
    ids: [],
    classes: [],
    attributes: [],
    any: [],
    not: [],
    has: [],
    undecided: false,
    never: false,
  };
}

class SelectorParser {
  readonly #text: string;
  readonly #depth: number;
  #at = 0;
  #pseudo: Selector["pseudo"] = "";
  #specificity = 0;
  #valid = true;

  constructor(text: string, depth: number) {
    this.#text = text;
    this.#depth = depth;
  }

  parse(): Selector | undefined {
    const compounds: Compound[] = [];
    const combinators: Combinator[] = [];
    while (this.#at < this.#text.length) {
      const compound = this.#compound();
      if (compound === undefined || !this.#valid) return undefined;
      compounds.unshift(compound);
      if (this.#at >= this.#text.length) break;
      const combinator = this.#match(COMBINATOR);
      if (combinator === undefined || this.#at >= this.#text.length) return undefined;
      combinators.unshift(combinatorOf(combinator[1]));
    }
    if (compounds.length === 0) return undefined;
    return { compounds, combinators, pseudo: this.#pseudo, specificity: this.#specificity };
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) return undefined;
    this.#at += match[0].length;
    return match;
  }

  #ident(): string | undefined {
    const match = this.#match(IDENT);
    return match === undefined ? undefined : unescapeCss(match[0]);
  }

  #compound(): Compound | undefined {
    const compound = emptyCompound();
    const start = this.#at;
    this.#typeSelector(compound);
    while (this.#at < this.#text.length && this.#valid) {
      const char = this.#text[this.#at];
      if (char === ".") this.#named(compound.classes, 1000);
      else if (char === "#") this.#named(compound.ids, 1_000_000);
      else if (char === "[") this.#attribute(compound);
      else if (char === ":") this.#pseudoSelector(compound);
      else break;
    }
    return this.#at === start ? undefined : compound;
  }

  #typeSelector(compound: Compound): void {
    const namespace = /(?:[-\w]*|\*)\|(?!=)/y;
    this.#match(namespace);
    if (this.#text[this.#at] === "*") {
      this.#at += 1;
      return;
    }
    const name = this.#ident();
    if (name === undefined) return;
    compound.tag = name.toLowerCase();
    this.#specificity += 1;
  }

  #named(into: string[], specificity: number): void {
    this.#at += 1;
    const name = this.#ident();
    if (name === undefined) this.#valid = false;
    else into.push(name);
    this.#specificity += specificity;
  }

  #attribute(compound: Compound): void {
    const match = this.#match(ATTRIBUTE);
    if (match === undefined) {
      this.#valid = false;
      return;
    }
    const [, rawName = "", operator = "", raw = "", flag = ""] = match;
    const name = unescapeCss(rawName).toLowerCase();
    const value = /^["']/.test(raw) ? raw.slice(1, -1) : raw;
    compound.attributes.push({
      name,
      operator: operatorOf(operator),
      value: unescapeCss(value),
      ignoreCase: flag === "" ? CASELESS.has(name) : flag.toLowerCase() === "i",
    });
    this.#specificity += 1000;
  }

  /** What stands between the parentheses of a functional pseudo-class. */
  #argument(): string | undefined {
    if (this.#text[this.#at] !== "(") return undefined;
    let depth = 0;
    const start = this.#at + 1;
    for (; this.#at < this.#text.length; this.#at += 1) {
      const char = this.#text[this.#at];
      if (char === "\\") this.#at += 1;
      else if (char === "(") depth += 1;
      else if (char === ")" && --depth === 0) break;
    }
    const argument = this.#text.slice(start, this.#at);
    this.#at += 1;
    return argument;
  }

  #pseudoSelector(compound: Compound): void {
    const isElement = this.#text.startsWith("::", this.#at);
    this.#at += isElement ? 2 : 1;
    const name = this.#ident()?.toLowerCase();
    if (name === undefined) {
      this.#valid = false;
      return;
    }
    const argument = this.#argument();
    const old = name === "before" || name === "after" || name === "first-line" || name === "first-letter";
    if (isElement || old) this.#pseudoElement(compound, name);
    else this.#pseudoClass(compound, name, argument);
  }

  #pseudoElement(compound: Compound, name: string): void {
    this.#specificity += 1;
    const inside = Object.hasOwn(PARTS_OF_INPUTS, name) ? PARTS_OF_INPUTS[name] : undefined;
    if (inside !== undefined) compound.any.push(parseList(inside, this.#depth + 1, true) ?? []);
    if (name === "before" || name === "after") this.#pseudo = name;
    else if (TEXT_PSEUDO.has(name) || inside !== undefined) {
      this.#pseudo = "text";
      compound.undecided = true;
    } else {
      // Chromium takes every ::-webkit- name for valid, and drops a rule with ::-moz- or ::-ms-.
      if (/^-(?:moz|ms|o)-/.test(name)) this.#valid = false;
      compound.never = true;
    }
  }

  #pseudoClass(compound: Compound, name: string, argument: string | undefined): void {
    if (name === "is" || name === "where" || name === "-webkit-any" || name === "matches") {
      return this.#lists(compound.any, argument, name !== "where");
    }
    if (name === "not") return this.#lists(compound.not, argument, true);
    if (name === "has") return this.#lists(compound.has, argument?.replaceAll(/(^|,)\s*[>+~]\s*/g, "$1"), true);
    this.#specificity += 1000;
    const attribute = BY_ATTRIBUTE[name];
    if (name === "root" || name === "scope") compound.tag = "html";
    else if (attribute !== undefined) {
      compound.attributes.push({ name: attribute, operator: "", value: "", ignoreCase: false });
    } else if (name === "enabled") compound.undecided = true;
    else if (NEVER.has(name)) compound.never = true;
    else if (UNDECIDED.has(name)) compound.undecided = true;
    else this.#valid = false;
  }

  #lists(into: Selector[][], argument: string | undefined, counts: boolean): void {
    const list = parseList(argument ?? "", this.#depth + 1, true);
    if (list === undefined) {
      this.#valid = false;
      return;
    }
    into.push(list);
    if (counts) this.#specificity += Math.max(0, ...list.map(({ specificity }) => specificity));
  }
}

function combinatorOf(text: string | undefined): Combinator {
  return text === ">" || text === "+" || text === "~" ? text : " ";
}

function operatorOf(text: string): AttributeTest["operator"] {
  switch (text) {
    case "=":
    case "~=":
    case "|=":
    case "^=":
    case "$=":
    case "*=":
      return text;
    default:
      return "";
  }
}

const weaker = (a: Match, b: Match): Match => (a === "no" || b === "no" ? "no" : a === "maybe" ? a : b);

/** Steps that one match may take: a selector with many ancestors could take their product (an attack). */
const STEPS = 5000;
/** Of the match that is under way: its steps, and whether it looked at more than the element and its ancestors. */
const context = { steps: 0, looked: false };

/** Whether the last match rests on elements that other pages may add to. */
export function lookedAround(): boolean {
  return context.looked;
}

/** Whether the selector's subject can be that element, as far as the outline tells. */
export function matches(selector: Selector, element: Matchable): Match {
  context.steps = 0;
  context.looked = false;
  return matchFrom(selector, 0, element);
}

function matchFrom(selector: Selector, index: number, element: Matchable): Match {
  const compound = selector.compounds[index];
  if (compound === undefined) return "yes";
  const own = matchCompound(compound, element);
  if (own === "no" || index === selector.compounds.length - 1) return own;
  const combinator = selector.combinators[index];
  const left = combinator === "+" || combinator === "~" ? sibling(selector, index + 1, element) : "yes";
  if (left === "no" || left === "maybe") return left;
  return weaker(own, ancestors(selector, index, element));
}

/** The best match of what stands left of `compounds[index]` among the element's ancestors. */
function ancestors(selector: Selector, index: number, element: Matchable): Match {
  let best: Match = "no";
  for (let ancestor = element.parent; ancestor !== undefined; ancestor = ancestor.parent) {
    context.steps += 1;
    if (context.steps > STEPS) return "maybe";
    const found = matchFrom(selector, index + 1, ancestor);
    if (found === "yes") return found;
    if (found === "maybe") best = found;
    if (selector.combinators[index] === ">") break;
  }
  return best;
}

/** The outline knows the children of a parent, not their order. What stands to the left of both is an ancestor of both. */
function sibling(selector: Selector, index: number, element: Matchable): Match {
  const compound = selector.compounds[index];
  if (compound === undefined || compound.never || !hasSibling(compound, element)) return "no";
  if (index === selector.compounds.length - 1) return "maybe";
  const combinator = selector.combinators[index];
  if (combinator === "+" || combinator === "~") return sibling(selector, index + 1, element);
  return ancestors(selector, index, element) === "no" ? "no" : "maybe";
}

function hasSibling(compound: Compound, element: Matchable): boolean {
  context.looked = true;
  for (const other of element.parent?.children.values() ?? []) {
    context.steps += 1;
    if (context.steps > STEPS || matchCompound(compound, other) !== "no") return true;
  }
  return false;
}

function matchCompound(compound: Compound, element: Matchable): Match {
  if (compound.never) return "no";
  if (compound.tag !== undefined && compound.tag !== element.tag) return "no";
  if (!compound.ids.every((id) => id === element.id)) return "no";
  if (!compound.classes.every((name) => element.classes.has(name))) return "no";
  if (!compound.attributes.every((test) => element.passes(test))) return "no";
  let result: Match = compound.undecided ? "maybe" : "yes";
  for (const list of compound.any) result = weaker(result, matchAny(list, element));
  for (const list of compound.not) result = weaker(result, negated(matchAny(list, element)));
  for (const list of compound.has) result = weaker(result, hasAny(list, element));
  return result;
}

function matchAny(list: readonly Selector[], element: Matchable): Match {
  let best: Match = "no";
  for (const selector of list) {
    const found = matchFrom(selector, 0, element);
    if (found === "yes") return found;
    if (found === "maybe") best = found;
  }
  return best;
}

/** Whether what `:has()` asks for is near: where exactly, and whether on this very page, is not known. */
function hasAny(list: readonly Selector[], element: Matchable): Match {
  context.looked = true;
  const pending: Matchable[] = [...(element.parent?.children.values() ?? []), ...element.children.values()];
  for (let near = pending.pop(); near !== undefined; near = pending.pop()) {
    context.steps += 1;
    if (context.steps > STEPS || matchAny(list, near) !== "no") return "maybe";
    pending.push(...(near.parent === element.parent ? [] : near.children.values()));
  }
  return "no";
}

function negated(match: Match): Match {
  return match === "yes" ? "no" : match === "no" ? "yes" : "maybe";
}

/** Whether an attribute's value passes a test. */
export function passesTest({ operator, value, ignoreCase }: AttributeTest, actual: string): boolean {
  const left = ignoreCase ? actual.toLowerCase() : actual;
  const right = ignoreCase ? value.toLowerCase() : value;
  switch (operator) {
    case "":
      return true;
    case "=":
      return left === right;
    case "~=":
      return right !== "" && left.split(/[\t\n\f\r ]+/).includes(right);
    case "|=":
      return left === right || left.startsWith(`${right}-`);
    case "^=":
      return right !== "" && left.startsWith(right);
    case "$=":
      return right !== "" && left.endsWith(right);
    case "*=":
      return right !== "" && left.includes(right);
    default:
      return false;
  }
}

/** Calls `visit` for every compound of a selector, those in `:is()` and `:not()` too. */
export function eachCompound(selector: Selector, visit: (compound: Compound) => void): void {
  for (const compound of selector.compounds) {
    visit(compound);
    for (const list of [...compound.any, ...compound.not, ...compound.has])
      for (const inner of list) eachCompound(inner, visit);
  }
}
