import { join } from "node:path";
import type { Delivery } from "../../delivery/history.js";
import { isNavigation } from "../../delivery/navigation.js";
import type { RuleAction } from "../../rules/rule-set.js";
import type { FoundFile } from "../../files/file.js";
import type { FileTree, Found } from "../../files/tree.js";
import { challenge } from "../middleware/password.js";
import { sendError, sendPage } from "../http/error-page.js";
import { acceptsPage, isOver, leave, type Exchange } from "../http/exchange.js";
import { readyAnswer, type ReadyAnswer } from "./ready-answer.js";
import { answerMissing, VARY } from "./not-found.js";
import { pathOf } from "../../io/request-target.js";
import { announcedFields, sendFile } from "./send-file.js";
import type { Answered, Site, Step } from "../context.js";
import type { Resolved } from "./resolved.js";
import { admittedBy, type LookupRequest, type SiteLookup } from "./site-lookup.js";

/** How long a file may change whenever it is opened, until the client is told to come again (milliseconds). */
const WRITTEN_FOR_MS = 2000;

type ResolvedFile = Extract<Resolved, { kind: "file" }>;
type RuleRedirect = Extract<RuleAction, { kind: "redirect" }>;

/** Rules of `_redirects` that come before files and routes. */
export const forcedRules: Step = (exchange, site) => {
  const { lookup } = site;
  return lookup !== undefined && exchange.rules.action?.forced === true ? answerForced(site, lookup, exchange) : "next";
};

/** Answers by the files, where there are any: at once when the file is in memory. */
export const files = (exchange: Exchange, site: Site): Answered => {
  const { lookup } = site;
  const { method, target } = exchange;
  if (lookup === undefined) return sendError(exchange, 404, `There is nothing at ${target}`);
  if (method !== "GET" && method !== "HEAD") return answerMethod(lookup, exchange);
  // A route may have been asked before, and taken its time.
  const known = lookup.tree.peek(pathOf(target));
  const mayHave = known?.kind === "file" && !exchange.rules.refusesFile(known.file);
  const atOnce = mayHave ? answerSync(site, exchange, known) : "waits";
  return atOnce === "waits" ? answerAsync(site, lookup, exchange, known) : atOnce;
};

function answerForced(site: Site, lookup: SiteLookup, exchange: Exchange): Answered {
  const { method } = exchange;
  return method === "GET" || method === "HEAD" ? answerAsync(site, lookup, exchange) : answerMethod(lookup, exchange);
}

/** A redirect sends a form on; a file takes none. */
function answerMethod({ tree }: SiteLookup, exchange: Exchange): Answered {
  const ruled = exchange.rules.action;
  if (ruled?.kind !== "redirect") return refuseMethod(exchange);
  return ruled.forced ? redirect(exchange, ruled.status, ruled.location) : redirectUnlessFile(tree, exchange, ruled);
}

/** Says what can be asked of a file, or of the server (RFC 9110 §9.3.7). */
export function answerOptions(exchange: Exchange): undefined {
  exchange.writeHead(204, { allow: "GET, HEAD, OPTIONS" }, true);
}

function refuseMethod(exchange: Exchange): undefined {
  if (exchange.method === "OPTIONS") return answerOptions(exchange);
  return sendError(exchange, 405, `${exchange.method} is not possible here.`, { allow: "GET, HEAD" });
}

async function redirectUnlessFile(tree: FileTree, exchange: Exchange, { status, location }: RuleRedirect) {
  const found = await tree.find(pathOf(exchange.target));
  return found.kind === "file" ? refuseMethod(exchange) : redirect(exchange, status, location);
}

/** Answers from memory without waiting, if that can be. */
function answerSync(site: Site, exchange: Exchange, found: FoundFile): Delivery | undefined | "waits" {
  if (exchange.hinted !== undefined) return "waits";
  const selected = site.representations.ready(found, exchange.fields);
  if (selected === undefined) return "waits";
  const answer = readyAnswer(site, exchange, found, selected);
  if (answer === undefined) return "waits";
  const { status, fields, content, linked } = answer;
  if (content !== undefined && !exchange.mayBuffer(content.length)) return "waits";
  const { method, target, connection } = exchange;
  if (method === "GET" && !connection.history.wasSent(target, selected.version)) {
    connection.history.markSent(target, selected.version);
  }
  const more = linked === undefined ? announcedFields(site, exchange, fields) : undefined;
  exchange.writeHead(status, more === undefined ? fields : { ...fields, ...more }, content === undefined);
  if (content !== undefined) exchange.sendBuffered(content);
  return linked && record(exchange, linked);
}

