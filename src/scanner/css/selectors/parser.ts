import { unescapeCss } from "../syntax.js";
import { functionEnd, splitCommas } from "../values.js";
import { wordSet } from "../../../io/text/word-set.js";
import { BY_ATTRIBUTE, NEVER, PARTS_OF_INPUTS, TEXT_PSEUDO, UNDECIDED } from "./pseudo-classes.js";
import type { Combinator, Compound, Selector } from "./types.js";

/** Attributes whose values selectors compare without case (HTML §4.16.2). */
const CASELESS = wordSet(`
  accept accept-charset align alink axis bgcolor charset checked clear codetype color compact declare defer dir
  direction disabled enctype face frame hreflang http-equiv lang language link media method multiple nohref
  noresize noshade nowrap readonly rel rev rules scope scrolling selected shape target text type valign
  valuetype vlink
`);

/** Beyond this a list is an attack: nesting multiplies selectors. */
const MAX_LENGTH = 50_000;
const MAX_DEPTH = 16;

/** What selectors are nested in. */
export interface Nesting {
  /** What `&` stands for: the selectors of the rule around, or the roots of an `@scope`. */
  readonly list: readonly Selector[];
  readonly specificity: number;
  /** `:scope` is the same. */
  readonly isScope: boolean;
}

/** What `&` stands for in a rule with these selectors: a pseudo-element can't be in it (CSS Nesting 1 §3.3). */
export function nestingIn(selectors: readonly Selector[]): Nesting {
  return {
    list: selectors.filter(({ pseudo }) => pseudo === ""),
    specificity: mostSpecific(selectors),
    isScope: false,
  };
}

/** Parses a selector list; undefined when it is invalid, which makes a browser drop the rule. */
export function parseSelectors(text: string, nesting?: Nesting): Selector[] | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const selectors: Selector[] = [];
  for (const part of splitCommas(text)) {
    const selector = new SelectorParser(part.trim(), { depth: 0, nesting }).parse(nesting && "nesting");
    if (selector === undefined) return undefined;
    selectors.push(selector);
  }
  return selectors;
}

function mostSpecific(list: readonly Selector[]): number {
  return list.reduce((most, { specificity }) => Math.max(most, specificity), 0);
}

/** Where a selector stands that is parsed. */
interface Place {
  /** Parentheses around it. */
  readonly depth: number;
  readonly nesting: Nesting | undefined;
}

/** The beginning of a selector that is left out. */
type Implied =
  /** `&` and a space, where there is no `&`; or `&` before a combinator. */
  | "nesting"
  /** The element that has `:has()`, before a combinator or not: what is near it is looked at in any case. */
  | "near";

