import type { OutgoingHttpHeaders } from "node:http";
import type { AnnouncedTargets } from "../../delivery/held-back.js";
import { announcementsOf, linkValues, targetsOf } from "../../delivery/deliver.js";
import { serverTiming } from "../../delivery/delivery-summary.js";
import type { DeliveredTarget } from "../../delivery/history.js";
import { considersPushes, plan } from "../../delivery/plan.js";
import type { FoundFile } from "../../files/file.js";
import { decide, type Representation } from "../../files/representation/representation.js";
import { debug } from "../../io/debug.js";
import { pathOf } from "../../io/request-target.js";
import type { FreshNeeds } from "../../scanner/scanner.js";
import type { PageNeeds } from "../../scanner/types.js";
import type { Site } from "../context.js";
import type { Exchange } from "../http/exchange.js";
import { peerOf, requestOf, withStaleness } from "../page-delivery/plan-input.js";
import { pageLinks } from "../page-delivery/preload-links.js";
import { loopTime } from "../../io/loop-time.js";

/** An answer from memory that waits for nothing. */
export interface ReadyAnswer {
  readonly status: number;
  /** With the `Link` of a page. */
  readonly fields: OutgoingHttpHeaders;
  readonly content: Buffer | undefined;
  /** What a page goes with. */
  readonly linked: Linked | undefined;
}

/** What the `Link` field of a page says. */
interface Linked {
  readonly targets: readonly DeliveredTarget[];
  readonly announcements: readonly AnnouncedTargets[];
}

/** One that is kept, and what it rests on. */
interface Known {
  readonly answer: ReadyAnswer;
  /** Loads with what was learned and loads without alternate. */
  readonly byNeeds: WeakMap<PageNeeds, ReadyAnswer>;
  readonly found: FoundFile;
  /** When what the page needs has to be asked for again (`loopTime()`). */
  readonly until: number;
}

/** The answers of a page by kind of request: thousands of requests get the same. */
const answers = new WeakMap<Representation, Map<string, Known>>();

/** Kinds that are kept for one representation of a page: what clients make up must not fill the memory. */
const MAX_KINDS = 8;
const MAX_KIND_LENGTH = 1024;

/** Up to this size a content in memory goes out at once; a larger one waits for the client's window (bytes). */
const MAX_BYTES = 32 * 1024;

/** Fields of a request that have a say in its answer, beside those that select the representation. */
const FIELDS = [
  "if-match",
  "if-none-match",
  "if-modified-since",
  "if-unmodified-since",
  "range",
  "if-range",
  "save-data",
  "sec-fetch-dest",
  "sec-fetch-mode",
] as const;

/** All that an answer depends on beside the file, and a query is not part of it. No part of it can hold a line break. */
function kindOf(
  { rules }: Site,
  { httpVersion, method, authority, target, fields, pushEnabled, connection }: Exchange,
) {
  let kind = `${rules.version} ${httpVersion} ${pushEnabled} ${connection.history.refuses} ${method}\n${authority}\n${pathOf(target)}`;
  for (const name of FIELDS) {
    const value = fields[name];
    if (value !== undefined) kind += `\n${name}: ${String(value)}`;
  }
  return kind;
}

/**
 * What a version of a file answers without waiting. Undefined where there is
 * something to wait for, as the content is large, something may be pushed or
 * hinted, or it is not known what the page needs; and where rules have a say
 * in what a page goes with.
 */
export function readyAnswer(
  site: Site,
  exchange: Exchange,
  found: FoundFile,
  selected: Representation,
): ReadyAnswer | undefined {
  return selected.isPage ? pageAnswer(site, exchange, found, selected) : fileAnswer(exchange, selected);
}

function fileAnswer({ method, fields: asked, rules }: Exchange, selected: Representation): ReadyAnswer | undefined {
  const { status, fields, extent } = decide(selected, method, asked, rules.validators);
  if (status >= 400) return undefined;
  if (method === "HEAD" || extent.kind === "none") return { status, fields, content: undefined, linked: undefined };
  const { content, size } = selected;
  const isReady = content !== undefined && extent.kind === "whole" && size <= MAX_BYTES;
  return isReady ? { status, fields, content, linked: undefined } : undefined;
}

/** That of a page: worked out once for each kind of request. */
function pageAnswer(
  site: Site,
  exchange: Exchange,
  found: FoundFile,
  selected: Representation,
): ReadyAnswer | undefined {
  let kinds = answers.get(selected);
  if (kinds === undefined) answers.set(selected, (kinds = new Map()));
  const kind = kindOf(site, exchange);
  const known = kinds.get(kind);
  if (known?.found === found && loopTime() < known.until) {
    debug("%s: the answer is known from before", exchange.target);
    return known.answer;
  }
  const own = fileAnswer(exchange, selected);
  if (own === undefined) return undefined;
  const fresh = freshNeeds(site, exchange, found, own.status);
  if (fresh === undefined) return undefined;
  const { needs, until } = fresh;
  const byNeeds = known?.byNeeds ?? new WeakMap<PageNeeds, ReadyAnswer>();
  const answer = byNeeds.get(needs) ?? withLinks(site, exchange, own, needs);
  byNeeds.set(needs, answer);
  if (known === undefined && kinds.size >= MAX_KINDS) kinds.clear();
  if (!namesItself(exchange, needs) && kind.length <= MAX_KIND_LENGTH)
    kinds.set(kind, { answer, byNeeds, found, until });
  return answer;
}

/** Whether a page needs itself with a query: with that very query, it does not go with itself. */
function namesItself({ target }: Exchange, { entries }: PageNeeds): boolean {
  const start = `${pathOf(target)}?`;
  return entries.some((entry) => entry.target.startsWith(start));
}

/** What a page needs whose links are all it goes with. */
function freshNeeds(site: Site, exchange: Exchange, found: FoundFile, status: number): FreshNeeds | undefined {
  const request = requestOf(exchange, { status, link: undefined });
  if (considersPushes(request, clientOf(exchange), site.limits)) return undefined;
  if (site.limits.mode === "hints" && request.navigation) return undefined;
  const { csp, integrityPolicy, link, audience } = exchange.rules.page;
  if (link !== undefined || csp.length + integrityPolicy.length + exchange.policies.length > 0) return undefined;
  const fresh = site.scanner?.peek(pathOf(exchange.target), found, { audience });
  if (fresh === undefined || site.traffic === undefined) return fresh;
  const needs = site.traffic.peek(exchange, found, fresh.needs);
  // The learner is told of each load.
  return needs && { needs, until: exchange.pageNeeds === undefined ? fresh.until : 0 };
}

const clientOf = (exchange: Exchange) => peerOf(exchange, { bytes: 0 }, []);

function withLinks(site: Site, exchange: Exchange, own: ReadyAnswer, needs: PageNeeds): ReadyAnswer {
  const { status } = own;
  const links = withStaleness(site, exchange, pageLinks(exchange, undefined, needs.entries));
  const decided = plan(links, requestOf(exchange, { status, link: undefined }), clientOf(exchange), site.limits);
  const targets = targetsOf(decided);
  const values = linkValues(decided);
  const fields = {
    ...own.fields,
    ...(values.length === 0 ? {} : { link: values.join(", ") }),
    ...(site.serverTiming ? { "server-timing": serverTiming(targets) } : {}),
  };
  return { ...own, fields, linked: { targets, announcements: announcementsOf(decided) } };
}
