import { functionEnd } from "./values.js";

/** Kleene's third value: what a browser does not know makes a query false, negated or not (Media Queries 4 §3.1). */
export type Truth = boolean | undefined;

/** How deep conditions may be nested; a browser's own limit is of this size. */
const MAX_DEPTH = 64;

/** The truth of a boolean condition of parenthesised parts, each decided by `decide`; `and(` is a function and no operator. */
export function condition(text: string, decide: (inside: string, name: string) => Truth, depth = 0): Truth {
  let result: Truth;
  let first = true;
  let operator = "and";
  let negated = false;
  let at = 0;
  while (at < text.length) {
    const rest = text.slice(at);
    const word = /^\s*(not|and|or|only)(?=\s)\s*/i.exec(rest);
    if (word !== null) {
      const name = (word[1] ?? "").toLowerCase();
      if (name === "not") negated = !negated;
      else if (name !== "only") operator = name;
      at += word[0].length;
      continue;
    }
    const open = /^\s*([a-z-]*)\(/i.exec(rest);
    if (open === null) return /^\s*$/.test(rest) ? result : undefined;
    const start = at + open[0].length - 1;
    const end = functionEnd(text, start);
    const inside = text.slice(start + 1, end).trim();
    const name = (open[1] ?? "").toLowerCase();
    const nested = name === "" && /^(?:not\b|\(|[a-z-]+\()/i.test(inside) && depth < MAX_DEPTH;
    let value = nested ? condition(inside, decide, depth + 1) : decide(inside, name);
    if (negated && value !== undefined) value = !value;
    negated = false;
    result = first ? value : combine(operator, result, value);
    first = false;
    at = end + 1;
  }
  return result;
}

function combine(operator: string, left: Truth, right: Truth): Truth {
  if (operator === "or") {
    if (left === true || right === true) return true;
    return left === undefined || right === undefined ? undefined : false;
  }
  if (left === false || right === false) return false;
  return left === undefined || right === undefined ? undefined : true;
}
