import { PLAIN } from "./element-kind.js";
import type { OutlineNode } from "./outline.js";
import type { TagEffect } from "./tag-effect.js";
import type { TagName } from "../../html/tag-name.js";

/** Elements kept: what has more is no site, but an attack. */
const MAX_OPEN_ELEMENTS = 200_000;

/** How deep a browser nests elements; what is deeper becomes a sibling (Blink, Gecko and WebKit: 512). */
const MAX_DEPTH = 512;

/**
 * An element that is open, with all that are open around it: what more comes
 * before its end is within. The same elements in another page are the same
 * object, so that a page is a walk from one to the next.
 */
export class OpenElement {
  readonly parent: OpenElement | undefined;
  /** Name of the element; of the root, one that no element has. */
  readonly tag: TagName;
  readonly node: OutlineNode;
  /** The tree that it is in. */
  readonly tree: { /** Number of those that are kept, of all pages. */ count: number };
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
    this.tree = parent === undefined ? { count: 1 } : parent.tree;
    this.#isKept = parent === undefined;
    this.#depth = parent === undefined ? 0 : parent.#depth + 1;
    this.#ends = ((parent === undefined ? 0 : parent.#ends) & ~tag.screens) | tag.endedBy;
    this.#names = (parent === undefined ? 0 : parent.#names) | bitOf(tag);
  }

  /** Where nothing is nested any more. */
  get isDeepest(): boolean {
    return this.#depth >= MAX_DEPTH;
  }

  /** Within the element that a start tag opens here. */
  open(effect: TagEffect): OpenElement {
    const { last } = effect;
    return last !== undefined && last.parent === this ? last : this.#open(effect);
  }

  #open(effect: TagEffect): OpenElement {
    let element = this.#inner?.get(effect);
    if (element === undefined) {
      element = new OpenElement(this, effect.tag, this.node.child(effect.kind ?? PLAIN));
      if (effect.tag.isKept && this.#isKept && this.tree.count < MAX_OPEN_ELEMENTS) this.#keep(effect, element);
    }
    effect.last = element;
    return element;
  }

  #keep(effect: TagEffect, element: OpenElement): void {
    this.#inner ??= new Map();
    this.#inner.set(effect, element);
    element.#isKept = true;
    this.tree.count += 1;
  }

  /** The innermost element of that name, this one or around; undefined where none is open. */
  innermost(tag: TagName): OpenElement | undefined {
    return (this.#names & bitOf(tag)) === 0 ? undefined : outTo(this, (element) => element.tag === tag);
  }

  /** Out of the innermost element of that name, and of what is open within; here where there is none. */
  without(tag: TagName): OpenElement {
    return this.innermost(tag)?.parent ?? this;
  }

  /** Out of what an end tag ends: an element of its name in scope, of a heading any; here where there is none. */
  afterEnd(tag: TagName): OpenElement {
    if (!tag.isHeading && (this.#names & bitOf(tag)) === 0) return this;
    const isEnded = (element: OpenElement) => element.tag === tag || (tag.isHeading && element.tag.isHeading);
    const found = outTo(this, (element) => isEnded(element) || (element.tag.bounds & tag.endsIn) !== 0);
    return found !== undefined && isEnded(found) ? (found.parent ?? this) : this;
  }

  /** Out of what a start tag ends, unless a list, a table or the like lies between (HTML §13.2.6.4.7). */
  afterImplied(groups: number): OpenElement {
    if ((this.#ends & groups) === 0) return this;
    const group = lowestBit(this.#ends & groups);
    const outer = outTo(this, ({ tag }) => (tag.endedBy & group) !== 0)?.parent ?? this;
    return outer.afterImplied(groups & ~group);
  }
}

/** The innermost element like that, this one or one around it. */
function outTo(from: OpenElement, isSought: (element: OpenElement) => boolean): OpenElement | undefined {
  let element: OpenElement | undefined = from;
  while (element !== undefined && !isSought(element)) element = element.parent;
  return element;
}

const lowestBit = (bits: number) => bits & -bits;

function bitOf({ hash }: TagName): number {
  return 1 << (hash & 31);
}
