import { linksOf } from "./format.js";
import type { ExportedPage } from "./exported-page.js";
import { type Directory, pagesBelow, pageTree } from "./page-tree.js";

/** Paths: one, or all that begin so and end as a pattern says. */
export interface PathPattern {
  /** As it is on the wire. */
  readonly start: string;
  /** `:page` stands for one name in a path, a star for all that follows. */
  readonly end: "" | "*" | ":page/";
}

/** A rule of a host that adds what all rules say that fit a path. */
export interface PathRule {
  readonly paths: readonly PathPattern[];
  /** Whose links they say. */
  readonly page: ExportedPage;
  /** All that it is for. */
  readonly pages: readonly ExportedPage[];
}

/**
 * Rules for paths where every rule that fits counts: those for most pages
 * first. A directory of pages alone that all say the same has one rule:
 * `/posts/*`. So have directories beside each other, whatever other files
 * there are: `/posts/:page/`, as no file is named so.
 *
 * @param mixed directories with other files than pages, at any depth
 */
export function pathRules(pages: readonly ExportedPage[], mixed: ReadonlySet<string>): readonly PathRule[] {
  const rules: PathRule[] = [];
  addRules(pageTree(pages), true, mixed, rules);
  const counts = new Map<string, number>();
  for (const { page, pages: own } of rules) counts.set(textOf(page), (counts.get(textOf(page)) ?? 0) + own.length);
  const weight = ({ page }: PathRule) => counts.get(textOf(page)) ?? 0;
  return rules
    .filter(({ page }) => page.links.length > 0)
    .toSorted((a, b) => weight(b) - weight(a) || b.pages.length - a.pages.length);
}

const textOf = ({ links }: ExportedPage) => linksOf(links).join();

/** @param hasIndex the index of the directory is not spoken for yet */
function addRules(
  directory: Directory<ExportedPage>,
  hasIndex: boolean,
  mixed: ReadonlySet<string>,
  rules: PathRule[],
): void {
  const { path } = directory;
  const shared = hasIndex && !mixed.has(path) ? commonOf([...pagesBelow(directory)]) : undefined;
  if (shared !== undefined) return void rules.push({ ...shared, paths: [{ start: path, end: "*" }] });
  const single = directory.pages.filter(({ pathname }) => hasIndex || pathname !== path);
  rules.push(...single.map((page) => ({ paths: pathsOf(page.pathname), page, pages: [page] })));
  const inner = [...directory.directories.values()];
  const indexes = commonOf(inner.flatMap((each) => each.pages.filter(({ pathname }) => pathname === each.path)));
  if (indexes !== undefined) rules.push({ ...indexes, paths: [{ start: path, end: ":page/" }] });
  for (const each of inner) addRules(each, indexes === undefined, mixed, rules);
}

/** What several pages say that all say the same. */
function commonOf(pages: readonly ExportedPage[]): Omit<PathRule, "paths"> | undefined {
  const [page] = pages;
  if (page === undefined || pages.length < 2) return undefined;
  const text = textOf(page);
  return pages.every((each) => textOf(each) === text) ? { page, pages } : undefined;
}

/** Where hosts serve a page: at its file's path, and at that without the suffix. */
function pathsOf(pathname: string): readonly PathPattern[] {
  const clean = /^(.*)\.html$/.exec(pathname)?.[1];
  const paths = clean === undefined ? [pathname] : [pathname, clean];
  return paths.map((start) => ({ start, end: "" }));
}
