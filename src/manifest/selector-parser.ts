import { unescapeCss } from "./css-syntax.js";
import { splitCommas } from "./media.js";
import { BY_ATTRIBUTE, NEVER, PARTS_OF_INPUTS, TEXT_PSEUDO, UNDECIDED } from "./pseudo.js";
import type { AttributeTest, Combinator, Compound, Selector } from "./selector.js";

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
