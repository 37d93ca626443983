import { type ExportedSite, fieldsOf, pagePattern, treePattern } from "../format.js";
import { shareLists } from "../shared-lists.js";
import type { JsonRule } from "../json-part.js";

/** No limit is documented for a value; this is what other hosts take. */
const MAX_VALUE = 8192;

/**
 * Rules for `hosting.headers` of a firebase.json: the last that fits counts,
 * and `regex` is in the syntax of RE2. With `cleanUrls` a page is at its path
 * without the suffix.
 */
export function firebase({ pages }: ExportedSite): JsonRule[] {
  const { lists, rules } = shareLists(pages);
  return rules.toReversed().map((rule) => {
    const regex = rule.kind === "page" ? cleanPattern(rule.pathname) : treePattern(rule.directory);
    const [value = ""] = fieldsOf(lists.get(rule.list)?.links ?? [], MAX_VALUE);
    return { regex: `^${regex}$`, headers: [{ key: "Link", value }] };
  });
}

const cleanPattern = (pathname: string) =>
  pathname.endsWith(".html") ? `${pagePattern(pathname.slice(0, -".html".length))}(?:\\.html)?` : pagePattern(pathname);
