import { escaped, type ExportedSite, fieldsOf, pagePattern } from "../format.js";
import { shareLists } from "../shared-lists.js";
import type { JsonRule } from "../json-part.js";

/** No limit is documented for a value; this is what other hosts take. */
const MAX_VALUE = 8192;

/**
 * Rules for `hosting.headers` of a firebase.json: the last that fits counts,
 * and `regex` is in the syntax of RE2. With `cleanUrls` a page is at its path
 * without the suffix, with `trailingSlash` one of a directory at that without
 * its slash.
 */
export function firebase({ pages }: ExportedSite): JsonRule[] {
  const { lists, rules } = shareLists(pages);
  return rules.toReversed().map((rule) => {
    const regex = rule.kind === "page" ? cleanPattern(rule.pathname) : cleanTree(rule.directory);
    const [value = ""] = fieldsOf(lists.get(rule.list)?.links ?? [], MAX_VALUE);
    return { regex: `^${regex}$`, headers: [{ key: "Link", value }] };
  });
}

function cleanPattern(pathname: string): string {
  if (pathname.endsWith(".html")) return `${escaped(pathname.slice(0, -".html".length))}(?:\\.html|/)?`;
  return pathname === "/" ? pagePattern(pathname) : `${escaped(pathname.replace(/\/$/, ""))}(?:/(?:index\\.html)?)?`;
}

/** All pages below a directory: what ends in a slash or as HTML does, or has a name without a dot. */
function cleanTree(directory: string): string {
  const inside = `(?:.*/)?(?:[^/]*\\.(?i:html?|xhtml)|[^/.]*)`;
  return directory === "/" ? `/${inside}` : `${escaped(directory.replace(/\/$/, ""))}(?:/${inside})?`;
}
