import type { OutgoingHttpHeaders } from "node:http";
import { prepare } from "../../files/send-response.js";
import type { FileTree } from "../../files/tree.js";
import { errorPage, sendError, sendPage } from "../http/error-page.js";
import { acceptsPage, type Exchange } from "../http/exchange.js";
import { pathOf } from "../../io/request-target.js";
import type { Site } from "../context.js";
import type { SiteLookup } from "./site-lookup.js";

/** Answers where there is no file, and no page stands in for it. */
export async function answerMissing(
  site: Site,
  lookup: SiteLookup,
  exchange: Exchange,
  page = lookup.errorPage,
): Promise<undefined> {
  const { tree, single, errorPage } = lookup;
  const more = single === undefined ? {} : { vary: VARY };
  if (acceptsPage(exchange)) site.live?.missing(exchange);
  const sent =
    (await sendErrorFile(site, tree, exchange, more, page)) ||
    (page !== errorPage && (await sendErrorFile(site, tree, exchange, more, errorPage)));
  if (!sent) sendOwnPage(site, exchange, await whatIsMissing(lookup, exchange), more);
}

function sendOwnPage({ live }: Site, exchange: Exchange, detail: string, more: OutgoingHttpHeaders): void {
  if (live === undefined || !acceptsPage(exchange)) return sendError(exchange, 404, detail, more);
  const { content, policy } = live.withScript(errorPage(404, detail));
  return sendPage(exchange, 404, content, { ...more, "content-security-policy": policy });
}

/** Names what is not there, and the flag that helps. */
async function whatIsMissing({ tree, single }: SiteLookup, exchange: Exchange): Promise<string> {
  const pathname = pathOf(exchange.target);
  if (single !== undefined && acceptsPage(exchange) && (await tree.find(single)).kind !== "file") {
    return `There is no ${pathname}, and no ${single}, which --single names.`;
  }
  const found = await tree.find(pathname);
  if (found.kind === "directory") return `There is no index.html in ${pathname}. To list what is there: --list`;
  return `There is no ${pathname}`;
}

/** Whether a path gives a page or 404 depends on `accept`; the page itself on `accept-encoding`. */
export const VARY = "accept, accept-encoding";

/** Sends a page with 404; false when there is none. */
async function sendErrorFile(
  site: Site,
  tree: FileTree,
  exchange: Exchange,
  more: OutgoingHttpHeaders,
  pathname: string,
): Promise<boolean> {
  const found = await tree.find(pathname);
  if (found.kind !== "file" || exchange.rules.refusesFile(found.file)) return false;
  const { "accept-encoding": encoding } = exchange.fields;
  const selected = await site.representations.select(
    found,
    encoding === undefined ? {} : { "accept-encoding": encoding },
  );
  if (typeof selected === "string") return false;
  // No validators: they would be of this page, and not of what was asked for (RFC 9110 §8.8).
  const { etag: _etag, "last-modified": _date, "accept-ranges": _ranges, ...described } = selected.whole.fields;
  const fields = { ...described, "cache-control": "no-cache", ...more };
  const decision = { status: 404, fields, extent: selected.whole.extent };
  const response = await prepare(selected, decision, exchange.method);
  if (typeof response === "string") return false;
  try {
    await response.send(exchange, {}, (bytes) => exchange.progress(bytes));
  } finally {
    response.close();
  }
  return true;
}
