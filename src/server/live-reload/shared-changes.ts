import type { OpenPage, PageChange } from "./page-changes.js";

/** A page at one look, and what that has found. */
export interface LookedPage {
  readonly page: Pick<OpenPage, "changed">;
  readonly outcome: ReturnType<OpenPage["look"]>;
}

/** What changed at one look, and how many open pages took it. */
export interface LiveChange extends PageChange {
  readonly pages: number;
}

/** Has pages wait for others that rest on the same, and for which that has not settled: a change is one for all. */
export function together<T extends LookedPage>(looked: readonly T[]): readonly T[] {
  const unsettled = new Set(looked.flatMap(({ page, outcome }) => (outcome === "settling" ? page.changed : [])));
  const waits = ({ outcome }: T) => typeof outcome === "object" && outcome.paths.some((path) => unsettled.has(path));
  return looked.map((one) => (waits(one) ? { ...one, outcome: "settling" } : one));
}

/** Each change once, with how many pages took it. */
export function gathered(changes: readonly PageChange[]): LiveChange[] {
  const alike = new Map<string, LiveChange>();
  for (const change of changes) {
    const key = [change.kind, ...change.paths].join(" ");
    alike.set(key, { ...change, pages: (alike.get(key)?.pages ?? 0) + 1 });
  }
  return [...alike.values()];
}
