import { decodeHTMLAttribute } from "entities/decode";

import { hashByte, type TagName, tagName, tagNamed } from "./tag-name.js";
import { BEYOND, isSpace, kindsOfText, SHOWN } from "./text.js";

/** What `HtmlLexer.next` stopped at. */
export type HtmlToken = "start" | "end" | "eof";

const SPACE = 0x20;
const BANG = 0x21;
const DOUBLE_QUOTE = 0x22;
const SINGLE_QUOTE = 0x27;
const DASH = 0x2d;
const SLASH = 0x2f;
const LESS = 0x3c;
const EQUALS = 0x3d;
const GREATER = 0x3e;
const QUESTION = 0x3f;

/** What ends a name in a tag: white space, `/`, `>`, and `=` after the name of an attribute. */
const NAME_END = 1;
const ATTRIBUTE_END = 2;
const TAG = new Uint8Array(256);
for (const code of [SPACE, 0x09, 0x0a, 0x0c, 0x0d, SLASH, GREATER]) TAG[code] = NAME_END | ATTRIBUTE_END;
TAG[EQUALS] = ATTRIBUTE_END;

/** Numbers kept for each attribute: hash of its name, its name's start and end, its value's start and end. */
const FIELDS = 5;

function isLetter(code: number): boolean {
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}

/**
 * The tags of an HTML document, one after another, as the HTML standard's
 * tokenizer finds them (§13.2.5). It goes over the bytes, as the syntax is
 * ASCII, and makes no string but for a value that is asked for: this is what
 * makes it many times as fast as a general parser.
 */
export class HtmlLexer {
  /** In UTF-8. */
  readonly bytes: Buffer;
  /** The same bytes. */
  readonly view: DataView;
  /** Name of the tag. */
  tag: TagName = tagNamed("html");
  /** Where the tag's `<` is. */
  start = 0;
  /** Where the text before this tag began. */
  textStart = 0;
  /** Whether that text has anything but white space, comments apart. */
  hasText = false;
  /** Whether it may have characters beyond ASCII. */
  hasBeyond = false;
  selfClosing = false;
  /** Set while in SVG or MathML, where CDATA sections exist. */
  foreign = false;
  /** Set where it does not matter what text there is: `hasText` and `hasBeyond` are then false. */
  ignoresText = false;
  /** Where the next token is looked for. */
  position = 0;
  /** Number of attributes of the tag. */
  attributeCount = 0;

  #attributes = new Int32Array(64 * FIELDS);
  #dashes = -1;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** Moves to the next start or end tag. */
  next(): HtmlToken {
    const { bytes } = this;
    const { length } = bytes;
    let flags = 0;
    this.textStart = this.position;
    for (;;) {
      let at = this.position;
      while (at < length && bytes[at] !== LESS) at += 1;
      if (!this.ignoresText) flags |= kindsOfText(bytes, this.position, at);
      this.hasText = (flags & SHOWN) !== 0;
      this.hasBeyond = (flags & BEYOND) !== 0;
      if (at >= length) return this.#end();
      this.start = at;
      const code = bytes[at + 1] ?? 0;
      if (isLetter(code)) return this.#tagAt(at + 1) ? "start" : this.#end();
      if (code === SLASH && isLetter(bytes[at + 2] ?? 0)) return this.#tagAt(at + 2) ? "end" : this.#end();
      this.position = this.#afterMarkup(at, code);
      if (this.position === at + 1) flags |= SHOWN;
    }
  }

  /** A part of the document, as it stands. */
  slice(start: number, end: number): string {
    return this.bytes.toString("utf8", start, end);
  }

  /**
   * Passes over the raw text of the element whose start tag was read last
   * (RAWTEXT, RCDATA and script data, §13.2.5.2 on), up to its end tag, and
   * returns where that text ends.
   */
  rawText(): number {
    this.position = this.tag === SCRIPT ? this.#scriptEnd() : this.#endTag(this.tag, this.position);
    return this.position;
  }

  /** Hash of the name of the attribute at `index`, and the places of its name and its value. */
  hashAt(index: number): number {
    return this.#attributes[index * FIELDS] ?? 0;
  }

  valueStart(index: number): number {
    return this.#attributes[index * FIELDS + 3] ?? 0;
  }

  valueEnd(index: number): number {
    return this.#attributes[index * FIELDS + 4] ?? 0;
  }

  /** A number that few other values of that attribute have: of its length and four of its bytes. */
  valueMark(index: number): number {
    return markOf(this.bytes, this.valueStart(index), this.valueEnd(index));
  }

