import type { StyleRule } from "../facts.js";
import type { Compound } from "./types.js";
import type { Matchable } from "./match.js";

/** Rules by what their subject must have, so that an element is held against few of them. */
export class RuleIndex {
  readonly #byId = new Map<string, StyleRule[]>();
  readonly #byClass = new Map<string, StyleRule[]>();
  readonly #byTag = new Map<string, StyleRule[]>();
  readonly #any: StyleRule[] = [];

  add(rule: StyleRule): void {
    const subject = rule.selector.compounds[0];
    const list = subject === undefined ? undefined : this.#listFor(subject);
    (list ?? this.#any).push(rule);
  }

  #listFor({ ids, classes, tag }: Compound): StyleRule[] | undefined {
    const id = ids[0];
    if (id !== undefined) return listIn(this.#byId, id);
    const name = classes[0];
    if (name !== undefined) return listIn(this.#byClass, name);
    return tag === undefined ? undefined : listIn(this.#byTag, tag);
  }

  /** Calls `visit` for each rule whose subject may be that element. */
  each(element: Matchable, visit: (rule: StyleRule) => void): void {
    if (element.id !== "") this.#byId.get(element.id)?.forEach(visit);
    for (const name of element.classes) this.#byClass.get(name)?.forEach(visit);
    if (element.tag !== "") this.#byTag.get(element.tag)?.forEach(visit);
    this.#any.forEach(visit);
  }

  /** Whether there are rules whose subject may be such an element. */
  has({ id, classes, tag }: Pick<Matchable, "id" | "classes" | "tag">): boolean {
    if (this.#any.length > 0 || this.#byTag.has(tag) || this.#byId.has(id)) return true;
    for (const name of classes) if (this.#byClass.has(name)) return true;
    return false;
  }

  /** Every rule, in no order. */
  *[Symbol.iterator](): Generator<StyleRule> {
    for (const lists of [this.#byId, this.#byClass, this.#byTag]) for (const list of lists.values()) yield* list;
    yield* this.#any;
  }
}

function listIn(lists: Map<string, StyleRule[]>, key: string): StyleRule[] {
  let list = lists.get(key);
  if (list === undefined) {
    list = [];
    lists.set(key, list);
  }
  return list;
}
