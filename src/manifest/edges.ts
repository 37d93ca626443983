import { type Place, PLACES } from "./place.js";
import type { Step } from "./step.js";

const SLOT_BITS = 14;
/** Numbers kept for each edge: of the place that it begins at, of the step, of the place that is entered, of the one that it ends at. */
const FIELDS = 4;
/** Odd numbers without a pattern, and none the other's negative: spread a pair over the upper bits of a sum. */
const SPREAD_PLACE = 0x9e3779b1;
const SPREAD_STEP = 0x85ebca6b;

/**
 * Where tags lead from the places of a site's pages: the edges met last.
 * With those a tag costs one look-up, whatever it opens and ends. They are
 * numbers in one table, as going from object to object would take three
 * times as long.
 */
export class Edges {
  readonly #places: readonly Place[];
  readonly #table = new Int32Array(FIELDS << SLOT_BITS).fill(-1);
  /** The page that was last in each place. Made for all at once: V8 takes it for a constant, and drops its code when that is changed. */
  readonly #pages = new Int32Array(PLACES);

  constructor(places: readonly Place[]) {
    this.#places = places;
  }

  /** The edge of a step from a place, by its number; -1 for one that leads where no place is kept. */
  find(from: number, step: Step): number {
    const sum = Math.imul(from, SPREAD_PLACE) + Math.imul(step.id, SPREAD_STEP);
    const edge = (sum >>> (32 - SLOT_BITS)) * FIELDS;
    const table = this.#table;
    return table[edge] === from && table[edge + 1] === step.id ? edge : this.#make(edge, from, step);
  }

  /** The place that is entered, if only for an element without content: by its number. */
  entered(edge: number): number {
    return this.#table[edge + 2] ?? 0;
  }

  /** The place that it leads to, by its number. */
  end(edge: number): number {
    return this.#table[edge + 3] ?? 0;
  }

  /** Notes that a page was in a place; whether it is the first time. */
  visit(place: number, page: number): boolean {
    if (this.#pages[place] === page) return false;
    this.#pages[place] = page;
    return true;
  }

  #make(edge: number, from: number, step: Step): number {
    const place = this.#places[from];
    if (place === undefined) return -1;
    const isEnd = step.kind === undefined;
    const outer = isEnd ? place.without(step.tag) : place.afterImplied(step.implies);
    const entered = isEnd ? outer : outer.open(step);
    const end = step.isVoid ? outer : entered;
    if (entered.id < 0 || (outer.isDeepest && end !== outer)) return -1;
    const table = this.#table;
    table[edge] = from;
    table[edge + 1] = step.id;
    table[edge + 2] = entered.id;
    table[edge + 3] = end.id;
    return edge;
  }
}
