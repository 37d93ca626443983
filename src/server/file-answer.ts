import type { OutgoingHttpHeaders } from "node:http";
import type { Delivery } from "../delivery/history.js";
import type { RuleAction } from "../rules/site-rules.js";
import type { FoundFile } from "../static/file.js";
import { isHtml } from "../static/media-type.js";
import { decide } from "../static/representation.js";
import type { Found, FileTree } from "../static/tree.js";
import { sendError, sendPage } from "./error-page.js";
import type { Exchange } from "./exchange.js";
import { linkedPage, type Linked } from "./linked-page.js";
import { answerMissing, sendErrorFile } from "./missing.js";
import { hintedFields, pathOf, sendFile } from "./send-file.js";
import type { Site } from "./site.js";

/** How long a file may change whenever it is opened, until the client is told to come again (milliseconds). */
const PATIENCE = 2000;

type Answered = Delivery | undefined | Promise<Delivery | undefined>;
type RuleRedirect = Extract<RuleAction, { kind: "redirect" }>;

/** Up to this size a content in memory goes out at once; a larger one waits for the client's window (bytes). */
const AT_ONCE = 32 * 1024;

/**
 * Answers a request for a file: at once when it is in memory.
 *
 * @param hinted `Link` values that a 103 carried already
 */
export function answerFile(site: Site, tree: FileTree, exchange: Exchange, hinted: readonly string[]) {
  const { method, target } = exchange;
  if (method !== "GET" && method !== "HEAD") {
    const ruled = site.rules.action(exchange);
    return ruled?.kind === "redirect" ? redirectUnlessFile(tree, exchange, ruled) : refuseMethod(exchange);
  }
  const found = hinted.length === 0 ? tree.recall(pathOf(target), exchange.arrived) : undefined;
  const atOnce = found?.kind === "file" ? answerAtOnce(site, exchange, found) : undefined;
  return atOnce === undefined ? answerInTime(site, tree, exchange, hinted) : atOnce.delivery;
}

function refuseMethod(exchange: Exchange): undefined {
  return sendError(exchange, 405, `${exchange.method} is not possible here.`, { allow: "GET, HEAD" });
}

async function redirectUnlessFile(tree: FileTree, exchange: Exchange, { status, location }: RuleRedirect) {
  const found = await tree.find(pathOf(exchange.target));
  return found.kind === "file" ? refuseMethod(exchange) : redirect(exchange, status, location);
}

/** Answers from memory without waiting, if that can be; undefined if not. */
function answerAtOnce(site: Site, exchange: Exchange, found: FoundFile): AtOnce | undefined {
  const { representations, scanner } = site;
  const selected = representations.ready(found, exchange.fields);
  if (selected === undefined) return undefined;
  const { method, connection, target } = exchange;
  const decision = decide(selected, method, exchange.fields);
  const { status, fields, extent } = decision;
  const bare = method === "HEAD" || extent.kind === "none";
  if (status >= 400 || (!bare && (extent.kind !== "whole" || selected.size > AT_ONCE))) return undefined;
  const isPage = scanner !== undefined && isHtml(selected.contentType);
  const linked = isPage ? linkedPage(site, exchange, found, status) : undefined;
  if (isPage && linked === undefined) return undefined;
  if (!bare && (selected.content === undefined || !exchange.mayEnd(selected.content.length))) return undefined;
  if (method === "GET" && !connection.history.seen(target, selected.version)) {
    connection.history.carried(target, selected.version);
  }
  const more = linked?.fields ?? hintedFields(exchange, decision);
  exchange.head(status, more === undefined ? fields : together(fields, more), bare);
  if (!bare && selected.content !== undefined) exchange.end(selected.content);
  return { delivery: linked === undefined ? undefined : record(exchange, linked) };
}

interface Joined {
  readonly more: OutgoingHttpHeaders;
  readonly all: OutgoingHttpHeaders;
}

/** The last join of the fields of a file: thousands of requests for a page get the same. */
const joined = new WeakMap<OutgoingHttpHeaders, Joined>();

