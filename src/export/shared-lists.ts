import { writeLink } from "../delivery/link.js";
import type { ExportedPage } from "./exported-page.js";
import { type Directory, pagesBelow, pageTree } from "./page-tree.js";

/** Pages that a rule is for: one, or all below a directory that no rule before names. */
export type Rule =
  | { readonly kind: "page"; readonly pathname: string; readonly list: number }
  | { readonly kind: "tree"; readonly directory: string; readonly list: number };

/** What pages have in common, and which page has what. */
export interface SharedLists {
  /** By number, from 1; 0 is nothing. What its pages say is the same: the first of them stands for all. */
  readonly lists: ReadonlyMap<number, ExportedPage>;
  /** The first that fits counts. */
  readonly rules: readonly Rule[];
}

/** A rule for a directory has to spare so many rules for pages. */
const WORTH_A_RULE = 8;

/** A page and the number of its list. */
interface ListedPage {
  readonly pathname: string;
  readonly list: number;
}

/**
 * Finds out which pages say the same, and rules that are shorter than a list
 * of all pages: a rule for a directory speaks for most pages below it, and
 * those that differ have rules of their own before it.
 */
export function shareLists(pages: readonly ExportedPage[]): SharedLists {
  const lists = new Map<number, ExportedPage>();
  const numbers = new Map<string, number>([[keyOf(NOTHING), 0]]);
  const listed = pages.map((page): ListedPage => {
    const key = keyOf(page);
    const list = numbers.get(key) ?? numbers.size;
    numbers.set(key, list);
    if (list > 0 && !lists.has(list)) lists.set(list, page);
    return { pathname: page.pathname, list };
  });
  const found: Rule[] = [];
  addRules(pageTree(listed), 0, found);
  const single = found.filter(({ kind }) => kind === "page");
  // The deepest first.
  const wide = found.flatMap((rule) => (rule.kind === "tree" ? rule : []));
  wide.sort((a, b) => b.directory.length - a.directory.length);
  return { lists, rules: [...single, ...wide] };
}

const NOTHING: ExportedPage = { pathname: "", links: [], hints: [], pushes: [] };

const keyOf = ({ links, hints, pushes }: ExportedPage) =>
  [links.map(writeLink), hints.map(writeLink), pushes.map(({ target }) => target)].join("\n");

/** @param inherited the list that a rule for a directory around this one gives */
function addRules(directory: Directory<ListedPage>, inherited: number, rules: Rule[]): void {
  const list = listFor(directory, inherited);
  if (list !== inherited) rules.push({ kind: "tree", directory: directory.path, list });
  for (const page of directory.pages) if (page.list !== list) rules.push({ kind: "page", ...page });
  for (const inner of directory.directories.values()) addRules(inner, list, rules);
}

/** The list that most pages below a directory have, if a rule for it is worth while. */
function listFor(directory: Directory<ListedPage>, inherited: number): number {
  const counts = new Map<number, number>();
  for (const { list } of pagesBelow(directory)) counts.set(list, (counts.get(list) ?? 0) + 1);
  let most: readonly [list: number, count: number] = [inherited, 0];
  for (const each of counts) if (each[1] > most[1]) most = each;
  const [list, count] = most;
  return count - (counts.get(inherited) ?? 0) >= WORTH_A_RULE ? list : inherited;
}
