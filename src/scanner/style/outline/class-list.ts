import type { TagEffect } from "./tag-effect.js";
import type { TagCursor } from "../../html/tag-cursor.js";
import type { Vocabulary } from "./vocabulary.js";

/** What stylesheets ask for of the value of a `class` attribute. */
export interface ClassList {
  /** Names what follows; "" when none of it is asked for. */
  readonly key: string;
  readonly names: ReadonlySet<string>;
  /** Keys of the attribute tests that it passes. */
  readonly passed: readonly string[];
  /** The value in the page. */
  readonly bytes: Uint8Array;
  /** The step that it was added to last, and what that came to. */
  base: TagEffect | undefined;
  more: TagEffect | undefined;
}

/** Values that are found again by a few of their bytes. */
const SLOTS = 4096;
const LIMIT = 100_000;

/** The class lists of a site's pages. */
export class ClassLists {
  readonly #vocabulary: Vocabulary;
  /** Those met last, by the marks of their bytes. */
  readonly #slots = Array.from<ClassList | undefined>({ length: SLOTS });
  readonly #lists = new Map<string, ClassList>();

  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
  }

  /** What counts of the attribute that the cursor has read. */
  at(cursor: TagCursor): ClassList {
    const { bytes, valueStart, valueEnd } = cursor;
    const slot = cursor.valueMark() & (SLOTS - 1);
    const known = this.#slots[slot];
    if (known !== undefined && isSame(known.bytes, bytes, valueStart, valueEnd)) return known;
    const value = cursor.value();
    let list = this.#lists.get(value);
    if (list === undefined) {
      list = this.#read(value, Uint8Array.from(bytes.subarray(valueStart, valueEnd)));
      if (this.#lists.size < LIMIT) this.#lists.set(value, list);
    }
    this.#slots[slot] = list;
    return list;
  }

  #read(value: string, bytes: Uint8Array): ClassList {
    const names = new Set<string>();
    for (const name of value.split(/[\t\n\f\r ]+/)) if (this.#vocabulary.classes.has(name)) names.add(name);
    const passed = this.#vocabulary.passed("class", value);
    const counts = names.size > 0 || passed.length > 0;
    const key = counts ? `.${[...names].sort().join(" ")}\n${passed.join("\n")}` : "";
    return { key, names, passed, bytes, base: undefined, more: undefined };
  }
}

function isSame(own: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (own.length !== end - start) return false;
  for (let at = 0; at < own.length; at += 1) if (own[at] !== bytes[start + at]) return false;
  return true;
}
