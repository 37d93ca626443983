import type { Delivery } from "../../delivery/history.js";
import { isHtml } from "../../files/media-type.js";
import { files } from "../files/serve-file.js";
import { contextOf, goneSignal, markingSent, type Exchange } from "../http/exchange.js";
import { responseFields, sendContent, toRequest } from "../http/fetch-adapter.js";
import { deliverPage, type ReadyPage } from "../page-delivery/deliver-page.js";
import { EarlyHints, hintedFreshness } from "../page-delivery/early-hints.js";
import type { Site, Step } from "../context.js";
import { askRoutes } from "./route.js";

/** The routes, and the files for what none of them answers. */
export const routes: Step = async (exchange, site): Promise<Delivery | undefined> => {
  const hints = new EarlyHints(exchange, site);
  const response = await askRoutesFor(site, exchange, hints);
  return response === undefined ? files(exchange, site) : answerRoute(site, exchange, response);
};

async function askRoutesFor(site: Site, exchange: Exchange, hints: EarlyHints): Promise<Response | undefined> {
  const request = toRequest(exchange, goneSignal(exchange));
  if (request === undefined) return undefined;
  const context = contextOf(exchange, (links) => hints.send(links));
  return hints.whileSlow(askRoutes(site.routes, request, context));
}

/** The links of a route's response, and those that rules add to a page. */
function linkOf({ headers }: Response, ruled: string | undefined): string | undefined {
  const links = [headers.get("link") ?? [], ruled ?? []].flat();
  return links.length === 0 ? undefined : links.join(", ");
}

async function answerRoute(site: Site, exchange: Exchange, response: Response) {
  const { method } = exchange;
  const { status, headers } = response;
  const fields = { ...(headers.has("cache-control") ? {} : hintedFreshness(exchange)), ...responseFields(response) };
  const bare = method === "HEAD" || response.body === null;
  const send: ReadyPage["send"] = async (extra, progress) => {
    exchange.writeHead(status, { ...fields, ...extra }, bare);
    if (bare) await response.body?.cancel();
    else await sendContent(response, exchange, site.closing, progress);
  };
  const integrityPolicy = headers.get("integrity-policy") ?? undefined;
  const link = linkOf(response, isHtml(headers.get("content-type") ?? "") ? exchange.rules.page.link : undefined);
  if (method === "GET" && status === 200) site.hints.learn(exchange, link, integrityPolicy);
  return markingSent(exchange, headers.get("etag"), async () => {
    if (link === undefined && exchange.hinted === undefined) {
      await send({}, (bytes) => exchange.progress(bytes));
      return undefined;
    }
    const length = headers.get("content-length");
    const bytes = length === null ? undefined : Number(length);
    const page = { status, bytes, link, integrityPolicy, entries: [], mayHaveImportMap: true, send };
    return deliverPage(site, exchange, page);
  });
}
