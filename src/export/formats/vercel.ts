import { frameDestinations } from "../../delivery/navigation.js";
import { type ExportedSite, fieldsOf } from "../format.js";
import type { JsonRule } from "../json-part.js";
import { MAX_VERCEL_VALUE } from "../targets.js";
import { type PathPattern, pathRules } from "../path-rules.js";

/** Rules for `headers` of a vercel.json: all that fit count, and `source` is in the syntax of path-to-regexp. */
export function vercel({ pages, mixed }: ExportedSite): JsonRule[] {
  return pathRules(pages, mixed).flatMap(({ paths, page }) => {
    // One field: of two with the same name, the second one counts.
    const [value = ""] = fieldsOf(page.links, MAX_VERCEL_VALUE);
    return paths.map((path) => ({ source: source(path), missing: [FRAMED], headers: [{ key: "Link", value }] }));
  });
}

/** A frame may be sandboxed, and what needs CORS is then refused to it. */
const FRAMED = { type: "header", key: "sec-fetch-dest", value: `(?:${frameDestinations.join("|")})` };

/** What has a meaning in a pattern stands for itself in the path. The page of a directory is served without its slash, too. */
function source({ start, end }: PathPattern): string {
  const path = start.replaceAll(/[:*+?(){}\\]/g, String.raw`\$&`);
  if (end === "*") return `${path}(.*)`;
  return end === "" && path.length > 1 && path.endsWith("/") ? `${path.slice(0, -1)}{/}?` : path + end;
}
