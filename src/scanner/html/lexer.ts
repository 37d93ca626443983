import { TagCursor } from "./tag-cursor.js";
import { type TagName, tagNamed } from "./tag-name.js";
import { hasBeyondAscii, isLetter, isShown, isSpace } from "./characters.js";

/** What `HtmlLexer.next` stopped at. */
export type HtmlToken = "start" | "end" | "eof";

const BANG = 0x21;
const AMPERSAND = 0x26;
const DASH = 0x2d;
const SLASH = 0x2f;
const LESS = 0x3c;
const GREATER = 0x3e;
const QUESTION = 0x3f;

/**
 * The tags of an HTML document, one after another, as the HTML standard's
 * tokenizer finds them (§13.2.5). It goes over the bytes, as the syntax is
 * ASCII, and makes no string but for a value that is asked for: this is what
 * makes it many times as fast as a general parser.
 */
export class HtmlLexer {
  /** In UTF-8. */
  readonly bytes: Buffer;
  /** Goes over the tags. */
  readonly cursor: TagCursor;
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
  #dashes = -1;

  /** In XML any element can end with its start tag. */
  readonly #isXml: boolean;

  constructor(bytes: Buffer, isXml = false) {
    this.bytes = bytes;
    this.#isXml = isXml;
    this.cursor = new TagCursor(bytes);
  }

  /** Moves to the next start or end tag. */
  next(): HtmlToken {
    const { bytes } = this;
    this.textStart = this.position;
    this.hasText = false;
    this.hasBeyond = false;
    for (;;) {
      let at = this.position;
      let bits = 0;
      let hasReference = false;
      for (let code = bytes[at]; at < bytes.length && code !== LESS; code = bytes[at]) {
        bits |= code ?? 0;
        hasReference ||= code === AMPERSAND;
        at += 1;
      }
      if (!this.ignoresText && bits !== 0) this.#look(at, bits > 0x7f || hasReference);
      if (at >= bytes.length) return this.#end();
      this.start = at;
      const code = bytes[at + 1];
      if (isLetter(code)) return this.#tagAt(at + 1) ? "start" : this.#end();
      if (code === SLASH && isLetter(bytes[at + 2])) return this.#tagAt(at + 2) ? "end" : this.#end();
      this.position = this.#afterMarkup(at, code);
      if (this.position === at + 1) this.hasText = true;
    }
  }

  /** Looks at the text that ends there. */
  #look(end: number, mayBeBeyond: boolean): void {
    this.hasText ||= isShown(this.bytes, this.position, end);
    if (mayBeBeyond) this.hasBeyond ||= hasBeyondAscii(this.bytes, this.position, end);
  }

  /** Whether the element whose start tag was read last ends with it. */
  get isEmpty(): boolean {
    return this.selfClosing && (this.#isXml || this.foreign);
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

  /** Value of the first attribute of that lower-case name. */
  attribute(name: string): string | undefined {
    return this.cursor.find(attributeNamed(name)) ? this.cursor.value() : undefined;
  }

  #end(): HtmlToken {
    this.position = this.bytes.length;
    this.start = this.position;
    return "eof";
  }

  /** Reads the tag whose name begins at `from`; false when the text ends first, and with it the tag. */
  #tagAt(from: number): boolean {
    const { cursor } = this;
    cursor.begin(from);
    this.tag = cursor.tag;
    this.selfClosing = cursor.selfClosing;
    this.position = cursor.position;
    return cursor.isComplete;
  }

  #indexOf(wanted: Buffer | number, from: number): number {
    const found = this.bytes.indexOf(wanted, from);
    return found < 0 ? this.bytes.length : found;
  }

  #startsWith(text: string, at: number): boolean {
    return this.bytes.toString("latin1", at, at + text.length) === text;
  }

  /** Where to go on after a `<` that begins no tag: a comment, a declaration, or nothing. */
  #afterMarkup(open: number, code: number | undefined): number {
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
