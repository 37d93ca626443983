import type { OutgoingHttpHeaders } from "node:http";
import type { Delivery, History } from "../delivery/history.js";
import type { FileTree, FoundFile } from "../static/file.js";
import { isHtml } from "../static/media-type.js";
import { represent } from "../static/representation.js";
import { prepare } from "../static/respond.js";
import { errorPage } from "./error-page.js";
import { EarlyHints, hintedFreshness } from "./early-hints.js";
import { contextOf, goneSignal, type Exchange } from "./exchange.js";
import { responseFields, sendContent, toRequest } from "./fetch.js";
import { deliverPage, type ReadyPage } from "./page.js";
import { askRoutes } from "./route.js";
import type { Site } from "./site.js";

/** A file that changes so often while it is opened is not worth another try. */
const ATTEMPTS = 5;

/**
 * Answers one request: by the first route that wants it, else from the files.
 *
 * @returns what was delivered with a page
 * @throws what the route or the system threw, and when the client went away
 */
export async function answer(site: Site, exchange: Exchange): Promise<Delivery | undefined> {
  if (!exchange.target.startsWith("/")) return sendError(exchange, 400, "This request has no path.");
  const hints = new EarlyHints(exchange, site.hintsHelp);
  if (site.routes.length > 0) {
    const response = await askRoutesFor(site, exchange, hints);
    if (response !== undefined) return answerRoute(site, exchange, response, hints);
  }
  if (site.tree === undefined) return sendError(exchange, 404, `There is nothing at ${exchange.target}`);
  return answerFile(site, site.tree, exchange, hints);
}

async function askRoutesFor(site: Site, exchange: Exchange, hints: EarlyHints): Promise<Response | undefined> {
  const request = toRequest(exchange, goneSignal(exchange));
  if (request === undefined) return undefined;
  const context = contextOf(exchange, (links) => hints.send(links));
  return hints.whileSlow(askRoutes(site.routes, request, context), site.hints.of(exchange.target));
}

async function answerRoute(site: Site, exchange: Exchange, response: Response, hints: EarlyHints) {
  const { method, target, connection } = exchange;
  const { status, headers } = response;
  const fields = { ...(headers.has("cache-control") ? {} : hintedFreshness(exchange)), ...responseFields(response) };
  const bare = method === "HEAD" || response.body === null;
  const send: ReadyPage["send"] = async (extra, progress, hold) => {
    exchange.head(status, { ...fields, ...extra }, bare);
    if (bare) await response.body?.cancel();
    else await sendContent(response, exchange, site.closing, progress, hold);
  };
  const link = headers.get("link") ?? undefined;
  if (method === "GET" && status === 200) site.hints.learn(target, link);
  return carrying(connection.history, exchange, headers.get("etag"), async () => {
    if (link === undefined && hints.sent.length === 0) {
      await send({}, exchange.progress);
      return undefined;
    }
    const length = headers.get("content-length");
    const bytes = length === null ? undefined : Number(length);
    const page = { status, bytes, link, hinted: hints.sent, entries: [], blocking: new Set<string>(), send };
    return deliverPage(site, exchange, page);
  });
}

/** Remembers that the connection carries this version of the target, unless it gets lost on the way. */
async function carrying<T>(
  history: History,
  { method, target }: Exchange,
  etag: string | null,
  send: () => Promise<T>,
): Promise<T> {
  if (method !== "GET" || etag === null) return send();
  history.carried(target, etag);
  try {
    return await send();
  } catch (error) {
    history.lost(target, etag);
    throw error;
  }
}

async function answerFile(site: Site, tree: FileTree, exchange: Exchange, hints: EarlyHints) {
  const { method, target } = exchange;
  if (method !== "GET" && method !== "HEAD") {
    return sendError(exchange, 405, `${method} is not possible here.`, { allow: "GET, HEAD" });
  }
  const [pathname, query] = splitTarget(target);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const found = await tree.find(pathname);
    if (found.kind === "directory") return redirect(exchange, `${pathname}/${query}`);
    if (found.kind === "none") return sendError(exchange, found.status, `There is no ${pathname}`);
    const sent = await sendFile(site, exchange, found, hints.sent);
    if (sent === "withheld") break;
    if (sent !== "changed") return sent.delivery;
  }
  return sendError(exchange, 404, `There is no ${pathname}`);
}

/** Sends one version of a file, a page with what it needs. */
async function sendFile(site: Site, exchange: Exchange, found: FoundFile, hinted: readonly string[]) {
  const { method, fields, target, connection } = exchange;
  const selected = represent(found, fields);
  const needs = isHtml(selected.contentType) ? await site.scanner?.page(splitTarget(target)[0], found) : undefined;
  const prepared = await prepare(selected, method);
  if (typeof prepared === "string") return prepared;
  try {
    const send: ReadyPage["send"] = (...how) => prepared.send(exchange, ...how);
    const delivery = await carrying(connection.history, exchange, selected.etag, async () => {
      if (needs === undefined) {
        await send(hintedFreshness(exchange), exchange.progress);
        return undefined;
      }
      const { entries, blocking } = needs;
      const page = { status: selected.status, bytes: found.size, link: undefined, hinted, entries, blocking, send };
      return deliverPage(site, exchange, page);
    });
    return { delivery };
  } finally {
    await prepared.close();
  }
}

/** 308: a client that sent a form comes back with it (RFC 9110 §15.4.9). */
function redirect(exchange: Exchange, location: string): undefined {
  exchange.head(308, { location, "content-length": 0, "cache-control": "no-cache" }, true);
}

/** Sends a small page for a status of 400 or more. */
export function sendError(
  exchange: Exchange,
  status: number,
  detail: string,
  fields: OutgoingHttpHeaders = {},
): undefined {
  const content = errorPage(status, detail);
  const bare = exchange.method === "HEAD";
  const common = {
    "content-type": "text/html; charset=utf-8",
    "content-length": content.length,
    "cache-control": "no-cache",
    "x-content-type-options": "nosniff",
  };
  exchange.head(status, { ...common, ...fields }, bare);
  if (!bare) exchange.body.end(content, () => exchange.progress(content.length));
}

/** Path and query ("" or with its question mark) of a request target. */
function splitTarget(target: string): [pathname: string, query: string] {
  const at = target.indexOf("?");
  return at === -1 ? [target, ""] : [target.slice(0, at), target.slice(at)];
}
