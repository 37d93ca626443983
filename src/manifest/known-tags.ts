import type { Step } from "./step.js";

const SLOT_BITS = 12;
const SLOTS = 1 << SLOT_BITS;
/** Longer tags, in words of four bytes, hardly ever come again. */
const WORDS = 16;
/** `>` in each byte of a word. */
const GREATERS = 0x3e3e3e3e;
/** 2^32 divided by the golden ratio: spreads a sum over its upper bits. */
const SPREAD = 0x9e3779b1;

/**
 * The tags that come again and again. Some hundreds of them are nine tenths
 * of all that the pages of a site have, and one that stands there byte for
 * byte again need not be taken apart again. Goes by words of four bytes: that
 * takes a third of the time that going by bytes does.
 */
export class KnownTags {
  readonly #steps = Array.from<Step | undefined>({ length: SLOTS });
  /** Hash and length of the tag in each slot, and its words: what stands between `<` and `>`. */
  readonly #hashes = new Int32Array(SLOTS);
  readonly #lengths = new Int32Array(SLOTS);
  readonly #words = new Int32Array(SLOTS * WORDS);
  /** Hash of the tag that asked for each slot last. */
  readonly #applicants = new Int32Array(SLOTS);
  /** Of the tag that was looked for last: its words, their sum, its length in bytes, 0 for one that is too long. */
  readonly #sought = new Int32Array(WORDS);
  #hash = 0;
  #length = 0;

  /** Length of the tag that was found last, in bytes. */
  get length(): number {
    return this.#length;
  }

  /** What the tag does whose `<` is at `start`, if it is known. */
  find(bytes: DataView, start: number): Step | undefined {
    this.#length = 0;
    if (start + 1 + WORDS * 4 > bytes.byteLength) return undefined;
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
      hash = Math.imul(hash ^ (hash >>> 15) ^ rest, SPREAD);
      return this.#found(hash, index, index * 4 + (bits >> 3) + 2);
    }
    return undefined;
  }

  /** The tag that was sought, by its hash, the index of its last word, and its length. */
  #found(hash: number, last: number, length: number): Step | undefined {
    this.#hash = hash;
    this.#length = length;
    const slot = hash >>> (32 - SLOT_BITS);
    if (this.#hashes[slot] !== hash || this.#lengths[slot] !== length) return undefined;
    const sought = this.#sought;
    const words = this.#words;
    const from = slot * WORDS;
    for (let index = last; index >= 0; index -= 1) if (words[from + index] !== sought[index]) return undefined;
    return this.#steps[slot];
  }

  /**
   * Remembers what the tag does that was looked for last, and was found to
   * have that length. One that another holds the slot of has to come twice:
   * most tags that come once come never again.
   */
  add(length: number, step: Step): void {
    // With a ">" in one of its values what goes up to the first one is not the tag.
    if (this.#length !== length) return;
    const slot = this.#hash >>> (32 - SLOT_BITS);
    if (this.#steps[slot] !== undefined && this.#applicants[slot] !== this.#hash) {
      this.#applicants[slot] = this.#hash;
      return;
    }
    this.#steps[slot] = step;
    this.#hashes[slot] = this.#hash;
    this.#lengths[slot] = this.#length;
    this.#words.set(this.#sought, slot * WORDS);
  }
}