  /** Value of the attribute at `index`, decoded. */
  valueAt(index: number): string {
    const raw = this.bytes.toString("utf8", this.valueStart(index), this.valueEnd(index));
    const value = raw.includes("\0") ? raw.replaceAll("\0", "\ufffd") : raw;
    return value.includes("&") ? decodeHTMLAttribute(value) : value;
  }

  /** Value of the first attribute of that lower-case name, as the standard's duplicates rule has it. */
  attribute(name: string): string | undefined {
    if (this.attributeCount === 0) return undefined;
    const wanted = attributeNamed(name);
    for (let index = 0; index < this.attributeCount; index += 1) {
      if (this.hashAt(index) !== wanted.hash) continue;
      const at = index * FIELDS;
      if (wanted.is(this.bytes, this.#attributes[at + 1] ?? 0, this.#attributes[at + 2] ?? 0))
        return this.valueAt(index);
    }
    return undefined;
  }

  #end(): HtmlToken {
    this.position = this.bytes.length;
    this.start = this.position;
    return "eof";
  }

  /** Reads the tag whose name begins at `from`; false when the text ends first, and with it the tag (eof-in-tag). */
  #tagAt(from: number): boolean {
    const { bytes } = this;
    const { length } = bytes;
    let hash = 0;
    let at = from;
    for (; at < length; at += 1) {
      const code = bytes[at] ?? 0;
      if (((TAG[code] ?? 0) & NAME_END) !== 0) break;
      hash = hashByte(hash, code);
    }
    this.tag = tagName(bytes, from, at, hash);
    this.attributeCount = 0;
    this.selfClosing = false;
    this.position = at + 1;
    return bytes[at] === GREATER || this.#readAttributes(at);
  }

