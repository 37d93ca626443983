import { lookedAround, type Match, matches, stepsTaken } from "../css/selectors/match.js";
import type { Selector } from "../css/selectors/types.js";
import { isSliceOver } from "../work.js";
import type { OutlineNode } from "./outline/outline.js";

/** It is time for others to have their turn: what was asked is to be asked again after that. */
export class Interrupted extends Error {}

/** Steps that an element takes until it counts as slow. */
const SLOW_STEPS = 2000;

interface SlowElement {
  readonly node: OutlineNode;
  /** Number of paths that it was held among. */
  readonly growth: number;
  steps: number;
  /** Of selectors held against it after so many steps. */
  known?: Map<Selector, { readonly match: Match; readonly looked: boolean }>;
}

/** Holds selectors against elements. Where one element takes long, what is known of it outlives an interruption. */
export class Matcher {
  /** Whether an answer rested on what is around the element. */
  lookedAround = false;
  /** Whether the work on an element may be broken off, to be asked for once more. */
  interruptible = false;
  /** The element that is under way. */
  #slow: SlowElement | undefined;

  /** Whether a rule may be for an element. */
  match(selector: Selector, node: OutlineNode): Match {
    const { count } = node.growth;
    if (this.#slow?.node !== node || this.#slow.growth !== count) this.#slow = { node, growth: count, steps: 0 };
    const slow = this.#slow;
    const known = slow.known?.get(selector);
    if (known !== undefined) {
      this.lookedAround ||= known.looked;
      return known.match;
    }
    const match = matches(selector, node);
    const looked = lookedAround();
    this.lookedAround ||= looked;
    slow.steps += stepsTaken();
    if (slow.steps > SLOW_STEPS) {
      slow.known ??= new Map();
      slow.known.set(selector, { match, looked });
      this.pause();
    }
    return match;
  }

  /** @throws {Interrupted} when it is time for others to have their turn */
  pause(): void {
    if (this.interruptible && isSliceOver()) throw new Interrupted("others have to have their turn");
  }
}
