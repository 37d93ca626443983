import { listPages, type SitePage } from "../manifest/pages.js";
import { withBase } from "../static/base.js";
import type { SiteLookup } from "./site-lookup.js";

/** The pages of a site, by the URLs that they are served at, as far as these can be told beforehand. */
export async function* sitePages(lookup: SiteLookup): AsyncGenerator<SitePage> {
  const { root, base } = lookup.tree;
  for await (const page of listPages(root)) yield { ...page, pathname: withBase(base, page.pathname) };
}
