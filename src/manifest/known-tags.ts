import type { ElementKind } from "./element-kind.js";
import type { TagName } from "./tag-name.js";

/** A tag that was met before, byte for byte. */
export interface KnownTag {
  /** Over its bytes. */
  hash: number;
  /** Bytes, from `<` to `>`. */
  length: number;
  tag: TagName;
  /** Undefined for an end tag. */
  kind: ElementKind | undefined;
}

const SLOT_BITS = 12;
const SLOTS = 1 << SLOT_BITS;
/** Longer tags, in words of four bytes, hardly ever come again. */
const WORDS = 16;
const BYTES = WORDS * 4;
/** `>` in each byte of a word. */
const GREATERS = 0x3e3e3e3e;
/** 2^32 divided by the golden ratio: spreads a sum over its upper bits. */
const SPREAD = 0x9e3779b1;

/**
 * The tags met last. Some hundreds of them are four fifths of all that the
 * pages of a site have (python-doc: 300 are 84 %), and one that stands there
 * byte for byte again need not be taken apart again. Goes by words of four
 * bytes: that takes a third of the time that going by bytes does.
 */
export class KnownTags {
  readonly #slots: (KnownTag | undefined)[] = Array.from({ length: SLOTS }, () => undefined);
  /** What stands between `<` and `>`, for each slot. */
  readonly #words = new Int32Array(SLOTS * WORDS);
  /** Of the tag that was looked for last: its words, their sum, its length in bytes, 0 for one that is too long. */
  readonly #sought = new Int32Array(WORDS);
  #hash = 0;
  #length = 0;

  /** The tag whose `<` is at `start`, if it is known. */
  find(bytes: DataView, start: number): KnownTag | undefined {
    this.#seek(bytes, start);
    const known = this.#slots[this.#hash >>> (32 - SLOT_BITS)];
    if (known === undefined || known.hash !== this.#hash || known.length !== this.#length) return undefined;
    const sought = this.#sought;
    const words = this.#words;
    const from = (this.#hash >>> (32 - SLOT_BITS)) * WORDS;
    for (let index = (known.length - 2) >> 2; index >= 0; index -= 1) {
      if (words[from + index] !== sought[index]) return undefined;
    }
    return known;
  }

  #seek(bytes: DataView, start: number): void {
    this.#length = 0;
    if (start + BYTES + 4 > bytes.byteLength) return;
    const sought = this.#sought;
    let hash = 0;
    for (let index = 0; index < WORDS; index += 1) {
      const word = bytes.getInt32(start + 1 + index * 4, true);
      // The lowest bit set is the upper bit of the first byte that is ">" (Hacker's Delight, §6-1).
      const differing = word ^ GREATERS;
      const found = (differing - 0x01010101) & ~differing & 0x80808080;
      if (found === 0) {
        sought[index] = word;
        hash = Math.imul(hash ^ word, SPREAD);
        continue;
      }
      const bits = 24 - Math.clz32(found & -found);
      const rest = word & ((1 << bits) - 1);
      sought[index] = rest;
      this.#hash = Math.imul(hash ^ (hash >>> 15) ^ rest, SPREAD);
      this.#length = index * 4 + (bits >> 3) + 2;
      return;
    }
  }

  /** Remembers the tag that was looked for last, and was found to have that length. */
  add(length: number, tag: TagName, kind: ElementKind | undefined): void {
    // With a ">" in one of its values what goes up to the first one is not the tag.
    if (length !== this.#length) return;
    const hash = this.#hash;
    const slot = hash >>> (32 - SLOT_BITS);
    const from = slot * WORDS;
    for (let index = (length - 2) >> 2; index >= 0; index -= 1) this.#words[from + index] = this.#sought[index] ?? 0;
    const known = this.#slots[slot];
    if (known === undefined) this.#slots[slot] = { hash, length, tag, kind };
    else {
      known.hash = hash;
      known.length = length;
      known.tag = tag;
      known.kind = kind;
    }
  }
}
