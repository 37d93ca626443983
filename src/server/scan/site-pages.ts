import { listPages, type SitePage } from "../../scanner/list-pages.js";
import type { Scanner } from "../../scanner/scanner.js";
import { withBase } from "../../files/base.js";
import { isHtml, mediaType } from "../../files/media-type.js";
import { expectedRequest, type SiteRules } from "../middleware/site-rules.js";
import type { SiteLookup } from "../files/site-lookup.js";
import { OWN_PATH } from "../own-path.js";

/**
 * The pages of a site, by the URLs that they are served at: their own, unless
 * a rule comes first, those that rewrites give them, as far as these can be
 * told beforehand, and the paths of a single-page application.
 *
 * @param notice told of directories that can't be read
 * @param scanner reads the paths that the router of an application has
 */
export async function* sitePages(
  lookup: SiteLookup,
  rules: SiteRules,
  notice: (text: string) => void,
  scanner: Pick<Scanner, "page">,
): AsyncGenerator<SitePage> {
  const listed = new Set<string>();
  for await (const page of filePages(lookup, rules, notice)) {
    listed.add(page.pathname);
    yield page;
  }
  for await (const page of routedPages(lookup, rules, scanner)) if (!listed.has(page.pathname)) yield page;
}

/** The same without the paths of an application: each page of these is a file, and what stands in it is its own. */
export async function* filePages(
  lookup: SiteLookup,
  rules: SiteRules,
  notice: (text: string) => void,
): AsyncGenerator<SitePage> {
  const { root, base } = lookup.tree;
  const { rewritten } = rules;
  for await (const { pathname: path, file } of listPages(root, notice)) {
    const pathname = withBase(base, path);
    // Most sites have no such rule: a page is where its file is.
    const ruled = rules.of(expectedRequest(pathname)).action?.forced === true;
    const page = ruled ? await pageAt(pathname, lookup, rules) : { pathname, file };
    if (page !== undefined) yield page;
    for (const url of new Set(rewritten?.urlsOf(path))) {
      const moved = await rewrittenPage(withBase(base, url), lookup, rules);
      if (moved?.file.file === file.file) yield moved;
    }
  }
  for (const url of new Set(rewritten?.fixed)) {
    const moved = await rewrittenPage(withBase(base, url), lookup, rules);
    if (moved !== undefined) yield moved;
  }
}

/** A path that no file and no router has. */
const UNKNOWN_PATH = `${OWN_PATH}no-such-page`;

/** The page that answers for all paths without a file, at those that its router has. */
async function* routedPages(
  lookup: SiteLookup,
  rules: SiteRules,
  scanner: Pick<Scanner, "page">,
): AsyncGenerator<SitePage> {
  const { base } = lookup.tree;
  const application = await pageAt(withBase(base, UNKNOWN_PATH), lookup, rules);
  if (application === undefined) return;
  const { paths = [] } = await scanner.page(base, application.file, { ahead: true });
  for (const path of paths) {
    const page = await pageAt(withBase(base, path), lookup, rules);
    if (page?.file.file === application.file.file) yield page;
  }
}

/** The page that a rule serves at a URL, if it is one and no file comes first. */
async function rewrittenPage(pathname: string, lookup: SiteLookup, rules: SiteRules): Promise<SitePage | undefined> {
  const ruled = rules.of(expectedRequest(pathname)).action;
  if (ruled?.kind !== "rewrite") return undefined;
  // A forced one of a page's own URL was listed with the pages.
  if ((await lookup.tree.find(pathname)).kind === "file") return undefined;
  return pageAt(pathname, lookup, rules);
}

async function pageAt(pathname: string, lookup: SiteLookup, rules: SiteRules): Promise<SitePage | undefined> {
  const { audience } = rules.of(expectedRequest(pathname));
  const found = await lookup.look({ target: pathname, navigates: true }, audience);
  return found.kind === "file" && isHtml(mediaType(found.file)) ? { pathname, file: found } : undefined;
}
