import type { AttributeTest, Compound, Selector } from "./selector.js";

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
const STEPS = 5000;
/** Of the match that is under way: its steps, and whether it looked at more than the element and its ancestors. */
const context = { steps: 0, looked: false };

/** Whether the last match rests on elements that other pages may add to. */
export function lookedAround(): boolean {
  return context.looked;
}

/** Whether the selector's subject can be that element, as far as the outline tells. */
export function matches(selector: Selector, element: Matchable): Match {
  context.steps = 0;
  context.looked = false;
  return matchFrom(selector, 0, element);
}

function matchFrom(selector: Selector, index: number, element: Matchable): Match {
  const compound = selector.compounds[index];
  if (compound === undefined) return "yes";
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
    context.steps += 1;
    if (context.steps > STEPS) return "maybe";
    const found = matchFrom(selector, index + 1, ancestor);
    if (found === "yes") return found;
    if (found === "maybe") best = found;
    if (selector.combinators[index] === ">") break;
  }
  return best;
}

/** The outline knows the children of a parent, not their order. What stands to the left of both is an ancestor of both. */
function sibling(selector: Selector, index: number, element: Matchable): Match {
  const compound = selector.compounds[index];
  if (compound === undefined || compound.never || !hasSibling(compound, element)) return "no";
  if (index === selector.compounds.length - 1) return "maybe";
  const combinator = selector.combinators[index];
  if (combinator === "+" || combinator === "~") return sibling(selector, index + 1, element);
  return ancestors(selector, index, element) === "no" ? "no" : "maybe";
}

function hasSibling(compound: Compound, element: Matchable): boolean {
  context.looked = true;
  for (const other of element.parent?.children.values() ?? []) {
    context.steps += 1;
    if (context.steps > STEPS || matchCompound(compound, other) !== "no") return true;
  }
  return false;
}

function matchCompound(compound: Compound, element: Matchable): Match {
  if (compound.never) return "no";
  if (compound.tag !== undefined && compound.tag !== element.tag) return "no";
  if (!compound.ids.every((id) => id === element.id)) return "no";
  if (!compound.classes.every((name) => element.classes.has(name))) return "no";
  if (!compound.attributes.every((test) => element.passes(test))) return "no";
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
  const pending: Matchable[] = [...(element.parent?.children.values() ?? []), ...element.children.values()];
  for (let near = pending.pop(); near !== undefined; near = pending.pop()) {
    context.steps += 1;
    if (context.steps > STEPS || matchAny(list, near) !== "no") return "maybe";
    pending.push(...(near.parent === element.parent ? [] : near.children.values()));
  }
  return "no";
}

function negated(match: Match): Match {
  return match === "yes" ? "no" : match === "no" ? "yes" : "maybe";
}
