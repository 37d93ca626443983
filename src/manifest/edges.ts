import type { Place } from "./place.js";
import type { Step } from "./step.js";
import { type TagName, tagNamed } from "./tag-name.js";
import type { TagReader } from "./tag-reader.js";

const HTML = tagNamed("html");
const HEAD = tagNamed("head");
const BODY = tagNamed("body");

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
  /** Number of the places that the reader has been told of. */
  #told = 0;

  constructor(reader: TagReader, places: readonly Place[]) {
    this.#reader = reader;
    this.#places = places;
  }

  /** Has the reader remember what the tag does that it has stopped at, and that ends before `after`. */
  learn(step: Step, after: number): void {
    this.#steps.set(step.id, step);
    this.#reader.learn(step.id, after);
  }

  /** The same for a tag that does more than that: the number of the slot that remembers it; -1 when none does. */
  learnReferring(step: Step, after: number, beside: number): number {
    this.#steps.set(step.id, step);
    return this.#reader.learnReferring(step.id, after, beside);
  }

  /** Has the reader remember where a step leads, both by their numbers; false where it leads to none that is kept. */
  connect(from: number, step: number): boolean {
    const place = this.#places[from];
    const taken = this.#steps.get(step);
    if (place === undefined || taken === undefined) return false;
    this.#tell();
    const isEnd = taken.kind === undefined;
    // What the head can't have ends it, and that is more than a step.
    if (place.tag === HEAD && (isEnd || !taken.tag.inHead)) return false;
    const outer = isEnd ? afterEnd(place, taken.tag) : place.afterImplied(taken.implies);
    const entered = isEnd ? outer : outer.open(taken);
    const end = taken.isVoid ? outer : entered;
    if (entered.id < 0 || (outer.isDeepest && end !== outer)) return false;
    this.#reader.connect(from, step, entered.id, end.id);
    return true;
  }

  /** Tells the reader of the places that have come. */
  #tell(): void {
    for (; this.#told < this.#places.length; this.#told += 1) {
      const { parent, tag } = this.#places[this.#told] ?? {};
      if (parent !== undefined && tag !== undefined && tag !== HEAD && !staysOpen(tag)) {
        this.#reader.tell(this.#told, tag.closing.id, parent.id);
      }
    }
  }
}

/** What follows the end of the body is still within. */
export function staysOpen(tag: TagName): boolean {
  return tag === HTML || tag === BODY;
}

function afterEnd(place: Place, tag: TagName): Place {
  return staysOpen(tag) ? place : place.without(tag);
}