function record(exchange: Exchange, { targets, announcements }: NonNullable<ReadyAnswer["linked"]>): Delivery {
  const { target, connection } = exchange;
  const delivery = { page: target, time: Date.now(), targets };
  connection.history.record(delivery);
  if (isNavigation(exchange)) connection.history.announce(announcements);
  return delivery;
}

/**
 * Answers by what is looked up: also where a rule comes before the file of the path.
 *
 * @param known what stands for the path, where that was found: it could not be answered at once
 */
async function answerAsync(site: Site, lookup: SiteLookup, exchange: Exchange, known?: Found) {
  const deadline = performance.now() + WRITTEN_FOR_MS;
  const request = requestFor(exchange);
  await site.connections.turns.wait(exchange.connection);
  for (let first = known; ; first = undefined) {
    if (isOver(exchange)) return undefined;
    const resolved = await lookup.resolve(request, first);
    if (isOver(exchange)) return undefined;
    if (site.isMounted && isUnanswered(resolved)) return leave(exchange);
    if (resolved.kind !== "file") return answerOther(site, lookup, exchange, resolved);
    const { found, pathname, standsIn } = resolved;
    const atOnce = first?.kind !== "file" && !standsIn ? answerSync(site, exchange, found) : "waits";
    if (atOnce !== "waits") return atOnce;
    const sent = await sendFile(site, exchange, found, standsIn ? { vary: VARY } : {});
    if (sent === "withheld" && site.isMounted) return leave(exchange);
    if (sent === "withheld") return answerMissing(site, lookup, exchange);
    if (sent === "unreadable") return refuseUnreadable(site, exchange, { file: found.file, code: "EACCES" });
    if (sent !== "changed") return sent.delivery;
    if (performance.now() >= deadline) {
      return sendError(exchange, 503, `${pathOf(exchange.target)} is being written.`, { "retry-after": "1" });
    }
    lookup.tree.invalidate(pathname);
  }
}

/** Nothing of the site stands for it: neither a file nor a rule. */
function isUnanswered(resolved: Resolved): boolean {
  const { kind } = resolved;
  return kind === "malformed" || kind === "outside" || kind === "unknown" || (kind === "missing" && !resolved.page);
}

function requestFor(exchange: Exchange): LookupRequest {
  const { target, authority, fields, rules } = exchange;
  return { target, authority, fields, navigates: acceptsPage(exchange), ...admittedBy(rules) };
}

async function answerOther(
  site: Site,
  lookup: SiteLookup,
  exchange: Exchange,
  resolved: Exclude<Resolved, ResolvedFile>,
) {
  const pathname = pathOf(exchange.target);
  switch (resolved.kind) {
    case "redirect":
      return redirect(exchange, resolved.status, resolved.location);
    case "malformed":
      return sendError(exchange, 400, `${pathname} is not a path.`);
    case "refused":
      return challenge(exchange);
    case "listing": {
      const { entriesOf, listingPage, orderIn } = await import("./directory-listing.js");
      const { directory } = resolved;
      const entries = await entriesOf(lookup.tree, directory, () => isOver(exchange));
      if (isOver(exchange)) return undefined;
      if (entries === undefined) return refuseUnreadable(site, exchange, { file: directory, code: "EACCES" });
      const shown = entries.filter(({ name }) => !exchange.rules.refusesFile(join(directory, name)));
      const order = orderIn(exchange.target.slice(pathname.length));
      return sendPage(exchange, 200, listingPage(pathname, shown, order, pathname === lookup.tree.base));
    }
    case "unreadable":
      return refuseUnreadable(site, exchange, resolved);
    case "outside":
      return sendError(exchange, 404, `There is no ${pathname}: the site is served below ${lookup.tree.base}`);
    case "missing":
      return answerMissing(site, lookup, exchange, resolved.page);
    case "unknown":
      return answerMissing(site, lookup, exchange);
  }
}

/** 403: it is there, and the server's user may not read it. The log names the file, the response only the path. */
function refuseUnreadable(site: Site, exchange: Exchange, { file, code }: { file: string; code: string }): undefined {
  site.unreadable(file, code);
  return sendError(exchange, 403, `The server is not allowed to read ${pathOf(exchange.target)}`);
}

/** Nobody keeps it: what the rules say may change. */
function redirect(exchange: Exchange, status: number, location: string): undefined {
  exchange.writeHead(status, { location, "content-length": 0, "cache-control": "no-cache" }, true);
}
