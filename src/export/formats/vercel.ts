import { frameDestinations } from "../../delivery/navigation.js";
import { type ExportedSite, fieldsOf, isServedBare } from "../format.js";
import type { JsonRule } from "../json-part.js";
import { MAX_VERCEL_VALUE } from "../targets.js";
import { type PathPattern, pathRules } from "../path-rules.js";

/** Rules for `headers` of a vercel.json: all that fit count, and `source` is in the syntax of path-to-regexp. */
export function vercel({ pages, mixed }: ExportedSite): JsonRule[] {
  const names = new Set(pages.map(({ pathname }) => pathname));
  return pathRules(pages, mixed).flatMap(({ paths, page }) => {
    // One field: of two with the same name, the second one counts.
    const [value = ""] = fieldsOf(page.links, MAX_VERCEL_VALUE);
    const sources = paths.flatMap((path) => sourcesOf(path, names));
    return sources.map((source) => ({ source, missing: [FRAMED], headers: [{ key: "Link", value }] }));
  });
}

/** A frame may be sandboxed, and what needs CORS is then refused to it. */
const FRAMED = { type: "header", key: "sec-fetch-dest", value: `(?:${frameDestinations.join("|")})` };

/**
 * Sources for a path, in which what has a meaning in a pattern stands for itself. The page of a directory is served
 * without its slash, too, where no other page is.
 */
function sourcesOf({ start, end }: PathPattern, names: ReadonlySet<string>): string[] {
  const path = start.replaceAll(/[:*+?(){}\\]/g, String.raw`\$&`);
  const bare = isServedBare(start, names) ? path.slice(0, -1) : undefined;
  switch (end) {
    case "":
      return [bare === undefined ? path : `${bare}{/}?`];
    case "*":
      return [`${path}(.*)`, bare ?? []].flat();
    case ":page/":
      return [`${path}:page/`, ...(hasFlatPages(start, names) ? [] : [`${path}:page([^/.]+)`])];
  }
}

const hasFlatPages = (directory: string, names: ReadonlySet<string>) =>
  [...names].some((name) => name.startsWith(directory) && /^[^/]+\.html$/.test(name.slice(directory.length)));
