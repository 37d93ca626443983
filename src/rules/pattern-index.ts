import type { Captures } from "./placeholders.js";
import type { RuleTarget, UrlPattern } from "./pattern.js";

/** A rule that matches, and what its placeholders stand for. */
export interface Matched<T> {
  readonly rule: T;
  readonly captures: Captures;
}

const NO_MATCH: readonly never[] = [];

/**
 * The rules of a file, in its order. Those for a single path are found by it:
 * thousands of them cost a request no more than one.
 */
export class PatternIndex<T extends { readonly source: UrlPattern }> {
  readonly #rules: readonly T[];
  /** Numbers of the rules for one path. */
  readonly #exact = new Map<string, number[]>();
  readonly #others: number[] = [];
  /** Whether any of them looks at the host. */
  readonly namesHosts: boolean;

  constructor(rules: readonly T[]) {
    this.#rules = rules;
    this.namesHosts = rules.some(({ source }) => source.namesHost);
    for (const [number, { source }] of rules.entries()) {
      const numbers = source.exact === undefined ? this.#others : this.#numbersOf(source.exact);
      numbers.push(number);
    }
  }

  get size(): number {
    return this.#rules.length;
  }

  /** The rules that match, first to last. */
  *matching(target: RuleTarget): Generator<Matched<T>> {
    const exact = this.#exact.get(target.slashless) ?? [];
    let next = 0;
    for (const number of this.#others) {
      for (; (exact[next] ?? Infinity) < number; next++) yield* this.#match(exact[next], target);
      const matched = this.#match(number, target);
      if (matched.length > 0) yield* matched;
    }
    for (; next < exact.length; next++) yield* this.#match(exact[next], target);
  }

  #match(number: number | undefined, target: RuleTarget): readonly Matched<T>[] {
    const rule = number === undefined ? undefined : this.#rules[number];
    const captures = rule?.source.match(target);
    return rule === undefined || captures === undefined ? NO_MATCH : [{ rule, captures }];
  }

  #numbersOf(path: string): number[] {
    const known = this.#exact.get(path);
    if (known !== undefined) return known;
    const numbers: number[] = [];
    this.#exact.set(path, numbers);
    return numbers;
  }
}
