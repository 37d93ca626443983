import type { OutgoingHttpHeaders } from "node:http";
import type { Delivery } from "../../delivery/history.js";
import type { FoundFile, Unavailable } from "../../files/file.js";
import { debug } from "../../io/debug.js";
import { inTime } from "../../io/in-time.js";
import { pathOf } from "../../io/request-target.js";
import { NO_NEEDS } from "../../scanner/scan-fault.js";
import type { Scanner } from "../../scanner/scanner.js";
import type { Decision } from "../../files/representation/representation.js";
import { hintedFreshness, linkedFreshness } from "../page-delivery/early-hints.js";
import { sendError } from "../http/error-page.js";
import { isOver, markingSent, type Exchange } from "../http/exchange.js";
import { deliverPage, type ReadyPage } from "../page-delivery/deliver-page.js";
import { prepareFile, type PreparedFile } from "../../files/send-response.js";
import type { Site } from "../context.js";

/**
 * Sends one version of a file, a page with what it needs.
 *
 * @param more fields beside its own
 */
export async function sendFile(
  site: Site,
  exchange: Exchange,
  found: FoundFile,
  more: OutgoingHttpHeaders = {},
): Promise<{ readonly delivery: Delivery | undefined } | Unavailable> {
  const { method, fields } = exchange;
  const prepared = await prepareFile(site.representations, found, method, fields, exchange.rules.validators);
  if (typeof prepared === "string") return prepared;
  try {
    if (prepared.decision.status >= 400) return { delivery: refuse(exchange, prepared.decision) };
    const page = prepared.selected.isPage && prepared.decision.status !== 206;
    const needs = page && site.scanner !== undefined ? await needsOf(site, site.scanner, exchange, found) : undefined;
    if (isOver(exchange)) return { delivery: undefined };
    return { delivery: await send(site, exchange, prepared, needs, more) };
  } finally {
    prepared.response.close();
  }
}

type Needs = Pick<ReadyPage, "entries" | "mayHaveImportMap" | "link">;

/** A page whose scan takes longer goes without what it finds: the next load has that (milliseconds). */
const SCAN_MS = 1500;

/** What a page needs, if that is found in time. */
export async function scanInTime(scanner: Pick<Scanner, "page">, ...page: Parameters<Scanner["page"]>) {
  const read = await inTime(scanner.page(...page), SCAN_MS);
  if (read === undefined) debug("%s goes without what its scan finds: it takes over %d ms", page[0], SCAN_MS);
  return read;
}

async function needsOf(site: Site, scanner: Scanner, exchange: Exchange, found: FoundFile): Promise<Needs> {
  const { page: rules } = exchange.rules;
  const { link } = rules;
  const policies = { csp: [...rules.csp, ...exchange.policies], audience: rules.audience };
  const page = [pathOf(exchange.target), found, policies] as const;
  const read = scanner.peek(...page)?.needs ?? (await scanInTime(scanner, ...page));
  if (read === undefined) return { ...NO_NEEDS, link };
  return { ...((await site.traffic?.page(exchange, found, read)) ?? read), link };
}

function send(
  site: Site,
  exchange: Exchange,
  prepared: PreparedFile,
  needs: Needs | undefined,
  more: OutgoingHttpHeaders,
) {
  const { selected, decision, response } = prepared;
  const { status } = decision;
  const send: ReadyPage["send"] = (extra, ...how) => response.send(exchange, { ...more, ...extra }, ...how);
  return markingSent(exchange, status === 206 ? null : selected.version, async () => {
    if (needs === undefined) {
      await send(announcedFields(site, exchange, decision.fields) ?? {}, (bytes) => exchange.progress(bytes));
      return undefined;
    }
    const { entries, mayHaveImportMap, link } = needs;
    const page = { status, bytes: selected.size, link, entries, mayHaveImportMap, send };
    return deliverPage(site, exchange, page);
  });
}

/**
 * Fields that a file gets when a 103 or a `Link` has named it: some freshness,
 * unless it has more of it or must not be stored.
 */
export function announcedFields(
  site: Site,
  exchange: Exchange,
  fields: OutgoingHttpHeaders,
): OutgoingHttpHeaders | undefined {
  const hinted = hintedFreshness(exchange);
  const own = fields["cache-control"];
  if (own !== "no-cache" && own !== "max-age=2") return undefined;
  return hinted ?? (site.keepsNothing ? undefined : linkedFreshness(exchange));
}

function refuse(exchange: Exchange, { status, fields }: Decision): undefined {
  const detail = status === 412 ? "The file is not the one that the condition names." : "The file has no such range.";
  return sendError(exchange, status, detail, fields);
}
