import { spend } from "../../work.js";
import type { AttributeTest, Combinator, Compound, Selector } from "./types.js";

/** An element, as far as selectors look at it. */
export interface Matchable {
  readonly parent: Matchable | undefined;
  /** Lower-case; "" when no selector asks for it. */
  readonly tag: string;
  readonly id: string;
  readonly classes: ReadonlySet<string>;
  passes(test: AttributeTest): boolean;
  /** Elements that have it as their parent, in this page or one like it. */
  readonly children: ReadonlyMap<unknown, Matchable>;
}

export type Match = "yes" | "maybe" | "no";

const weaker = (a: Match, b: Match): Match => (a === "no" || b === "no" ? "no" : a === "maybe" ? a : b);

/** Steps that one match may take: a selector with many ancestors could take their product (an attack). */
const MAX_STEPS = 5000;
/** Of the match that is under way: its steps, and whether it looked at more than the element and its ancestors. */
const context = { steps: 0, looked: false, isNear: false };

/** Whether the last match rests on elements that other pages may add to. */
export function lookedAround(): boolean {
  return context.looked;
}

/** Whether the selector's subject can be that element, as far as the outline tells. */
export function matches(selector: Selector, element: Matchable): Match {
  context.steps = 0;
  context.looked = false;
  context.isNear = false;
  const match = matchFrom(selector, 0, element);
  spend(context.steps);
  return match;
}

/** How much the last match took. */
export const stepsTaken = (): number => context.steps;

function matchFrom(selector: Selector, index: number, element: Matchable): Match {
  const compound = selector.compounds[index];
  if (compound === undefined) return "yes";
  context.steps += 1;
  if (context.steps > MAX_STEPS) return "maybe";
  const own = matchCompound(compound, element);
  if (own === "no" || index === selector.compounds.length - 1) return own;
  const combinator = selector.combinators[index];
  const left = combinator === "+" || combinator === "~" ? sibling(selector, index + 1, element) : "yes";
  if (left === "no" || left === "maybe") return left;
  return weaker(own, ancestors(selector, index, element));
}

/** The best match of what stands left of `compounds[index]` among the element's ancestors. */
function ancestors(selector: Selector, index: number, element: Matchable): Match {
  let best: Match = "no";
  for (let ancestor = element.parent; ancestor !== undefined; ancestor = ancestor.parent) {
    const found = matchFrom(selector, index + 1, ancestor);
    if (context.steps > MAX_STEPS) return "maybe";
    if (found === "yes") return found;
    if (found === "maybe") best = found;
    if (selector.combinators[index] === ">") break;
  }
  return best;
}

/** The outline knows the children of a parent, not their order. What stands to the left of both is an ancestor of both. */
function sibling(selector: Selector, from: number, element: Matchable): Match {
  const { compounds, combinators } = selector;
  let combinator: Combinator | undefined = "~";
  let index = from;
  for (; combinator === "+" || combinator === "~"; index += 1) {
    const compound = compounds[index];
    if (compound === undefined || compound.never || !hasSibling(compound, element)) return "no";
    combinator = combinators[index];
  }
  if (combinator === undefined) return "maybe";
  return ancestors(selector, index - 1, element) === "no" ? "no" : "maybe";
}

function hasSibling(compound: Compound, element: Matchable): boolean {
  context.looked = true;
  for (const other of element.parent?.children.values() ?? []) {
    context.steps += 1;
    if (context.steps > MAX_STEPS || matchCompound(compound, other) !== "no") return true;
  }
  return false;
}

function matchCompound(compound: Compound, element: Matchable): Match {
  if (compound.never) return "no";
  if (compound.tag !== undefined && compound.tag !== element.tag) return "no";
  if (!compound.ids.every((id) => id === element.id)) return "no";
  if (!compound.classes.every((name) => element.classes.has(name))) return "no";
  if (!compound.attributes.every((test) => element.passes(test))) return "no";
  context.steps += compound.attributes.length;
  let result: Match = compound.undecided ? "maybe" : "yes";
  for (const list of compound.any) result = weaker(result, matchAny(list, element));
  for (const list of compound.not) result = weaker(result, negated(matchAny(list, element)));
  for (const list of compound.has) result = weaker(result, hasAny(list, element));
  return result;
}

function matchAny(list: readonly Selector[], element: Matchable): Match {
  let best: Match = "no";
  for (const selector of list) {
    const found = matchFrom(selector, 0, element);
    if (found === "yes") return found;
    if (found === "maybe") best = found;
  }
  return best;
}

/** Whether what `:has()` asks for is near: where exactly, and whether on this very page, is not known. */
function hasAny(list: readonly Selector[], element: Matchable): Match {
  context.looked = true;
  // Within one another they would go up and down the page without bound; only nesting can bring that about.
  if (context.isNear) return "maybe";
  context.isNear = true;
  let found: Match = "no";
  for (const near of around(element)) {
    context.steps += 1;
    if (context.steps > MAX_STEPS || matchAny(list, near) !== "no") found = "maybe";
    if (found !== "no") break;
  }
  context.isNear = false;
  return found;
}

/** The siblings of an element, and all that is within it. */
function* around(element: Matchable): Generator<Matchable> {
  yield* element.parent?.children.values() ?? [];
  const open = [element.children.values()];
  for (let inner = open.at(-1); inner !== undefined; inner = open.at(-1)) {
    const { value, done } = inner.next();
    if (done === true) open.pop();
    else {
      yield value;
      open.push(value.children.values());
    }
  }
}

function negated(match: Match): Match {
  return match === "yes" ? "no" : match === "no" ? "yes" : "maybe";
}
