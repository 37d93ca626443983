import type { ImpliedEnd } from "./implied-end.js";
import type { OutlineNode } from "./outline.js";
import type { Step } from "./step.js";
import type { TagName } from "./tag-name.js";

/** How deep a browser nests elements; what is deeper becomes a sibling (Blink, Gecko and WebKit: 512). */
const DEPTH = 512;
/** See `Step.salt`: another number, so that the two together make one that few pairs share. */
const SPREAD = 0x85ebca6b;
let count = 0;

/** The elements that are open somewhere in a page, innermost first; the same stack in other pages is the same object. */
export class Place {
  readonly parent: Place | undefined;
  /** Name of the innermost one; of the root, one that no element has. */
  readonly tag: TagName;
  readonly node: OutlineNode;
  /** A number to find it by. */
  readonly salt: number;
  readonly #depth: number;
  /** The start tags that end something here, as bits: see `ImpliedEnd`. */
  readonly #ends: number;
  readonly #inner = new Map<Step, Place>();

  constructor(parent: Place | undefined, tag: TagName, node: OutlineNode) {
    this.parent = parent;
    this.tag = tag;
    this.node = node;
    this.#depth = parent === undefined ? 0 : parent.#depth + 1;
    this.#ends = ((parent === undefined ? 0 : parent.#ends) & ~tag.screens) | tag.endedBy;
    count += 1;
    this.salt = Math.imul(count, SPREAD);
  }

  /** Where a tag leads from here. */
  edge(step: Step): Edge {
    const { tag, kind } = step;
    if (kind === undefined) return { from: this, step, node: undefined, to: this.without(tag) };
    const place = this.afterImplied(tag.implies);
    const node = place.node.child(kind);
    return { from: this, step, node, to: tag.isVoid ? place : place.#within(step, node) };
  }

  /** Within the element that a start tag opens here; undefined where that is too deep. */
  #within(step: Step, node: OutlineNode): Place | undefined {
    if (this.#depth >= DEPTH) return undefined;
    const known = this.#inner.get(step);
    if (known !== undefined) return known;
    const place = new Place(this, step.tag, node);
    if (step.tag.isKept) {
      this.#inner.set(step, place);
      node.growth.count += 1;
    }
    return place;
  }

  /** The innermost place within an element of that name, this one or around; undefined where none is open. */
  innermost(tag: TagName): Place | undefined {
    let place: Place | undefined = this;
    while (place !== undefined && place.tag !== tag) place = place.parent;
    return place;
  }

  /** Out of the innermost open element of that name, and of what is open within; here where there is none. */
  without(tag: TagName): Place {
    return this.innermost(tag)?.parent ?? this;
  }

  /** Out of what a start tag ends, unless a list, a table or the like lies between (HTML §13.2.6.4.7). */
  afterImplied(end: ImpliedEnd | undefined): Place {
    if (end === undefined || (this.#ends & end.bit) === 0) return this;
    let place: Place = this;
    while ((place.tag.endedBy & end.bit) === 0 && place.parent !== undefined) place = place.parent;
    return place.parent ?? this;
  }
}

/** Where a tag leads from a place. */
export interface Edge {
  readonly from: Place;
  readonly step: Step;
  /** The element that it opens. */
  readonly node: OutlineNode | undefined;
  /** Undefined where that is too deep. */
  readonly to: Place | undefined;
}

const SLOT_BITS = 14;

/** The edges met last: with those a tag costs one look-up, whatever it ends. */
export class Edges {
  readonly #slots = new Array<Edge | undefined>(1 << SLOT_BITS).fill(undefined);

  of(from: Place, step: Step): Edge {
    const slot = (from.salt + step.salt) >>> (32 - SLOT_BITS);
    const known = this.#slots[slot];
    if (known !== undefined && known.from === from && known.step === step) return known;
    const edge = from.edge(step);
    this.#slots[slot] = edge;
    return edge;
  }
}
