import { attributeValue, markOf } from "./attribute-value.js";
import { hashByte, lowerByte, type TagName, tagName, tagNamed } from "./tag-name.js";
import { isSpace } from "./characters.js";

const DOUBLE_QUOTE = 0x22;
const SINGLE_QUOTE = 0x27;
const SLASH = 0x2f;
const EQUALS = 0x3d;
const GREATER = 0x3e;

/** Numbers kept for each attribute: hash of its name, start and end of its name, start and end of its value. */
const NUMBERS_PER_ATTRIBUTE = 5;

/** More are passed over: no tag that a person wrote has them. */
const MAX_ATTRIBUTES = 1000;

/** Reads one tag after another, attribute by attribute, and makes no string (HTML §13.2.5.8 and §13.2.5.32 on). */
export class TagCursor {
  /** In UTF-8. */
  readonly bytes: Buffer;
  tag: TagName = tagNamed("html");
  selfClosing = false;
  /** Whether its `>` was found: a tag in which the text ends is none (eof-in-tag). */
  isComplete = false;
  /** What stands after the tag. */
  position = 0;
  /** Hash of the name of the attribute, and where its value is. */
  hash = 0;
  valueStart = 0;
  valueEnd = 0;
  readonly #attributes: number[] = [];
  #next = 0;
  #count = 0;
  /** A bit for each attribute's hash: where it is not set, there is none of that name. */
  #hashes = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  /** Reads the tag whose name begins at `from`. */
  begin(from: number): void {
    const { bytes } = this;
    let hash = 0;
    let at = from;
    for (; at < bytes.length; at += 1) {
      const code = bytes[at] ?? 0;
      if (isSpace(code) || code === SLASH || code === GREATER) break;
      hash = hashByte(hash, code);
    }
    this.tag = tagName(bytes, from, at, hash);
    this.#next = 0;
    this.#count = 0;
    this.#hashes = 0;
    this.isComplete = this.#readAttributes(at);
    if (!this.isComplete) this.#count = 0;
  }

  /** Reads up to the tag's `>`; false where the text ends first. */
  #readAttributes(from: number): boolean {
    const { bytes } = this;
    this.selfClosing = false;
    for (let at = from; at < bytes.length;) {
      const code = bytes[at] ?? 0;
      if (code === GREATER) {
        this.position = at + 1;
        return true;
      }
      this.selfClosing = code === SLASH;
      at = this.selfClosing || isSpace(code) ? at + 1 : this.#readAttribute(at);
    }
    this.selfClosing = false;
    this.position = bytes.length;
    return false;
  }

  /** Reads the attribute that begins at `from`, and returns where it ends. */
  #readAttribute(from: number): number {
    const { bytes } = this;
    const { length } = bytes;
    // An attribute may begin with "=", which is then part of its name.
    let hash = hashByte(0, bytes[from] ?? 0);
    let at = from + 1;
    for (; at < length; at += 1) {
      const code = bytes[at] ?? 0;
      if (isSpace(code) || code === SLASH || code === GREATER || code === EQUALS) break;
      hash = hashByte(hash, code);
    }
    const nameEnd = at;
    let next = this.#skipSpace(at);
    if (bytes[next] !== EQUALS) return this.#add(hash, from, nameEnd, nameEnd, nameEnd, next);
    next = this.#skipSpace(next + 1);
    const quote = bytes[next];
    if (quote === DOUBLE_QUOTE || quote === SINGLE_QUOTE) {
      // Most values are so short that a call of `indexOf` would cost more.
      let end = next + 1;
      while (end < length && bytes[end] !== quote) end += 1;
      return this.#add(hash, from, nameEnd, next + 1, end, end + 1);
    }
    let end = next;
    while (end < length && bytes[end] !== GREATER && !isSpace(bytes[end])) end += 1;
    return this.#add(hash, from, nameEnd, next, end, end);
  }

  #skipSpace(from: number): number {
    let at = from;
    while (at < this.bytes.length && isSpace(this.bytes[at])) at += 1;
    return at;
  }

  /** Notes an attribute, the first of its name, and returns `next` (HTML §13.2.5.33, "duplicate-attribute"). */
  #add(hash: number, name: number, nameEnd: number, value: number, valueEnd: number, next: number): number {
    const attributes = this.#attributes;
    if (this.#count === MAX_ATTRIBUTES) return next;
    const bit = 1 << (hash & 31);
    if ((this.#hashes & bit) !== 0 && this.#has(hash, name, nameEnd)) return next;
    this.#hashes |= bit;
    const at = this.#count * NUMBERS_PER_ATTRIBUTE;
    attributes[at] = hash;
    attributes[at + 1] = name;
    attributes[at + 2] = nameEnd;
    attributes[at + 3] = value;
    attributes[at + 4] = valueEnd;
    this.#count += 1;
    return next;
  }

  /** Whether there is an attribute of the name that stands from `start` to `end`. */
  #has(hash: number, start: number, end: number): boolean {
    for (let at = 0; at < this.#count * NUMBERS_PER_ATTRIBUTE; at += NUMBERS_PER_ATTRIBUTE) {
      if (this.#attributes[at] !== hash) continue;
      const name = this.#attributes[at + 1] ?? 0;
      if ((this.#attributes[at + 2] ?? 0) - name === end - start && this.#isSameName(name, start, end)) return true;
    }
    return false;
  }

  #isSameName(name: number, start: number, end: number): boolean {
    const { bytes } = this;
    for (let at = start; at < end; at += 1) {
      if (lowerByte(bytes[at] ?? 0) !== lowerByte(bytes[name + at - start] ?? 0)) return false;
    }
    return true;
  }

  /** Goes back to before the first attribute. */
  rewind(): void {
    this.#next = 0;
  }

  /** Moves to the next attribute; false after the last one. */
  next(): boolean {
    if (this.#next >= this.#count) return false;
    this.#move(this.#next);
    this.#next += 1;
    return true;
  }

  /** Moves to the attribute of that name; false without one. */
  find(name: TagName): boolean {
    const attributes = this.#attributes;
    for (let index = 0; index < this.#count; index += 1) {
      const at = index * NUMBERS_PER_ATTRIBUTE;
      if (attributes[at] !== name.hash) continue;
      if (!name.is(this.bytes, attributes[at + 1] ?? 0, attributes[at + 2] ?? 0)) continue;
      this.#move(index);
      return true;
    }
    return false;
  }

  #move(index: number): void {
    const at = index * NUMBERS_PER_ATTRIBUTE;
    this.hash = this.#attributes[at] ?? 0;
    this.valueStart = this.#attributes[at + 3] ?? 0;
    this.valueEnd = this.#attributes[at + 4] ?? 0;
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
