import { substitute } from "../css/values.js";
import { MAX_ALTERNATIVES } from "./cascade.js";
import type { DeclaredValues, Where } from "./declared-values.js";

/** What a custom property may be, the most likely first. */
type Property = Readonly<Record<Where, readonly string[]>>;

/** A substitution that is under way: which of several values is taken, and how many there are. */
interface Reading {
  readonly where: Where;
  way: number;
  ways: number;
}

/** What a property comes to, and of how many ways that is one. */
interface Known {
  readonly value: string | undefined;
  readonly ways: number;
}

/** Custom properties of an element, and those that it inherits. */
export class Variables {
  /** Whether one of them may be something else in another window. */
  readonly isByMedia: boolean;
  readonly #inherited: Variables | undefined;
  readonly #own: ReadonlyMap<string, Property>;
  /** By where, the way and the name. */
  readonly #resolved = new Map<string, Known>();

  constructor(own: ReadonlyMap<string, Property>, inherited: Variables | undefined) {
    this.#own = own;
    this.#inherited = inherited;
    const isByMedia = ({ here, everywhere }: Property) => everywhere !== here;
    this.isByMedia = inherited?.isByMedia === true || [...own.values()].some(isByMedia);
  }

  /**
   * What a value may come to when custom properties are put in their places, the most likely first; undefined where it
   * is invalid. Where some have several values, all take their first, all their second and so on.
   */
  substitute(value: string, where: Where): readonly (string | undefined)[] {
    const reading: Reading = { where: this.isByMedia ? where : "here", way: 0, ways: 1 };
    const texts = [this.#substitute(value, reading, 0)];
    for (reading.way = 1; reading.way < Math.min(reading.ways, MAX_ALTERNATIVES); reading.way += 1) {
      const text = this.#substitute(value, reading, 0);
      if (!texts.includes(text)) texts.push(text);
    }
    return texts;
  }

  #substitute(value: string, reading: Reading, depth: number): string | undefined {
    return substitute(value, (name, inner) => this.#get(name, reading, inner), depth);
  }

  /** A value as it is where it is declared: `var()` in it is replaced there, and then inherited (CSS Variables 1 §2). */
  #get(name: string, reading: Reading, depth: number): string | undefined {
    const values = this.#own.get(name)?.[reading.where];
    if (values === undefined) return this.#inherit(name, reading, depth);
    reading.ways = Math.max(reading.ways, values.length);
    const value = values[Math.min(reading.way, values.length - 1)] ?? "";
    if (/^(?:inherit|unset|revert|revert-layer)$/i.test(value)) return this.#inherit(name, reading, depth);
    if (/^initial$/i.test(value)) return undefined;
    return /var\(/i.test(value) ? this.#resolve(name, value, reading, depth) : value;
  }

  #inherit(name: string, reading: Reading, depth: number): string | undefined {
    return this.#inherited === undefined ? undefined : this.#inherited.#get(name, reading, depth);
  }

  #resolve(name: string, own: string, reading: Reading, depth: number): string | undefined {
    const { where, way } = reading;
    const key = `${where} ${way} ${name}`;
    let known = this.#resolved.get(key);
    if (known === undefined) {
      // A circle makes all of its properties invalid.
      this.#resolved.set(key, { value: undefined, ways: 1 });
      const inner: Reading = { where, way, ways: 1 };
      known = { value: this.#substitute(own, inner, depth), ways: inner.ways };
      this.#resolved.set(key, known);
    }
    reading.ways = Math.max(reading.ways, known.ways);
    return known.value;
  }
}

/** The custom properties of an element, by what is declared for it. */
export function withVariables(declared: DeclaredValues, inherited: Variables): Variables {
  let own: Map<string, Property> | undefined;
  for (const name of declared.customProperties()) {
    own ??= new Map();
    const here = valuesOf(name, declared, "here");
    own.set(name, { here, everywhere: declared.isByMedia(name) ? valuesOf(name, declared, "everywhere") : here });
  }
  return own === undefined ? inherited : new Variables(own, inherited);
}

function valuesOf(name: string, declared: DeclaredValues, where: Where): string[] {
  return declared.candidates(name, where).map((candidate) => candidate?.value ?? "inherit");
}
