import { wordSet } from "../../../io/text/word-set.js";
import { unescapeCss } from "../syntax.js";
import { functionEnd } from "../values.js";
import type { AttributeTest } from "./types.js";

/** Attributes whose values selectors compare without case (HTML §4.16.2). */
const CASELESS = wordSet(`
  accept accept-charset align alink axis bgcolor charset checked clear codetype color compact declare defer dir
  direction disabled enctype face frame hreflang http-equiv lang language link media method multiple nohref
  noresize noshade nowrap readonly rel rev rules scope scrolling selected shape target text type valign
  valuetype vlink
`);

const IDENT = /(?:[-\w\u0080-\uffff]|\\[0-9a-fA-F]{1,6}[\t\n\f\r ]?|\\[^\n])+/y;
const ATTRIBUTE =
  /\[\s*(?:[-\w*]*\|)?((?:[-\w\u0080-\uffff]|\\[^])+)\s*(?:([~|^$*]?=)\s*("(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*'|(?:[^\s\]"'\\]|\\[^])+)\s*([isIS])?\s*)?\]/y;

/** A position in a selector, and the tokens that may stand there. */
export class SelectorCursor {
  readonly text: string;
  position = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** The character here; undefined at the end. */
  get char(): string | undefined {
    return this.text[this.position];
  }

  /** @param pattern a sticky one */
  match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.position;
    const match = pattern.exec(this.text);
    if (match === null) return undefined;
    this.position += match[0].length;
    return match;
  }

  ident(): string | undefined {
    const match = this.match(IDENT);
    return match === undefined ? undefined : unescapeCss(match[0]);
  }

  attribute(): AttributeTest | undefined {
    const match = this.match(ATTRIBUTE);
    if (match === undefined) return undefined;
    const [, rawName = "", operator = "", raw = "", flag = ""] = match;
    const name = unescapeCss(rawName).toLowerCase();
    const value = /^["']/.test(raw) ? raw.slice(1, -1) : raw;
    const ignoreCase = flag === "" ? CASELESS.has(name) : flag.toLowerCase() === "i";
    return { name, operator, value: unescapeCss(value), ignoreCase };
  }

  /** What stands between the parentheses of a functional pseudo-class. */
  argument(): string | undefined {
    if (this.char !== "(") return undefined;
    const start = this.position + 1;
    const end = functionEnd(this.text, this.position);
    this.position = end + 1;
    return this.text.slice(start, end);
  }
}
