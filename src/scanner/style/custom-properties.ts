import { substitute } from "../css/values.js";
import { MAX_ALTERNATIVES } from "./cascade.js";
import type { DeclaredValues } from "./declared-values.js";

/** What a custom property may be. */
interface Property {
  /** The most likely first. */
  readonly values: readonly string[];
  /** A media query has a say in it: in another window it may be another value. */
  readonly media: boolean;
}

/** What a value comes to when custom properties are put in their places. */
export interface Substituted {
  /** One for each way that the properties may turn out, the most likely first; undefined where it is invalid. */
  readonly texts: readonly (string | undefined)[];
  /** No other text may count in this window. */
  readonly certain: boolean;
  /** A media query has a say in it: in another window it may be another text. */
  readonly media: boolean;
}

/** Of a substitution that is under way: which of several values is taken, and what was found about them. */
interface Reading {
  way: number;
  ways: number;
  media: boolean;
}

type Known = Omit<Reading, "way"> & { readonly value: string | undefined };

/** Custom properties of an element, and those that it inherits. */
export class Variables {
  readonly #inherited: Variables | undefined;
  readonly #own: ReadonlyMap<string, Property>;
  /** By the way and the name. */
  readonly #resolved = new Map<string, Known>();

  constructor(own: ReadonlyMap<string, Property>, inherited: Variables | undefined) {
    this.#own = own;
    this.#inherited = inherited;
  }

  /** Puts custom properties into a value. Where some have several values, all take their first, all their second and so on. */
  substitute(value: string): Substituted {
    const reading: Reading = { way: 0, ways: 1, media: false };
    const texts = [this.#substitute(value, reading, 0)];
    for (reading.way = 1; reading.way < Math.min(reading.ways, MAX_ALTERNATIVES); reading.way += 1) {
      const text = this.#substitute(value, reading, 0);
      if (!texts.includes(text)) texts.push(text);
    }
    return { texts, certain: texts.length === 1, media: reading.media };
  }

  #substitute(value: string, reading: Reading, depth: number): string | undefined {
    return substitute(value, (name, inner) => this.#get(name, reading, inner), depth);
  }

  /** A value as it is where it is declared: `var()` in it is replaced there, and then inherited (CSS Variables 1 §2). */
  #get(name: string, reading: Reading, depth: number): string | undefined {
    const own = this.#own.get(name);
    if (own === undefined) return this.#inherit(name, reading, depth);
    const { values, media } = own;
    reading.ways = Math.max(reading.ways, values.length);
    reading.media ||= media;
    const value = values[Math.min(reading.way, values.length - 1)] ?? "";
    if (/^(?:inherit|unset|revert|revert-layer)$/i.test(value)) return this.#inherit(name, reading, depth);
    if (/^initial$/i.test(value)) return undefined;
    return /var\(/i.test(value) ? this.#resolve(name, value, reading, depth) : value;
  }

  #inherit(name: string, reading: Reading, depth: number): string | undefined {
    return this.#inherited === undefined ? undefined : this.#inherited.#get(name, reading, depth);
  }

  #resolve(name: string, own: string, reading: Reading, depth: number): string | undefined {
    const key = `${reading.way} ${name}`;
    let known = this.#resolved.get(key);
    if (known === undefined) {
      // A circle makes all of its properties invalid.
      this.#resolved.set(key, { value: undefined, ways: 1, media: false });
      const inner: Reading = { way: reading.way, ways: 1, media: false };
      known = { value: this.#substitute(own, inner, depth), ways: inner.ways, media: inner.media };
      this.#resolved.set(key, known);
    }
    reading.ways = Math.max(reading.ways, known.ways);
    reading.media ||= known.media;
    return known.value;
  }
}

/** The custom properties of an element, by what is declared for it. */
export function withVariables(declared: DeclaredValues, inherited: Variables): Variables {
  let own: Map<string, Property> | undefined;
  for (const name of declared.customProperties()) {
    own ??= new Map();
    own.set(name, propertyOf(name, declared));
  }
  return own === undefined ? inherited : new Variables(own, inherited);
}

function propertyOf(name: string, declared: DeclaredValues): Property {
  const candidates = declared.get(name) ?? [];
  const values = candidates.map(({ value }) => value);
  if (candidates.at(-1)?.certain !== true) values.push("inherit");
  return { values, media: declared.isByMedia(name) };
}
