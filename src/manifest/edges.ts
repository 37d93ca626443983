import type { Place } from "./place.js";
import type { Step } from "./step.js";
import type { TagReader } from "./tag-reader.js";

/**
 * Where tags lead from the places of a site's pages. What a tag does, and
 * where that leads from a place, is found out here once; the reader remembers
 * both by their numbers, and passes over the tag when it comes again.
 */
export class Edges {
  readonly #reader: TagReader;
  readonly #places: readonly Place[];
  /** Those that the reader knows, by their numbers. */
  readonly #steps = new Map<number, Step>();

  constructor(reader: TagReader, places: readonly Place[]) {
    this.#reader = reader;
    this.#places = places;
  }

  /** Has the reader remember what the tag does that it has stopped at, and that ends before `after`. */
  learn(step: Step, after: number): void {
    this.#steps.set(step.id, step);
    this.#reader.learn(step.id, after);
  }

  /** Has the reader remember where a step leads, both by their numbers; false where it leads to none that is kept. */
  connect(from: number, step: number): boolean {
    const place = this.#places[from];
    const taken = this.#steps.get(step);
    if (place === undefined || taken === undefined) return false;
    const isEnd = taken.kind === undefined;
    const outer = isEnd ? place.without(taken.tag) : place.afterImplied(taken.implies);
    const entered = isEnd ? outer : outer.open(taken);
    const end = taken.isVoid ? outer : entered;
    if (entered.id < 0 || (outer.isDeepest && end !== outer)) return false;
    this.#reader.connect(from, step, entered.id, end.id);
    return true;
  }
}
