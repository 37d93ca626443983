import type { OutgoingHttpHeaders } from "node:http";
import type { Delivery } from "../../delivery/history.js";
import type { FoundFile, Unavailable } from "../../files/file.js";
import { isHtml } from "../../files/media-type.js";
import { pathOf } from "../../io/request-target.js";
import type { Decision } from "../../files/representation/representation.js";
import { hintedFreshness, linkedFreshness } from "../page-delivery/early-hints.js";
import { sendError } from "../http/error-page.js";
import { isOver, markingSent, type Exchange } from "../http/exchange.js";
import { deliverPage, LARGE_BYTES, type ReadyPage } from "../page-delivery/deliver-page.js";
import { linkedFor, recordLinked, type Linked } from "../page-delivery/link-only-page.js";
import { prepareFile, type PreparedFile } from "../../files/send-response.js";
import type { PageNeeds } from "../../scanner/types.js";
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
  const { method, fields, target } = exchange;
  const prepared = await prepareFile(site.representations, found, method, fields, exchange.rules.validators);
  if (typeof prepared === "string") return prepared;
  try {
    if (prepared.decision.status >= 400) return { delivery: refuse(exchange, prepared.decision) };
    const page = isHtml(prepared.selected.contentType) && prepared.decision.status !== 206;
    const rules = page ? exchange.rules.page : undefined;
    const read = rules && (await site.scanner?.page(pathOf(target), found, rules));
    const needs = read && site.traffic !== undefined ? await site.traffic.page(exchange, found, read) : read;
    if (isOver(exchange)) return { delivery: undefined };
    return { delivery: await send(site, exchange, prepared, needs, more) };
  } finally {
    prepared.response.close();
  }
}

type Needs = PageNeeds | undefined;

function send(site: Site, exchange: Exchange, prepared: PreparedFile, needs: Needs, more: OutgoingHttpHeaders) {
  const { selected, decision, response } = prepared;
  const { status } = decision;
  const send: ReadyPage["send"] = (extra, ...how) => response.send(exchange, { ...more, ...extra }, ...how);
  return markingSent(exchange, status === 206 ? null : selected.version, async () => {
    if (needs === undefined) {
      await send(announcedFields(site, exchange, decision) ?? {}, (bytes) => exchange.progress(bytes));
      return undefined;
    }
    const linked = linkedFor(site, exchange, status, () => needs);
    if (linked !== undefined) return sendLinked(exchange, selected.size, linked, send);
    const { entries, mayHaveImportMap } = needs;
    const { link } = exchange.rules.page;
    return deliverPage(site, exchange, { status, bytes: selected.size, link, entries, mayHaveImportMap, send });
  });
}

async function sendLinked(exchange: Exchange, size: number, linked: Linked, send: ReadyPage["send"]) {
  if (size <= LARGE_BYTES) exchange.forceNonIncremental();
  const delivery = recordLinked(exchange, linked);
  await send(linked.fields, (bytes) => exchange.progress(bytes));
  return delivery;
}

/**
 * Fields that a file gets when a 103 or a `Link` has named it: some freshness,
 * unless it has more of it or must not be stored.
 */
export function announcedFields(site: Site, exchange: Exchange, { fields }: Decision): OutgoingHttpHeaders | undefined {
  const hinted = hintedFreshness(exchange);
  const own = fields["cache-control"];
  if (own !== "no-cache" && own !== "max-age=2") return undefined;
  return hinted ?? (site.keepsNothing ? undefined : linkedFreshness(exchange));
}

function refuse(exchange: Exchange, { status, fields }: Decision): undefined {
  const detail = status === 412 ? "The file is not the one that the condition names." : "The file has no such range.";
  return sendError(exchange, status, detail, fields);
}