const IDENT = /(?:[-\w\u0080-\uffff]|\\[0-9a-fA-F]{1,6}[\t\n\f\r ]?|\\[^\n])+/y;
const ATTRIBUTE =
  /\[\s*(?:[-\w*]*\|)?((?:[-\w\u0080-\uffff]|\\[^])+)\s*(?:([~|^$*]?=)\s*("(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*'|(?:[^\s\]"'\\]|\\[^])+)\s*([isIS])?\s*)?\]/y;
const LEADING = /\s*([>+~])\s*/y;
const COMBINATOR = /\s*([>+~])\s*|\s+/y;

export function emptyCompound(): Compound {
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
  readonly #place: Place;
  #at = 0;
  #pseudo: Selector["pseudo"] = "";
  /** It has a pseudo-element, of whatever kind. */
  hasPseudoElement = false;
  hasNesting = false;
  #specificity = 0;
  #valid = true;

  constructor(text: string, place: Place) {
    this.#text = text;
    this.#place = place;
  }

  parse(implied?: Implied): Selector | undefined {
    const compounds: Compound[] = [];
    const combinators: Combinator[] = [];
    const leading = implied === undefined ? undefined : this.#match(LEADING);
    const implies = leading !== undefined && implied === "nesting";
    if (implies) {
      compounds.push(this.#nestingSelector(emptyCompound()));
      combinators.push(combinatorOf(leading[1]));
    }
    while (this.#at < this.#text.length) {
      const compound = this.#compound();
      if (compound === undefined || !this.#valid) return undefined;
      compounds.push(compound);
      if (this.#at >= this.#text.length) break;
      const combinator = this.#match(COMBINATOR);
      // A pseudo-element is the end.
      if (combinator === undefined || this.#at >= this.#text.length || this.hasPseudoElement) return undefined;
      combinators.push(combinatorOf(combinator[1]));
    }
    if (compounds.length <= (implies ? 1 : 0)) return undefined;
    compounds.reverse();
    combinators.reverse();
    if (implied === "nesting" && !this.hasNesting) {
      compounds.push(this.#nestingSelector(emptyCompound()));
      combinators.push(" ");
    }
    return { compounds, combinators, pseudo: this.#pseudo, specificity: this.#specificity };
  }

  /** An `&`: as `:is()` of what is around, outside of all rules the root element (CSS Nesting 1 §3.3). */
  #nestingSelector(compound: Compound): Compound {
    this.hasNesting = true;
    const { nesting } = this.#place;
    if (nesting === undefined) compound.tag ??= "html";
    else {
      addNesting(compound, nesting.list);
      this.#count(nesting.specificity);
    }
    return compound;
  }

  /** Adds to the specificity, each part of which stays at 255 (as in Blink). */
  #count(specificity: number): void {
    const sum = this.#specificity + specificity;
    const [ids, classes, types] = [Math.floor(sum / 1_000_000), Math.floor(sum / 1000) % 1000, sum % 1000];
    this.#specificity = Math.min(255, ids) * 1_000_000 + Math.min(255, classes) * 1000 + Math.min(255, types);
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
      else if (char === "&") {
        this.#at += 1;
        this.#nestingSelector(compound);
      } else break;
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
    this.#count(1);
  }

  #named(into: string[], specificity: number): void {
    this.#at += 1;
    const name = this.#ident();
    if (name === undefined) this.#valid = false;
    else into.push(name);
    this.#count(specificity);
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
      operator,
      value: unescapeCss(value),
      ignoreCase: flag === "" ? CASELESS.has(name) : flag.toLowerCase() === "i",
    });
    this.#count(1000);
  }

  /** What stands between the parentheses of a functional pseudo-class. */
  #argument(): string | undefined {
    if (this.#text[this.#at] !== "(") return undefined;
    const start = this.#at + 1;
    const end = functionEnd(this.#text, this.#at);
    this.#at = end + 1;
    return this.#text.slice(start, end);
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
    this.#count(1);
    this.hasPseudoElement = true;
    const inside = Object.hasOwn(PARTS_OF_INPUTS, name) ? PARTS_OF_INPUTS[name] : undefined;
    if (inside !== undefined) compound.any.push(parseSelectors(inside) ?? []);
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
    if (name === "is" || name === "where") return this.#forgiving(compound, argument, name);
    if (name === "-webkit-any") return this.#lists(compound.any, argument);
    if (name === "not") return this.#lists(compound.not, argument);
    if (name === "has") return this.#lists(compound.has, argument, "near");
    this.#count(1000);
    const { nesting } = this.#place;
    if (name === "scope" && nesting?.isScope === true) {
      this.hasNesting = true;
      return addNesting(compound, nesting.list);
    }
    const of = /^nth-(?:last-)?child$/.test(name) ? /^[-+\w\s]*?\sof\s/i.exec(argument ?? "")?.[0] : undefined;
    if (of !== undefined) this.#lists(compound.any, argument?.slice(of.length));
    const attribute = BY_ATTRIBUTE[name];
    if (name === "root" || name === "scope") compound.tag = "html";
    else if (attribute !== undefined) {
      compound.attributes.push({ name: attribute, operator: "", value: "", ignoreCase: false });
    } else if (name === "enabled") compound.undecided = true;
    else if (NEVER.has(name)) compound.never = true;
    else if (UNDECIDED.has(name)) compound.undecided = true;
    else this.#valid = false;
  }

  /** Adds the list in parentheses, whose most specific selector counts. */
  #lists(into: (readonly Selector[])[], argument: string | undefined, implied?: Implied): void {
    const list = this.#list(argument, false, implied);
    if (list === undefined) return;
    into.push(list);
    this.#count(mostSpecific(list));
  }

  /** A list that forgives what is invalid in it; `:where()` counts for nothing. */
  #forgiving(compound: Compound, argument: string | undefined, name: "is" | "where"): void {
    const list = this.#list(argument, true);
    if (list === undefined) return;
    compound.any.push(list);
    if (list.every(isNever)) compound.never = true;
    if (name === "is") this.#count(mostSpecific(list));
  }

  /** The list in parentheses; undefined, and the selector invalid, where it is. */
  #list(argument: string | undefined, forgiving: boolean, implied?: Implied): Selector[] | undefined {
    const place: Place = { ...this.#place, depth: this.#place.depth + 1 };
    const selectors: Selector[] = [];
    for (const part of place.depth > MAX_DEPTH ? [] : splitCommas(argument ?? "")) {
      const parser = new SelectorParser(part.trim(), place);
      const selector = parser.parse(implied);
      this.hasNesting ||= parser.hasNesting;
      if (selector !== undefined && !parser.hasPseudoElement) selectors.push(selector);
      else if (!forgiving) this.#valid = false;
    }
    if (place.depth > MAX_DEPTH || argument === undefined) this.#valid = false;
    return this.#valid ? selectors : undefined;
  }
}

/** Whether no element that has just been loaded is like that. */
export function isNever({ compounds }: Selector): boolean {
  return compounds.some(({ never }) => never);
}

/**
 * Has a compound stand for what one of a list stands for. The subject of a
 * list of one is in the compound itself, so that an index finds it.
 */
function addNesting(compound: Compound, list: readonly Selector[]): void {
  const [only] = list;
  const subject = list.length === 1 ? only?.compounds[0] : undefined;
  if (list.every(isNever)) compound.never = true;
  if (subject !== undefined) {
    for (const id of subject.ids) if (!compound.ids.includes(id)) compound.ids.push(id);
    for (const name of subject.classes.slice(0, 8)) if (!compound.classes.includes(name)) compound.classes.push(name);
  }
  if (!compound.any.includes(list)) compound.any.push(list);
}

function combinatorOf(text: string | undefined): Combinator {
  return text === ">" || text === "+" || text === "~" ? text : " ";
}
