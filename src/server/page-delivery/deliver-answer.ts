import type { OutgoingHttpHeaders } from "node:http";
import type { Delivery } from "../../delivery/history.js";
import type { Site } from "../context.js";
import type { Exchange } from "../http/exchange.js";
import { deliverPage, type ReadyPage } from "./deliver-page.js";

/**
 * Sends what a route or an upstream answers, with what its own `Link` field names: nothing else is known of it.
 *
 * @param fields of the response, for the 103 of the next request
 */
export async function deliverAnswer(
  site: Site,
  exchange: Exchange,
  fields: OutgoingHttpHeaders,
  answer: Omit<ReadyPage, "entries" | "mayHaveImportMap">,
): Promise<Delivery | undefined> {
  const { status, link, send } = answer;
  if (exchange.method === "GET" && status === 200) site.hints.learn(exchange, status, { ...fields, link });
  if (link !== undefined || exchange.hinted !== undefined) {
    return deliverPage(site, exchange, { ...answer, entries: [], mayHaveImportMap: true });
  }
  await send({}, (bytes) => exchange.progress(bytes));
  return undefined;
}