  #readAttributes(from: number): boolean {
    const { bytes } = this;
    const { length } = bytes;
    let at = from;
    let slash = false;
    while (at < length) {
      const code = bytes[at] ?? 0;
      if (code === GREATER) {
        this.selfClosing = slash;
        this.position = at + 1;
        return true;
      }
      if (code === SLASH || isSpace(code)) {
        slash = code === SLASH;
        at += 1;
        continue;
      }
      slash = false;
      at = this.#readAttribute(at);
    }
    this.attributeCount = 0;
    return false;
  }

  /** Reads the attribute that begins at `from`, and returns where the next thing is. */
  #readAttribute(from: number): number {
    const { bytes } = this;
    const { length } = bytes;
    // An attribute may begin with "=", which is then part of its name.
    let hash = hashByte(0, bytes[from] ?? 0);
    let at = from + 1;
    for (; at < length; at += 1) {
      const code = bytes[at] ?? 0;
      if (((TAG[code] ?? 0) & ATTRIBUTE_END) !== 0) break;
      hash = hashByte(hash, code);
    }
    const nameEnd = at;
    if (bytes[at] !== EQUALS) while (at < length && isSpace(bytes[at])) at += 1;
    if (bytes[at] !== EQUALS) {
      this.#record(hash, from, nameEnd, nameEnd, nameEnd);
      return at;
    }
    at += 1;
    while (at < length && isSpace(bytes[at])) at += 1;
    const quote = bytes[at];
    if (quote === DOUBLE_QUOTE || quote === SINGLE_QUOTE) {
      const start = at + 1;
      for (at = start; at < length && bytes[at] !== quote;) at += 1;
      this.#record(hash, from, nameEnd, start, at);
      return at + 1;
    }
    const start = at;
    for (; at < length; at += 1) {
      const code = bytes[at];
      if (code === GREATER || isSpace(code)) break;
    }
    this.#record(hash, from, nameEnd, start, at);
    return at;
  }

  #record(hash: number, nameStart: number, nameEnd: number, valueStart: number, valueEnd: number): void {
    const at = this.attributeCount * FIELDS;
    this.attributeCount += 1;
    if (at >= this.#attributes.length) {
      const grown = new Int32Array(this.#attributes.length * 2);
      grown.set(this.#attributes);
      this.#attributes = grown;
    }
    const attributes = this.#attributes;
    attributes[at] = hash;
    attributes[at + 1] = nameStart;
    attributes[at + 2] = nameEnd;
    attributes[at + 3] = valueStart;
    attributes[at + 4] = valueEnd;
  }

  #indexOf(wanted: Buffer | number, from: number): number {
    const found = this.bytes.indexOf(wanted, from);
    return found < 0 ? this.bytes.length : found;
  }

  #startsWith(text: string, at: number): boolean {
    return this.bytes.toString("latin1", at, at + text.length) === text;
  }

  /** Where to go on after a `<` that begins no tag: a comment, a declaration, or nothing. */
  #afterMarkup(open: number, code: number): number {
    const { bytes } = this;
    if (code === BANG && bytes[open + 2] === DASH && bytes[open + 3] === DASH) return this.#commentEnd(open + 4);
    if (code === BANG && this.foreign && this.#startsWith("[CDATA[", open + 2)) {
      return Math.min(this.#indexOf(CDATA_END, open + 9) + 3, bytes.length);
    }
    if (code === BANG || code === QUESTION || code === SLASH) {
      return Math.min(this.#indexOf(GREATER, open + 2) + 1, bytes.length);
    }
    return open + 1;
  }

  /** A comment ends at `-->`, at `--!>`, and at once in `<!-->` and `<!--->` (§13.2.5.43 on). */
  #commentEnd(from: number): number {
    const { bytes } = this;
    if (bytes[from] === GREATER) return from + 1;
    if (bytes[from] === DASH && bytes[from + 1] === GREATER) return from + 2;
    for (let at = this.#indexOf(DASHES, from); at < bytes.length; at = this.#indexOf(DASHES, at + 1)) {
      const code = bytes[at + 2];
      if (code === GREATER) return at + 3;
      if (code === BANG && bytes[at + 3] === GREATER) return at + 4;
    }
    return bytes.length;
  }

  /** Where `</name` with a proper end begins, from `from` on. */
  #endTag(tag: TagName, from: number): number {
    const { bytes } = this;
    for (let at = this.#indexOf(END_TAG, from); at < bytes.length; at = this.#indexOf(END_TAG, at + 2)) {
      if (this.#isTag(at + 2, tag)) return at;
    }
    return bytes.length;
  }

  #isTag(at: number, tag: TagName): boolean {
    const end = at + tag.name.length;
    const after = this.bytes[end];
    return (after === GREATER || after === SLASH || isSpace(after)) && tag.is(this.bytes, at, end);
  }

  /**
   * Where a script ends. Between `<!--` and `-->` a `<script` makes the next
   * `</script` part of the text: "double escaped" (§13.2.5.15 on).
   */
  #scriptEnd(): number {
    const end = this.#endTag(SCRIPT, this.position);
    // Looked for up to there alone: a search to the document's end, once a script, would be quadratic.
    const comment = this.bytes.subarray(this.position, end).indexOf(COMMENT);
    return comment < 0 ? end : this.#escapedScriptEnd(this.position + comment);
  }

  #escapedScriptEnd(from: number): number {
    const { bytes } = this;
    let state: "data" | "escaped" | "double" = "data";
    let close = -1;
    for (let at = this.#indexOf(LESS, from); at < bytes.length; at = this.#indexOf(LESS, at + 1)) {
      if (state !== "data" && close < at) state = "data";
      if (state === "data" && this.#startsWith("!--", at + 1)) {
        close = this.#dashesFrom(at + 2);
        state = "escaped";
        continue;
      }
      const isEnd = bytes[at + 1] === SLASH;
      if (!this.#isTag(isEnd ? at + 2 : at + 1, SCRIPT)) continue;
      if (isEnd && state !== "double") return at;
      if (state !== "data") state = isEnd ? "escaped" : "double";
    }
    return bytes.length;
  }

  /** Where the next `-->` is. Remembered, so that many scripts before one far `-->` stay linear. */
  #dashesFrom(from: number): number {
    if (this.#dashes < from) this.#dashes = this.#indexOf(COMMENT_END, from);
    return this.#dashes;
  }
}

const SCRIPT = tagNamed("script");

/** See `HtmlLexer.valueMark`. */
export function markOf(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  if (length <= 0) return 0;
  const outer = Math.imul((bytes[start] ?? 0) + 31 * (bytes[end - 1] ?? 0), 1009);
  const inner = (bytes[start + (length >> 1)] ?? 0) + 37 * (bytes[end - 1 - (length >> 2)] ?? 0);
  return (outer + Math.imul(inner, 9176) + length * 101) & 0xffff;
}

const names = new Map<string, TagName>();

/** One of the few attribute names that are asked for. */
function attributeNamed(name: string): TagName {
  let known = names.get(name);
  if (known === undefined) {
    known = tagNamed(name);
    names.set(name, known);
  }
  return known;
}

const END_TAG = Buffer.from("</");
const COMMENT = Buffer.from("<!--");
const DASHES = Buffer.from("--");
const COMMENT_END = Buffer.from("-->");
const CDATA_END = Buffer.from("]]>");
