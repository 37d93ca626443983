import type { OutgoingHttpHeaders } from "node:http";
import type { Delivery } from "../delivery/history.js";
import { writePieces } from "../files/write-pieces.js";
import { NO_NEEDS } from "../scanner/scan-fault.js";
import type { PageNeeds } from "../scanner/types.js";
import type { Site } from "../server/context.js";
import { isOver, markingSent, type Exchange } from "../server/http/exchange.js";
import { fieldText } from "../server/http/field-text.js";
import { withoutConnectionFields } from "../server/http/fetch-adapter.js";
import { deliverPage, type ReadyPage } from "../server/page-delivery/deliver-page.js";
import { policiesOf } from "./compat-exchange.js";
import { contentOf, type PageContent } from "./page-content.js";
import { needsOfContent, sitePage } from "./mounted-needs.js";

/** A page that somebody else makes. */
export interface OwnPage {
  /** Status of the response. */
  readonly status: number;
  /** Its fields, their names in lower case. */
  readonly fields: OutgoingHttpHeaders;
  readonly content: PageContent;
}

/**
 * Sends a page that somebody else makes together with what it needs.
 *
 * @param page path of the page of the site whose list goes with it; without one, its content says what it needs
 * @throws when the client goes away, and what the content throws
 */
export async function deliverOwnPage(
  site: Site,
  exchange: Exchange,
  own: OwnPage,
  page: string | undefined,
): Promise<Delivery | undefined> {
  const { status } = own;
  exchange.whenClosed(() => own.content.discard());
  const fields = exchange.stream === undefined ? own.fields : withoutConnectionFields(own.fields);
  exchange.policies = policiesOf(fields["content-security-policy"]);
  await applyRules(site, exchange);
  const needs = await needsOf(site, exchange, own, page);
  const { entries, mayHaveImportMap } = needs;
  if (isOver(exchange)) {
    own.content.discard();
    return undefined;
  }
  const live = withLiveReload(site, exchange, { ...own, fields }, needs);
  const integrityPolicy = fieldText(fields["integrity-policy"]);
  const link = [fieldText(fields["link"]) ?? [], exchange.rules.page.link ?? []].flat().join(", ") || undefined;
  const bytes = live.content.size;
  const send = sender(site, exchange, live);
  const ready = { status, bytes, link, integrityPolicy, entries, mayHaveImportMap, send };
  return markingSent(exchange, fieldText(fields["etag"]) ?? null, () => deliverPage(site, exchange, ready));
}

/** What the rules say of the page counts; the fields of the response are those of whoever makes it. */
async function applyRules(site: Site, exchange: Exchange): Promise<void> {
  await site.rules.look();
  exchange.rules = site.rules.of(exchange);
  exchange.transformHeaders = undefined;
}

async function needsOf(site: Site, exchange: Exchange, own: OwnPage, page: string | undefined): Promise<PageNeeds> {
  const { target, fields, policies, rules } = exchange;
  const { whole } = own.content;
  const isText = own.fields["content-encoding"] === undefined;
  if (page === undefined && isText && whole !== undefined && whole.length > 0) {
    const read = await needsOfContent(site, target, whole, [...rules.page.csp, ...policies]);
    if (read !== undefined) return read;
  }
  const client = { userAgent: fields["user-agent"] ?? "", csp: policies };
  return (await sitePage(site, page ?? target, client))?.needs ?? NO_NEEDS;
}

/** The page with the script of live reload, where it comes in one piece. */
function withLiveReload({ live }: Site, { target, method }: Exchange, own: OwnPage, needs: PageNeeds): OwnPage {
  const { status, fields, content } = own;
  const { whole } = content;
  const isText = fields["content-encoding"] === undefined;
  if (live === undefined || method !== "GET" || status !== 200 || !isText || !whole?.length) return own;
  const made = live.made(target, needs, whole, fieldText(fields["content-type"]) ?? "");
  content.discard();
  return { status, fields: { ...fields, "content-length": made.length }, content: contentOf(made) };
}

function sender(site: Site, exchange: Exchange, { status, fields, content }: OwnPage): ReadyPage["send"] {
  return async (extra, progress) => {
    const all = { ...fields, ...extra };
    if (exchange.method === "GET" && !exchange.pushEnabled) {
      site.hints.learn(exchange, status, all);
    }
    const bare = exchange.method === "HEAD" || status === 304 || content.size === 0;
    exchange.writeHead(status, all, bare);
    if (bare) content.discard();
    else await writePieces(content.pieces(), exchange, progress);
  };
}
