import { PLAIN } from "./element-kind.js";
import type { OutlineNode } from "./outline.js";
import type { TagEffect } from "./tag-effect.js";
import type { TagName } from "../../html/tag-name.js";

/** Places kept: what has more is no site, but an attack. */
const PLACES = 200_000;

/** How deep a browser nests elements; what is deeper becomes a sibling (Blink, Gecko and WebKit: 512). */
const DEPTH = 512;

/**
 * An element that is open, with all that are open around it: what more comes
 * before its end is within. The same elements in another page are the same
 * place, so that a page is a walk from place to place.
 */
export class OpenElement {
  readonly parent: OpenElement | undefined;
  /** Name of the element; of the root, one that no element has. */
  readonly tag: TagName;
  readonly node: OutlineNode;
  /** The tree that it is in. */
  readonly tree: { /** Number of those that are kept, of all pages. */ places: number };
  /** Whether it is one of them. */
  #isKept: boolean;
  readonly #depth: number;
  /** The groups of start tags that end something here, as bits: see `impliedEnds`. */
  readonly #ends: number;
  /** A bit of each name that is open: one whose bit is not there is not. */
  readonly #names: number;
  #inner: Map<TagEffect, OpenElement> | undefined;

  constructor(parent: OpenElement | undefined, tag: TagName, node: OutlineNode) {
    this.parent = parent;
    this.tag = tag;
    this.node = node;
    this.tree = parent === undefined ? { places: 1 } : parent.tree;
    this.#isKept = parent === undefined;
    this.#depth = parent === undefined ? 0 : parent.#depth + 1;
    this.#ends = ((parent === undefined ? 0 : parent.#ends) & ~tag.screens) | tag.endedBy;
    this.#names = (parent === undefined ? 0 : parent.#names) | bitOf(tag);
  }

  /** Where nothing is nested any more. */
  get isDeepest(): boolean {
    return this.#depth >= DEPTH;
  }

  /** Within the element that a start tag opens here. */
  open(step: TagEffect): OpenElement {
    const { last } = step;
    return last !== undefined && last.parent === this ? last : this.#open(step);
  }

  #open(step: TagEffect): OpenElement {
    let place = this.#inner?.get(step);
    if (place === undefined) {
      place = new OpenElement(this, step.tag, this.node.child(step.kind ?? PLAIN));
      if (step.tag.isKept && this.#isKept && this.tree.places < PLACES) this.#keep(step, place);
    }
    step.last = place;
    return place;
  }

  #keep(step: TagEffect, place: OpenElement): void {
    this.#inner ??= new Map();
    this.#inner.set(step, place);
    place.#isKept = true;
    this.tree.places += 1;
  }

  /** The innermost element of that name, this one or around; undefined where none is open. */
  innermost(tag: TagName): OpenElement | undefined {
    return (this.#names & bitOf(tag)) === 0 ? undefined : outTo(this, (place) => place.tag === tag);
  }

  /** Out of what an end tag ends: of the innermost element of that name, and of what is open within; here where there is none. */
  without(tag: TagName): OpenElement {
    return this.innermost(tag)?.parent ?? this;
  }

  /** Out of what a start tag ends, unless a list, a table or the like lies between (HTML §13.2.6.4.7). */
  afterImplied(group: number): OpenElement {
    if ((this.#ends & group) === 0) return this;
    return outTo(this, ({ tag }) => (tag.endedBy & group) !== 0)?.parent ?? this;
  }
}

/** The innermost place like that, this one or one around it. */
function outTo(from: OpenElement, isSought: (place: OpenElement) => boolean): OpenElement | undefined {
  let place: OpenElement | undefined = from;
  while (place !== undefined && !isSought(place)) place = place.parent;
  return place;
}

function bitOf({ hash }: TagName): number {
  return 1 << (hash & 31);
}
