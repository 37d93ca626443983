import type { HtmlFacts } from "./html/facts.js";
import type { EntryMarks } from "../manifest/types.js";
import { baseOf, documentBase, resolve } from "../manifest/resolve.js";
import { NEED, type Reference } from "./url/reference.js";

/** What makes an entry blocking: a stylesheet that applies, or a script that the parser waits for. A preload alone holds nothing up. */
export function marksOf({ named, when, by, need }: Pick<Reference, "named" | "when" | "by" | "need">): EntryMarks {
  const marks: { -readonly [Name in keyof EntryMarks]: EntryMarks[Name] } = {};
  if (named !== undefined) marks.named = named;
  if (need <= NEED.blockingScript && by !== "preload") marks.blocking = true;
  if (when !== undefined) marks.when = when;
  return marks;
}

export const sayTheSame = (a: EntryMarks, b: EntryMarks) =>
  a.named === b.named && a.blocking === b.blocking && a.when === b.when;

/** The marks of a target that is referred to twice: whoever names it, it is found at once; whoever needs it, it blocks. */
export function marksOfBoth(one: EntryMarks, other: EntryMarks): EntryMarks {
  if (sayTheSame(one, other)) return other;
  // In the order of `marksOf`: a list must not depend on which reference came first.
  return {
    ...((one.named ?? other.named) && { named: true }),
    ...((one.blocking ?? other.blocking) && { blocking: true }),
    ...(one.when !== undefined && other.when !== undefined && { when: one.when }),
  };
}

/**
 * The marks of the targets that a page's own HTML names.
 *
 * @param pathname URL path that the page is served at
 */
export function marksInHtml(facts: HtmlFacts, pathname: string): ReadonlyMap<string, EntryMarks> {
  const before = baseOf(pathname);
  const after = documentBase(facts.base?.href, before);
  const marks = new Map<string, EntryMarks>();
  const add = (reference: Reference) => {
    const { offset } = reference;
    const resolved = resolve(reference.url, offset < (facts.base?.offset ?? 0) ? before : after);
    if (!("target" in resolved)) return;
    marks.set(resolved.target, { ...marks.get(resolved.target), ...marksOf(reference) });
  };
  for (const reference of facts.references) add(reference);
  for (const { facts: sheet, offset, windows } of facts.styles) {
    if (windows === "others") continue;
    const named = offset < facts.firstFlight ? { named: true as const } : {};
    for (const { url } of sheet.imports) add({ url, as: "style", need: NEED.style, by: "@import", offset, ...named });
  }
  return marks;
}
