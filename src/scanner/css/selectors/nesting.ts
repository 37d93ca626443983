import type { Compound, Selector } from "./types.js";

/** What selectors are nested in. */
export interface Nesting {
  /** What `&` stands for: the selectors of the rule around, or the roots of an `@scope`. */
  readonly list: readonly Selector[];
  readonly specificity: number;
  /** `:scope` is the same. */
  readonly isScope: boolean;
}

/** What `&` stands for in a rule with these selectors: a pseudo-element can't be in it (CSS Nesting 1 §3.3). */
export function nestingIn(selectors: readonly Selector[]): Nesting {
  return {
    list: selectors.filter(({ pseudo }) => pseudo === ""),
    specificity: mostSpecific(selectors),
    isScope: false,
  };
}

/**
 * Has a compound stand for what one of a list stands for. The subject of a
 * list of one is in the compound itself, so that an index finds it.
 */
export function addNesting(compound: Compound, list: readonly Selector[]): void {
  const [only] = list;
  const subject = list.length === 1 ? only?.compounds[0] : undefined;
  if (list.every(isNever)) compound.never = true;
  if (subject !== undefined) {
    for (const id of subject.ids) if (!compound.ids.includes(id)) compound.ids.push(id);
    for (const name of subject.classes.slice(0, 8)) if (!compound.classes.includes(name)) compound.classes.push(name);
  }
  if (!compound.any.includes(list)) compound.any.push(list);
}

/** The specificity of a list: that of its most specific selector (Selectors 4 §17). */
export function mostSpecific(list: readonly Selector[]): number {
  return list.reduce((most, { specificity }) => Math.max(most, specificity), 0);
}

/** Whether no element that has just been loaded is like that. */
export function isNever({ compounds }: Selector): boolean {
  return compounds.some(({ never }) => never);
}

/** A compound that any element is like. */
export function emptyCompound(): Compound {
  return {
    tag: undefined,
    ids: [],
    classes: [],
    attributes: [],
    any: [],
    not: [],
    has: [],
    undecided: false,
    empty: false,
    never: false,
  };
}
