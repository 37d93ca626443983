import { substitute } from "../css/values.js";
import type { DeclaredValues } from "./declared-values.js";

/** Custom properties of an element, and those that it inherits. */
export class Variables {
  readonly #inherited: Variables | undefined;
  readonly #own: ReadonlyMap<string, string>;
  readonly #resolved = new Map<string, string | undefined>();

  constructor(own: ReadonlyMap<string, string>, inherited: Variables | undefined) {
    this.#own = own;
    this.#inherited = inherited;
  }

  /** A value as it is where it is declared: `var()` in it is replaced there, and then inherited (CSS Variables 1 §2). */
  readonly get = (name: string, depth = 0): string | undefined => {
    const own = this.#own.get(name);
    if (own === undefined || /^(?:inherit|unset|revert|revert-layer)$/i.test(own)) {
      return this.#inherited?.get(name, depth);
    }
    if (/^initial$/i.test(own)) return undefined;
    return /var\(/i.test(own) ? this.#resolve(name, own, depth) : own;
  };

  #resolve(name: string, own: string, depth: number): string | undefined {
    if (this.#resolved.has(name)) return this.#resolved.get(name);
    // A circle makes all of its properties invalid.
    this.#resolved.set(name, undefined);
    const value = substitute(own, this.get, depth);
    this.#resolved.set(name, value);
    return value;
  }
}

/** The custom properties of an element, by what is declared for it. */
export function withVariables(declared: DeclaredValues, inherited: Variables): Variables {
  let own: Map<string, string> | undefined;
  for (const property of declared.customProperties()) {
    own ??= new Map();
    own.set(property, declared.get(property)?.[0]?.value ?? "inherit");
  }
  return own === undefined ? inherited : new Variables(own, inherited);
}
