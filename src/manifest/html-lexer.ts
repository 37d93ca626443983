import { decodeHTMLAttribute } from "entities/decode";

/** What `HtmlLexer.next` stopped at. */
export type HtmlToken = "start" | "end" | "eof";

const TAB = 0x09;
const LF = 0x0a;
const FF = 0x0c;
const CR = 0x0d;
const SPACE = 0x20;
const BANG = 0x21;
const DOUBLE_QUOTE = 0x22;
const SINGLE_QUOTE = 0x27;
const SLASH = 0x2f;
const EQUALS = 0x3d;
const GREATER = 0x3e;
const QUESTION = 0x3f;

function isSpace(code: number): boolean {
  return code === SPACE || code === LF || code === TAB || code === CR || code === FF;
}

function isLetter(code: number): boolean {
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}

/**
 * The tags of an HTML text, one after another, as the HTML standard's
 * tokenizer finds them (§13.2.5). Everything between tags is skipped with
 * `indexOf`, and an attribute is sliced and decoded only when it is asked
 * for: this is what makes it many times as fast as a general parser.
 *
 * The text may be read one byte to a character (latin1): the syntax is
 * ASCII, and `decode` turns a value into characters when it has to.
 */
export class HtmlLexer {
  readonly text: string;
  /** Lower-case name of the tag. */
  name = "";
  /** Where the tag's `<` is. */
  start = 0;
  /** Where the text before this tag began. */
  textStart = 0;
  /** Whether that text has anything but white space, comments apart. */
  hasText = false;
  selfClosing = false;
  /** Set while in SVG or MathML, where CDATA sections exist. */
  foreign = false;
  /** Where the next token is looked for. */
  position = 0;
  /** Number of attributes of the tag. */
  attributeCount = 0;

  /** Four offsets for each attribute: its name's start and end, its value's start and end. */
  #offsets = new Int32Array(256);
  #dashes = -1;
  readonly #decode: (value: string) => string;

  constructor(text: string, decode: (value: string) => string) {
    this.text = text;
    this.#decode = decode;
  }

  /** Moves to the next start or end tag. */
  next(): HtmlToken {
    const { text } = this;
    this.textStart = this.position;
    this.hasText = false;
    for (;;) {
      const open = text.indexOf("<", this.position);
      if (open < 0) return this.#end();
      if (!this.hasText && open > this.position) this.hasText = this.#isText(this.position, open);
      const code = text.charCodeAt(open + 1);
      if (isLetter(code)) {
        this.start = open;
        this.#name(open + 1);
        if (!this.#attributes()) return this.#end();
        return "start";
      }
      if (code === SLASH && isLetter(text.charCodeAt(open + 2))) {
        this.start = open;
        this.#name(open + 2);
        if (!this.#attributes()) return this.#end();
        return "end";
      }
      this.position = this.#afterMarkup(open, code);
    }
  }

  /**
   * Passes over the raw text of the element whose start tag was read last
   * (RAWTEXT, RCDATA and script data, §13.2.5.2 on), up to its end tag, and
   * returns where that text ends.
   */
  rawText(name: string): number {
    const end = name === "script" ? this.#scriptEnd() : this.#endTag(name, this.position);
    this.position = end;
    this.textStart = end;
    return end;
  }

  /** Lower-case name of the attribute at `index`. */
  attributeName(index: number): string {
    const at = index * 4;
    return this.text.slice(this.#offsets[at], this.#offsets[at + 1]).toLowerCase();
  }

  /** Value of the attribute at `index`, decoded. */
  attributeValue(index: number): string {
    const at = index * 4;
    return this.#value(this.text.slice(this.#offsets[at + 2], this.#offsets[at + 3]));
  }

  /** Value of the first attribute of that lower-case name, as the standard's duplicates rule has it. */
  attribute(name: string): string | undefined {
    const { text } = this;
    const offsets = this.#offsets;
    const limit = this.attributeCount * 4;
    for (let at = 0; at < limit; at += 4) {
      const start = offsets[at] ?? 0;
      const end = offsets[at + 1] ?? 0;
      if (end - start === name.length && text.slice(start, end).toLowerCase() === name) {
        return this.#value(text.slice(offsets[at + 2], offsets[at + 3]));
      }
    }
    return undefined;
  }

  #value(raw: string): string {
    const decoded = this.#decode(raw);
    return decoded.includes("&") ? decodeHTMLAttribute(decoded) : decoded;
  }

  #isText(from: number, to: number): boolean {
    for (let at = from; at < to; at += 1) if (this.text.charCodeAt(at) > SPACE) return true;
    return false;
  }

  #end(): HtmlToken {
    this.position = this.text.length;
    this.start = this.text.length;
    return "eof";
  }

