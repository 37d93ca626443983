import { escaped, type ExportedSite, fieldsOf, isServedBare, pagePattern } from "../format.js";
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
  const names = new Set(pages.map(({ pathname }) => pathname));
  return rules.toReversed().map((rule) => {
    const regex = rule.kind === "page" ? cleanPattern(rule.pathname, names) : cleanTree(rule.directory, names);
    const [value = ""] = fieldsOf(lists.get(rule.list)?.links ?? [], MAX_VALUE);
    return { regex: `^${regex}$`, headers: [{ key: "Link", value }] };
  });
}

function cleanPattern(pathname: string, names: ReadonlySet<string>): string {
  const bare = pathname.replace(/(?:\.html|\/)$/, "");
  if (pathname.endsWith(".html")) return `${escaped(bare)}(?:\\.html${names.has(`${bare}/`) ? "" : "|/"})?`;
  return isServedBare(pathname, names) ? `${escaped(bare)}(?:/(?:index\\.html)?)?` : pagePattern(pathname);
}

/** All pages below a directory: what ends in a slash or as HTML does, or has a name without a dot. */
function cleanTree(directory: string, names: ReadonlySet<string>): string {
  const inside = String.raw`(?:.*/)?(?:[^/]*\.(?i:html?|xhtml)|[^/.]*)`;
  if (!isServedBare(directory, names)) return escaped(directory) + inside;
  return `${escaped(directory.slice(0, -1))}(?:/${inside})?`;
}
