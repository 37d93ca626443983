import type { OutgoingHttpHeaders } from "node:http";
import type { Delivery } from "../delivery/history.js";
import type { FoundFile, Unavailable } from "../static/file.js";
import { isHtml } from "../static/media-type.js";
import type { Decision } from "../static/representation.js";
import { sendError } from "./error-page.js";
import type { Exchange } from "./exchange.js";
import { deliverPage, type ReadyPage } from "./page.js";
import { prepareFile, type PreparedFile } from "./prepare-file.js";
import type { Site } from "./site.js";

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
  const prepared = await prepareFile(site.representations, found, method, fields);
  if (typeof prepared === "string") return prepared;
  try {
    if (prepared.decision.status >= 400) return { delivery: refuse(exchange, prepared.decision) };
    const page = isHtml(prepared.selected.contentType) && prepared.decision.status !== 206;
    const needs = page ? await site.scanner?.page(pathOf(target), found) : undefined;
    return { delivery: await send(site, exchange, prepared, needs, more) };
  } finally {
    await prepared.response.close();
  }
}

type Needs = Pick<ReadyPage, "entries" | "blocking"> | undefined;

function send(site: Site, exchange: Exchange, prepared: PreparedFile, needs: Needs, more: OutgoingHttpHeaders) {
  const { selected, decision, response } = prepared;
  const { method, target, connection } = exchange;
  const { status } = decision;
  const send: ReadyPage["send"] = (extra, ...how) => response.send(exchange, { ...more, ...extra }, ...how);
  if (method === "GET" && status !== 206) connection.history.carried(target, selected.version);
  if (needs === undefined) return send({}, (bytes) => exchange.progress(bytes)).then(() => undefined);
  const { entries, blocking } = needs;
  return deliverPage(site, exchange, {
    status,
    bytes: selected.size,
    link: undefined,
    hinted: [],
    entries,
    blocking,
    send,
  });
}

function refuse(exchange: Exchange, { status, fields }: Decision): undefined {
  const detail = status === 412 ? "The file is not the one that the condition names." : "The file has no such range.";
  return sendError(exchange, status, detail, fields);
}

/** The path of a request target, without its query. */
export function pathOf(target: string): string {
  const at = target.indexOf("?");
  return at === -1 ? target : target.slice(0, at);
}