  #name(from: number): void {
    const { text } = this;
    let at = from;
    let upper = false;
    for (;;) {
      const code = text.charCodeAt(at);
      if (code <= SPACE ? isSpace(code) : code === GREATER || code === SLASH) break;
      if (code !== code) break;
      if (code >= 0x41 && code <= 0x5a) upper = true;
      at += 1;
    }
    const name = text.slice(from, at);
    this.name = upper ? name.toLowerCase() : name;
    this.position = at;
  }

  /** Reads up to the tag's `>`; false when the text ends first, and with it the tag (§13.2.5, eof-in-tag). */
  #attributes(): boolean {
    const { text } = this;
    const { length } = text;
    let at = this.position;
    let count = 0;
    let slash = false;
    while (at < length) {
      const code = text.charCodeAt(at);
      if (code === GREATER) {
        this.attributeCount = count;
        this.selfClosing = slash;
        this.position = at + 1;
        return true;
      }
      if (isSpace(code) || code === SLASH) {
        slash = code === SLASH;
        at += 1;
        continue;
      }
      slash = false;
      at = this.#oneAttribute(at, count);
      count += 1;
    }
    this.attributeCount = 0;
    return false;
  }

  /** Reads the attribute that begins at `from`, and returns where the next thing is. */
  #oneAttribute(from: number, index: number): number {
    const { text } = this;
    const { length } = text;
    // An attribute may begin with "=", which is then part of its name.
    let at = from + 1;
    for (; at < length; at += 1) {
      const code = text.charCodeAt(at);
      if (code === EQUALS || code === GREATER || code === SLASH || isSpace(code)) break;
    }
    const nameEnd = at;
    while (isSpace(text.charCodeAt(at))) at += 1;
    if (text.charCodeAt(at) !== EQUALS) {
      this.#record(index, from, nameEnd, nameEnd, nameEnd);
      return at;
    }
    at += 1;
    while (isSpace(text.charCodeAt(at))) at += 1;
    const quote = text.charCodeAt(at);
    if (quote === DOUBLE_QUOTE || quote === SINGLE_QUOTE) {
      const end = text.indexOf(quote === DOUBLE_QUOTE ? '"' : "'", at + 1);
      if (end < 0) return length;
      this.#record(index, from, nameEnd, at + 1, end);
      return end + 1;
    }
    const valueStart = at;
    for (; at < length; at += 1) {
      const code = text.charCodeAt(at);
      if (code === GREATER || isSpace(code)) break;
    }
    this.#record(index, from, nameEnd, valueStart, at);
    return at;
  }

  #record(index: number, nameStart: number, nameEnd: number, valueStart: number, valueEnd: number): void {
    const at = index * 4;
    if (at >= this.#offsets.length) {
      const grown = new Int32Array(this.#offsets.length * 2);
      grown.set(this.#offsets);
      this.#offsets = grown;
    }
    this.#offsets[at] = nameStart;
    this.#offsets[at + 1] = nameEnd;
    this.#offsets[at + 2] = valueStart;
    this.#offsets[at + 3] = valueEnd;
  }

  /** Where to go on after a `<` that begins no tag: a comment, a declaration, or nothing. */
  #afterMarkup(open: number, code: number): number {
    const { text } = this;
    if (code === BANG && text.startsWith("--", open + 2)) return this.#commentEnd(open + 4);
    if (code === BANG && this.foreign && text.startsWith("[CDATA[", open + 2)) {
      const end = text.indexOf("]]>", open + 9);
      return end < 0 ? text.length : end + 3;
    }
    if (code === BANG || code === QUESTION || code === SLASH) {
      const end = text.indexOf(">", open + 2);
      return end < 0 ? text.length : end + 1;
    }
    return open + 1;
  }

  /** A comment ends at `-->`, at `--!>`, and at once in `<!-->` and `<!--->` (§13.2.5.43 on). */
  #commentEnd(from: number): number {
    const { text } = this;
    if (text.startsWith(">", from)) return from + 1;
    if (text.startsWith("->", from)) return from + 2;
    for (let at = text.indexOf("--", from); at >= 0; at = text.indexOf("--", at + 1)) {
      const code = text.charCodeAt(at + 2);
      if (code === GREATER) return at + 3;
      if (code === BANG && text.charCodeAt(at + 3) === GREATER) return at + 4;
    }
    return text.length;
  }

  /** Where `</name` with a proper end begins, from `from` on. */
  #endTag(name: string, from: number): number {
    const { text } = this;
    for (let at = text.indexOf("</", from); at >= 0; at = text.indexOf("</", at + 2)) {
      if (this.#isName(at + 2, name)) return at;
    }
    return text.length;
  }

  #isName(at: number, name: string): boolean {
    const end = at + name.length;
    const after = this.text.charCodeAt(end);
    if (!(isSpace(after) || after === SLASH || after === GREATER)) return false;
    return this.text.slice(at, end).toLowerCase() === name;
  }

  /**
   * Where a script ends. Between `<!--` and `-->` a `<script` makes the next
   * `</script` part of the text: "double escaped" (§13.2.5.15 on).
   */
  #scriptEnd(): number {
    const { text } = this;
    const end = this.#endTag("script", this.position);
    // Looked for in the slice alone: a search to the text's end, once a script, would be quadratic.
    const comment = text.slice(this.position, end).indexOf("<!--");
    return comment < 0 ? end : this.#escapedScriptEnd(this.position + comment);
  }

  #escapedScriptEnd(from: number): number {
    const { text } = this;
    let state: "data" | "escaped" | "double" = "data";
    let close = -1;
    for (let at = text.indexOf("<", from); at >= 0; at = text.indexOf("<", at + 1)) {
      if (state !== "data" && close < at) state = "data";
      if (state === "data" && text.startsWith("!--", at + 1)) {
        close = this.#dashesFrom(at + 2);
        state = "escaped";
        continue;
      }
      const isEnd = text.charCodeAt(at + 1) === SLASH;
      if (!this.#isName(isEnd ? at + 2 : at + 1, "script")) continue;
      if (isEnd && state !== "double") return at;
      if (state !== "data") state = isEnd ? "escaped" : "double";
    }
    return text.length;
  }

  /** Where the next `-->` is. Remembered, so that many scripts before one far `-->` stay linear. */
  #dashesFrom(from: number): number {
    if (this.#dashes < from) {
      const found = this.text.indexOf("-->", from);
      this.#dashes = found < 0 ? this.text.length : found;
    }
    return this.#dashes;
  }
}
