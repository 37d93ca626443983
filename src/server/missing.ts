import type { OutgoingHttpHeaders } from "node:http";
import { extname } from "node:path";
import type { Delivery } from "../delivery/history.js";
import { isHtml, mediaType, UNKNOWN_TYPE } from "../static/media-type.js";
import { prepare } from "../static/respond.js";
import type { FileTree } from "../static/tree.js";
import { sendError } from "./error-page.js";
import type { Exchange } from "./exchange.js";
import { pathOf, sendFile } from "./send-file.js";
import type { Site } from "./site.js";

/** Answers where there is no file: with the page of a single-page application, or with 404. */
export async function answerMissing(site: Site, tree: FileTree, exchange: Exchange): Promise<Delivery | undefined> {
  if (site.single !== undefined && isNavigation(exchange)) {
    const found = await tree.find(site.single);
    const sent = found.kind === "file" ? await sendFile(site, exchange, found, { more: { vary: VARY } }) : undefined;
    if (typeof sent === "object") return sent.delivery;
  }
  const more = site.single === undefined ? {} : { vary: VARY };
  if (!(await sendErrorFile(site, tree, exchange, more))) {
    sendError(exchange, 404, await whatIsMissing(site, tree, exchange), more);
  }
  return undefined;
}

/** Names what is not there, and the flag that helps. */
async function whatIsMissing({ single }: Site, tree: FileTree, exchange: Exchange): Promise<string> {
  const pathname = pathOf(exchange.target);
  if (single !== undefined && isNavigation(exchange) && (await tree.find(single)).kind !== "file") {
    return `There is no ${pathname}, and no ${single}, which --single names.`;
  }
  const found = await tree.find(pathname);
  if (found.kind === "directory") return `There is no index.html in ${pathname}. To list what is there: --list`;
  return `There is no ${pathname}`;
}

/** Whether a path gives a page or 404 depends on `accept`; the page itself on `accept-encoding`. */
const VARY = "accept, accept-encoding";

/**
 * Whether the request is for a page: it asks for HTML by name, and its path
 * is not that of an image or a script, as one that is missing must not be
 * answered with a page.
 */
function isNavigation({ fields, target }: Exchange): boolean {
  if (!/(?:text\/html|application\/xhtml\+xml)/i.test(fields.accept ?? "")) return false;
  const path = pathOf(target);
  const type = extname(path) === "" ? UNKNOWN_TYPE : mediaType(path);
  return type === UNKNOWN_TYPE || isHtml(type);
}

/** Sends a page with 404, `404.html` in the root by default; false when there is none. */
export async function sendErrorFile(
  site: Site,
  tree: FileTree,
  exchange: Exchange,
  more: OutgoingHttpHeaders,
  pathname = "/404.html",
): Promise<boolean> {
  const found = await tree.find(pathname);
  if (found.kind !== "file") return false;
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
    await response.close();
  }
  return true;
}
