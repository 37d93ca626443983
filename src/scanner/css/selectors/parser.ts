import { splitCommas } from "../values.js";
import { addNesting, emptyCompound, isNever, mostSpecific, type Nesting } from "./nesting.js";
import {
  BY_ATTRIBUTE,
  byInheritedAttribute,
  NEVER,
  PARTS_OF_INPUTS,
  TEXT_PSEUDO,
  UNDECIDED,
} from "./pseudo-classes.js";
import { SelectorCursor } from "./selector-cursor.js";
import type { Combinator, Compound, Selector } from "./types.js";

/** Beyond this a list is an attack: nesting multiplies selectors. */
const MAX_LENGTH = 50_000;
const MAX_DEPTH = 16;

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

const LEADING = /\s*([>+~])\s*/y;
const COMBINATOR = /\s*([>+~])\s*|\s+/y;

class SelectorParser {
  readonly #cursor: SelectorCursor;
  readonly #place: Place;
  #pseudo: Selector["pseudo"] = "";
  /** It has a pseudo-element, of whatever kind. */
  hasPseudoElement = false;
  hasNesting = false;
  #specificity = 0;
  #valid = true;

  constructor(text: string, place: Place) {
    this.#cursor = new SelectorCursor(text);
    this.#place = place;
  }

  parse(implied?: Implied): Selector | undefined {
    const compounds: Compound[] = [];
    const combinators: Combinator[] = [];
    const leading = implied === undefined ? undefined : this.#cursor.match(LEADING);
    const implies = leading !== undefined && implied === "nesting";
    if (implies) {
      compounds.push(this.#nestingSelector(emptyCompound()));
      combinators.push(combinatorOf(leading[1]));
    }
    while (this.#cursor.char !== undefined) {
      const compound = this.#compound();
      if (compound === undefined || !this.#valid) return undefined;
      compounds.push(compound);
      if (this.#cursor.char === undefined) break;
      const combinator = this.#cursor.match(COMBINATOR);
      // A pseudo-element is the end.
      if (combinator === undefined || this.#cursor.char === undefined || this.hasPseudoElement) return undefined;
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

  #compound(): Compound | undefined {
    const compound = emptyCompound();
    const start = this.#cursor.position;
    this.#typeSelector(compound);
    while (this.#cursor.char !== undefined && this.#valid) {
      const { char } = this.#cursor;
      if (char === ".") this.#named(compound.classes, 1000);
      else if (char === "#") this.#named(compound.ids, 1_000_000);
      else if (char === "[") this.#attribute(compound);
      else if (char === ":") this.#pseudoSelector(compound);
      else if (char === "&") {
        this.#cursor.position += 1;
        this.#nestingSelector(compound);
      } else break;
    }
    return this.#cursor.position === start ? undefined : compound;
  }

  #typeSelector(compound: Compound): void {
    const namespace = /(?:[-\w]*|\*)\|(?!=)/y;
    this.#cursor.match(namespace);
    if (this.#cursor.char === "*") {
      this.#cursor.position += 1;
      return;
    }
    const name = this.#cursor.ident();
    if (name === undefined) return;
    compound.tag = name.toLowerCase();
    this.#count(1);
  }

  #named(into: string[], specificity: number): void {
    this.#cursor.position += 1;
    const name = this.#cursor.ident();
    if (name === undefined) this.#valid = false;
    else into.push(name);
    this.#count(specificity);
  }

  #attribute(compound: Compound): void {
    const test = this.#cursor.attribute();
    if (test === undefined) this.#valid = false;
    else compound.attributes.push(test);
    this.#count(1000);
  }

  #pseudoSelector(compound: Compound): void {
    const isElement = this.#cursor.text.startsWith("::", this.#cursor.position);
    this.#cursor.position += isElement ? 2 : 1;
    const name = this.#cursor.ident()?.toLowerCase();
    if (name === undefined) {
      this.#valid = false;
      return;
    }
    const argument = this.#cursor.argument();
    const old = name === "before" || name === "after" || name === "first-line" || name === "first-letter";
    if (isElement || old) this.#pseudoElement(compound, name);
    else this.#pseudoClass(compound, name, argument);
  }

  #pseudoElement(compound: Compound, name: string): void {
    this.#count(1);
    this.hasPseudoElement = true;
    const inside = PARTS_OF_INPUTS.get(name);
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
    const attribute = BY_ATTRIBUTE.get(name);
    const inherited = argument === undefined ? undefined : byInheritedAttribute(name, argument);
    if (inherited !== undefined) compound.any.push(parseSelectors(inherited) ?? []);
    else if (name === "root" || name === "scope") compound.tag = "html";
    else if (attribute !== undefined) {
      compound.attributes.push({ name: attribute, operator: "", value: "", ignoreCase: false });
    } else if (name === "enabled") compound.undecided = true;
    else if (NEVER.has(name)) compound.never = true;
    else if (UNDECIDED.has(name)) {
      compound.undecided = true;
      compound.empty ||= name === "empty";
    } else this.#valid = false;
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

function combinatorOf(text: string | undefined): Combinator {
  return text === ">" || text === "+" || text === "~" ? text : " ";
}
