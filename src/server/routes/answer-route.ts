import type { Delivery } from "../../delivery/history.js";
import { isHtml } from "../../files/media-type.js";
import { files } from "../files/serve-file.js";
import { sendError } from "../http/error-page.js";
import { contextOf, goneSignal, goOn, hasContent, markingSent, type Exchange } from "../http/exchange.js";
import { isFromOtherOrigin } from "../middleware/other-origin.js";
import { isEventStream, keepRequest, responseFields, sendContent, toRequest } from "../http/fetch-adapter.js";
import { deliverAnswer } from "../page-delivery/deliver-answer.js";
import type { ReadyPage } from "../page-delivery/deliver-page.js";
import { sendHeadSoon } from "../http/send-head.js";
import { EarlyHints, hintedFreshness } from "../page-delivery/early-hints.js";
import type { Site, Step } from "../context.js";
import { askRoutes, type RouteContext } from "./route.js";

/** The routes, and the files for what none of them answers. */
export const routes: Step = async (exchange, site): Promise<Delivery | undefined> => {
  if (exchange.upgrade !== undefined) return webSocket(site, exchange);
  if (hasContent(exchange)) goOn(exchange);
  const hints = new EarlyHints(exchange, site);
  const response = await askRoutesFor(site, exchange, hints);
  return response === undefined ? files(exchange, site) : answerRoute(site, exchange, response);
};

/** A handshake is answered by a route or refused. Over HTTP/2 the status 200 of a file would say that it succeeded. */
async function webSocket(site: Site, exchange: Exchange): Promise<undefined> {
  const { upgrade, method, fields, authority } = exchange;
  if (isFromOtherOrigin(method, fields, authority)) {
    return sendError(exchange, 403, "WebSockets are for the pages of this server.");
  }
  const { acceptWebSocket, untilClosed } = await import("./accept-web-socket.js");
  const request = requestOf(exchange);
  if (request === undefined || upgrade === undefined)
    return sendError(exchange, 400, "This is no request for a route.");
  const upgradeWebSocket: RouteContext["upgradeWebSocket"] = (options) =>
    acceptWebSocket(exchange, upgrade, site.closing, options);
  const context = { ...contextOf(exchange, () => false), upgradeWebSocket };
  const response = await askRoutes(site.routes, request, context);
  const closed = response && untilClosed(response);
  if (closed !== undefined) await site.connections.idly(exchange.connection, () => closed);
  else if (response !== undefined && !response.ok) await answerRoute(site, exchange, response);
  else sendError(exchange, 404, "Nothing here takes WebSockets.");
}

/** What routes are asked; its signal is aborted when the client goes away. */
function requestOf(exchange: Exchange): Request | undefined {
  const request = toRequest(exchange, goneSignal(exchange));
  return request && keepRequest(request, exchange.responseBody);
}

async function askRoutesFor(site: Site, exchange: Exchange, hints: EarlyHints): Promise<Response | undefined> {
  const request = requestOf(exchange);
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
  const { status, headers } = response;
  const fields = { ...(headers.has("cache-control") ? {} : hintedFreshness(exchange)), ...responseFields(response) };
  const bare = exchange.method === "HEAD" || response.body === null;
  const send: ReadyPage["send"] = async (extra, progress) => {
    exchange.writeHead(status, { ...fields, ...extra }, bare);
    if (bare) return response.body?.cancel();
    // Its content may be long in coming: an event stream is open from here on.
    sendHeadSoon(exchange);
    const content = () => sendContent(response, exchange, site.closing, progress);
    return isEventStream(response) ? site.connections.idly(exchange.connection, content) : content();
  };
  const integrityPolicy = headers.get("integrity-policy") ?? undefined;
  const link = linkOf(response, isHtml(headers.get("content-type") ?? "") ? exchange.rules.page.link : undefined);
  const length = headers.get("content-length");
  const bytes = length === null ? undefined : Number(length);
  return markingSent(exchange, headers.get("etag"), () =>
    deliverAnswer(site, exchange, fields, { status, bytes, link, integrityPolicy, send }),
  );
}
