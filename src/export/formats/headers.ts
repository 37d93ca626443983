import type { ExportedPage } from "../exported-page.js";
import { fieldsOf, type ExportedFile, type ExportedSite } from "../format.js";
import { MAX_HEADERS_LINE } from "../targets.js";
import { type PathPattern, pathRules } from "../path-rules.js";
import { parseHeaders } from "../../rules/headers/headers-file.js";

/** Rules that Cloudflare Pages reads. */
const MAX_RULES = 100;

const NAME = "  Link: ";

/**
 * Rules of a `_headers` file, as Cloudflare Pages and Netlify read it. Those
 * that most pages share come first; what is over the limit is left out.
 *
 * @param others what else the file says
 */
export function headers(
  { pages, mixed }: ExportedSite,
  others: string,
): { file: ExportedFile; omitted: ExportedPage[] } {
  let free = MAX_RULES - parseHeaders(others).rules.length;
  const blocks: string[] = [];
  const omitted: ExportedPage[] = [];
  for (const { paths, page, pages: all } of pathRules(pages, mixed)) {
    const fields = fieldsOf(page.links, MAX_HEADERS_LINE - NAME.length).map((field) => `${NAME}${field}`);
    // A page has both of its paths or none: hosts redirect from one to the other.
    if (paths.length > free) {
      omitted.push(...all);
      continue;
    }
    free -= paths.length;
    blocks.push(...paths.map((path) => [written(path), ...fields].join("\n")));
  }
  const usage = [
    "For Cloudflare Pages, which makes Early Hints of it, and for Netlify: put this file into the directory that you deploy.",
    "Only what stays fresh is named: give other files a Cache-Control with max-age here, and run the export again.",
  ];
  return { file: { name: "_headers", usage, text: blocks.join("\n") }, omitted };
}

/** A star and the colon before a name have a meaning of their own. */
const written = ({ start, end }: PathPattern) => start.replaceAll("*", "%2A").replaceAll(":", "%3A") + end;
