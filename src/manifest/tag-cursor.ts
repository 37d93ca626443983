import { attributeValue, markOf } from "./attribute-value.js";
import { hashByte, type TagName, tagName, tagNamed } from "./tag-name.js";
import { isSpace, nextByte } from "./text.js";

const DOUBLE_QUOTE = 0x22;
const SINGLE_QUOTE = 0x27;
const SLASH = 0x2f;
const EQUALS = 0x3d;
const GREATER = 0x3e;

/** What ends a name in a tag: white space, `/`, `>`, and `=` after the name of an attribute. */
const NAME_END = 1;
const ATTRIBUTE_END = 2;
const TAG = new Uint8Array(256);
for (const code of [0x20, 0x09, 0x0a, 0x0c, 0x0d, SLASH, GREATER]) TAG[code] = NAME_END | ATTRIBUTE_END;
TAG[EQUALS] = ATTRIBUTE_END;

/** Goes over one tag after another, attribute by attribute (HTML §13.2.5.8 and §13.2.5.32 on), and makes no string. */
export class TagCursor {
  /** In UTF-8. */
  readonly bytes: Buffer;
  /** The same bytes. */
  readonly view: DataView;
  tag: TagName = tagNamed("html");
  selfClosing = false;
  /** Whether its `>` was found: a tag in which the text ends is none (eof-in-tag). */
  isComplete = false;
  /** Where the next attribute is looked for; in the end, after the `>`. */
  position = 0;
  /** Hash of the name of the attribute, where the name is, and where its value. */
  hash = 0;
  nameStart = 0;
  nameEnd = 0;
  valueStart = 0;
  valueEnd = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** Reads the name of the tag, which begins at `from`. */
  begin(from: number): void {
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
    this.selfClosing = false;
    this.isComplete = false;
    this.position = at;
  }

  /** Moves to the next attribute; false when the tag, or the text, ends before one. */
  next(): boolean {
    const { bytes } = this;
    const { length } = bytes;
    let slash = false;
    for (let at = this.position; at < length; at += 1) {
      const code = bytes[at] ?? 0;
      if (code === GREATER) {
        this.selfClosing = slash;
        this.isComplete = true;
        this.position = at + 1;
        return false;
      }
      if (code !== SLASH && !isSpace(code)) {
        this.#attribute(at);
        return true;
      }
      slash = code === SLASH;
    }
    this.position = length;
    return false;
  }

  #attribute(from: number): void {
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
    this.hash = hash;
    this.nameStart = from;
    this.nameEnd = at;
    if (bytes[at] !== EQUALS) while (at < length && isSpace(bytes[at])) at += 1;
    if (bytes[at] === EQUALS) return this.#value(at + 1);
    this.valueStart = this.nameEnd;
    this.valueEnd = this.nameEnd;
    this.position = at;
  }

  /** Reads the value after the `=` before `from`. */
  #value(from: number): void {
    const { bytes } = this;
    const { length } = bytes;
    let at = from;
    while (at < length && isSpace(bytes[at])) at += 1;
    const quote = bytes[at];
    if (quote === DOUBLE_QUOTE || quote === SINGLE_QUOTE) {
      this.valueStart = at + 1;
      this.valueEnd = nextByte(this.view, at + 1, quote);
      this.position = this.valueEnd + 1;
      return;
    }
    this.valueStart = at;
    for (; at < length; at += 1) {
      const code = bytes[at];
      if (code === GREATER || isSpace(code)) break;
    }
    this.valueEnd = at;
    this.position = at;
  }

  /** A number that few other values of that attribute have: of its length and four of its bytes. */
  valueMark(): number {
    return markOf(this.bytes, this.valueStart, this.valueEnd);
  }

  /** Value of the attribute, decoded. */
  value(): string {
    return attributeValue(this.bytes, this.valueStart, this.valueEnd);
  }
}
