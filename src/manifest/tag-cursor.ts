import { attributeValue, markOf } from "./attribute-value.js";
import { type TagName, tagName, tagNamed } from "./tag-name.js";
import type { TagReader } from "./tag-reader.js";

/** Goes over one tag after another, attribute by attribute, and makes no string. */
export class TagCursor {
  /** In UTF-8. */
  readonly bytes: Buffer;
  /** Has the same bytes. */
  readonly reader: TagReader;
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
  #next = 0;
  #count = 0;

  constructor(bytes: Buffer, reader: TagReader) {
    this.bytes = bytes;
    this.reader = reader;
  }

  /** Reads the tag whose name begins at `from`. */
  begin(from: number): void {
    const { bytes, reader } = this;
    const after = reader.read(from);
    this.isComplete = after > 0;
    this.position = this.isComplete ? after : bytes.length;
    this.tag = tagName(bytes, from, reader.nameEnd, reader.nameHash);
    this.selfClosing = this.isComplete && reader.selfClosing;
    this.#count = this.isComplete ? reader.attributes : 0;
    this.#next = 0;
  }

  /** Moves to the next attribute; false after the last one. */
  next(): boolean {
    if (this.#next >= this.#count) return false;
    this.#move(this.#next);
    this.#next += 1;
    return true;
  }

  /** Moves to the first attribute of that name, as the standard's duplicates rule has it; false without one. */
  find(name: TagName): boolean {
    const { bytes, reader } = this;
    for (let index = 0; index < this.#count; index += 1) {
      if (reader.attribute(index, 0) !== name.hash) continue;
      if (!name.is(bytes, reader.attribute(index, 1), reader.attribute(index, 2))) continue;
      this.#move(index);
      return true;
    }
    return false;
  }

  #move(index: number): void {
    const { reader } = this;
    this.hash = reader.attribute(index, 0);
    this.valueStart = reader.attribute(index, 3);
    this.valueEnd = reader.attribute(index, 4);
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