function together(fields: OutgoingHttpHeaders, more: OutgoingHttpHeaders): OutgoingHttpHeaders {
  const known = joined.get(fields);
  if (known?.more === more) return known.all;
  const all = { ...fields, ...more };
  joined.set(fields, { more, all });
  return all;
}

/** What was answered at once: with a page, what went with it. */
interface AtOnce {
  readonly delivery: Delivery | undefined;
}

function record({ target, connection }: Exchange, { targets }: Linked): Delivery {
  const delivery = { page: target, time: Date.now(), targets };
  connection.history.record(delivery);
  return delivery;
}

async function answerInTime(site: Site, tree: FileTree, exchange: Exchange, hinted: readonly string[]) {
  const found = await tree.find(pathOf(exchange.target));
  if (found.kind !== "file") return answerOther(site, tree, exchange, found);
  return answerAt(site, tree, exchange, pathOf(exchange.target), hinted);
}

/** Answers with the file of a path. */
async function answerAt(
  site: Site,
  tree: FileTree,
  exchange: Exchange,
  pathname: string,
  hinted: readonly string[] = [],
): Promise<Delivery | undefined> {
  const deadline = performance.now() + PATIENCE;
  do {
    const found = await tree.find(pathname);
    // A directory asked for without its slash: the URL of the request is another one, and keeps its own.
    if (found.kind === "unslashed") return answerAt(site, tree, exchange, `${pathname}/`, hinted);
    if (found.kind !== "file") return answerMissing(site, tree, exchange);
    const atOnce = hinted.length === 0 ? answerAtOnce(site, exchange, found) : undefined;
    if (atOnce !== undefined) return atOnce.delivery;
    const sent = await sendFile(site, exchange, found, { hinted });
    if (sent === "withheld") return answerMissing(site, tree, exchange);
    if (sent !== "changed") return sent.delivery;
    tree.lookAgain(pathname);
  } while (performance.now() < deadline);
  return sendError(exchange, 503, `${pathname} is being written.`, { "retry-after": "1" });
}

async function answerOther(site: Site, tree: FileTree, exchange: Exchange, found: Exclude<Found, FoundFile>) {
  const { target } = exchange;
  const pathname = pathOf(target);
  const query = target.slice(pathname.length);
  if (found.kind === "none" && found.status === 400) {
    return sendError(exchange, 400, `${pathname} is not a path.`);
  }
  const ruled = site.rules.action(exchange);
  if (ruled !== undefined && !(found.kind === "unslashed" && (await tree.find(`${pathname}/`)).kind === "file")) {
    return answerRule(site, tree, exchange, ruled);
  }
  // 308: a client that sent a form comes back with it (RFC 9110 §15.4.9).
  if (found.kind === "unslashed") return redirect(exchange, 308, `${pathname}/${query}`);
  if (found.kind === "directory" && site.list) {
    const { entriesOf, listingPage, orderIn } = await import("./listing.js");
    const entries = await entriesOf(tree, found.directory);
    return sendPage(exchange, 200, listingPage(pathname, entries, orderIn(query)));
  }
  return answerMissing(site, tree, exchange);
}

/** Does what a rule of `_redirects` says. Where that leads, no rule applies any more. */
export function answerRule(site: Site, tree: FileTree, exchange: Exchange, ruled: RuleAction): Answered {
  if (ruled.kind === "redirect") return redirect(exchange, ruled.status, ruled.location);
  if (exchange.method !== "GET" && exchange.method !== "HEAD") return refuseMethod(exchange);
  return ruled.status === 404
    ? answerNotFound(site, tree, exchange, ruled.pathname)
    : answerAt(site, tree, exchange, ruled.pathname);
}

async function answerNotFound(site: Site, tree: FileTree, exchange: Exchange, pathname: string): Promise<undefined> {
  const sent =
    (await sendErrorFile(site, tree, exchange, {}, pathname)) || (await sendErrorFile(site, tree, exchange, {}));
  if (!sent) sendError(exchange, 404, `There is no ${pathOf(exchange.target)}`);
}

/** Nobody keeps it: what the rules say may change. */
function redirect(exchange: Exchange, status: number, location: string): undefined {
  exchange.head(status, { location, "content-length": 0, "cache-control": "no-cache" }, true);
}
