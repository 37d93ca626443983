import type { LoadedRequest } from "../measure/measured-load.js";
import { escaped } from "./markup.js";

/** Which file asks for which, as lists within lists. */
export function chain(requests: readonly LoadedRequest[]): string {
  const once = new Map(requests.filter(({ isAhead }) => !isAhead).map((request) => [request.target, request]));
  const [root] = once.keys();
  return root === undefined ? "" : `<ul class="chain">${branch(root, [...once.values()], new Set())}</ul>`;
}

function branch(target: string, all: readonly LoadedRequest[], above: ReadonlySet<string>): string {
  const here = new Set([...above, target]);
  const next = all.filter((request) => request.by === target && !here.has(request.target));
  const below = next.map((request) => branch(request.target, all, here)).join("");
  return `<li>${escaped(target)}${below === "" ? "" : `<ul>${below}</ul>`}</li>`;
}
