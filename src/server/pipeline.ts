import type { Delivery } from "../delivery/history.js";
import { isHtml } from "../files/media-type.js";
import { carrying } from "./http/mark-sent.js";
import { challenge } from "./middleware/basic-auth-challenge.js";
import { dressing } from "./http/response-headers.js";
import { sendError } from "./http/error-page.js";
import { EarlyHints, hintedFreshness } from "./page-delivery/early-hints.js";
import { contextOf, goneSignal, type Exchange } from "./http/exchange.js";
import { responseFields, sendContent, toRequest } from "./http/fetch-adapter.js";
import { answerFile, answerForced } from "./files/serve-file.js";
import { answerOptions } from "./http/options-answer.js";
import { deliverPage, type ReadyPage } from "./page-delivery/deliver-page.js";
import type { Answered } from "./middleware/middleware.js";
import { askRoutes } from "./routes/route.js";
import type { Site } from "./context.js";

/**
 * Answers one request: by a gate, by the first route that wants it, else from the files.
 *
 * @throws what the route or the system threw, and when the client went away
 */
export function answer(site: Site, exchange: Exchange): Answered {
  const looking = site.rules.look(exchange.arrived);
  return looking === undefined ? answerNow(site, exchange) : looking.then(() => answerNow(site, exchange));
}

function answerNow(site: Site, exchange: Exchange): Answered {
  exchange.dress = dressing(site.dressers, exchange);
  if (!site.hosts.allowsAll(exchange)) return refuseHost(exchange);
  for (const gate of site.gates) {
    const answered = gate(exchange, site);
    if (answered !== "through") return answered;
  }
  if (exchange.method === "OPTIONS" && exchange.target === "*") return answerOptions(exchange);
  if (!exchange.target.startsWith("/")) return sendError(exchange, 400, "This request has no path.");
  if (site.live?.owns(exchange.target) === true) return answerLive(site.live, site, exchange);
  const { lookup } = site;
  if (lookup !== undefined && site.rules.action(exchange)?.forced === true) return answerForced(site, lookup, exchange);
  return site.routes.length > 0 ? answerByRoutes(site, exchange) : answerByFiles(site, exchange, []);
}

/** What happens to a page is told to those who may see it. */
function answerLive(live: NonNullable<Site["live"]>, { rules }: Site, exchange: Exchange): Answered {
  const target = live.pageOf(exchange.target);
  const { authority, fields } = exchange;
  if (target !== undefined && rules.refuses({ target, authority, fields })) return challenge(exchange);
  return live.answer(exchange);
}

/** 421 (Misdirected Request, RFC 9110 §15.5.20): this server does not answer for that host. */
function refuseHost(exchange: Exchange): undefined {
  const { authority } = exchange;
  if (authority === "") return sendError(exchange, 400, "This request names no host.");
  return sendError(exchange, 421, `This server does not answer for ${authority}. To let it: --allow-host`);
}

function answerByFiles(site: Site, exchange: Exchange, hinted: readonly string[]): Answered {
  if (site.lookup === undefined) return sendError(exchange, 404, `There is nothing at ${exchange.target}`);
  return answerFile(site, site.lookup, exchange, hinted);
}

async function answerByRoutes(site: Site, exchange: Exchange): Promise<Delivery | undefined> {
  const hints = new EarlyHints(exchange, site.hintsHelp);
  const response = await askRoutesFor(site, exchange, hints);
  return response === undefined
    ? answerByFiles(site, exchange, hints.sent)
    : answerRoute(site, exchange, response, hints);
}

async function askRoutesFor(site: Site, exchange: Exchange, hints: EarlyHints): Promise<Response | undefined> {
  const request = toRequest(exchange, goneSignal(exchange));
  if (request === undefined) return undefined;
  const context = contextOf(exchange, (links) => hints.send(links));
  return hints.whileSlow(askRoutes(site.routes, request, context), site.hints.of(exchange.target));
}

/** The links of a route's response, and those that rules add to a page. */
function linkOf({ headers }: Response, ruled: string | undefined): string | undefined {
  const links = [headers.get("link") ?? [], ruled ?? []].flat();
  return links.length === 0 ? undefined : links.join(", ");
}

async function answerRoute(site: Site, exchange: Exchange, response: Response, hints: EarlyHints) {
  const { method, target } = exchange;
  const { status, headers } = response;
  const fields = { ...(headers.has("cache-control") ? {} : hintedFreshness(exchange)), ...responseFields(response) };
  const bare = method === "HEAD" || response.body === null;
  const send: ReadyPage["send"] = async (extra, progress, hold) => {
    exchange.head(status, { ...fields, ...extra }, bare);
    if (bare) await response.body?.cancel();
    else await sendContent(response, exchange, site.closing, progress, hold);
  };
  const link = linkOf(response, isHtml(headers.get("content-type") ?? "") ? site.rules.page(exchange).link : undefined);
  if (method === "GET" && status === 200) site.hints.learn(target, link);
  return carrying(exchange, headers.get("etag"), async () => {
    if (link === undefined && hints.sent.length === 0) {
      await send({}, (bytes) => exchange.progress(bytes));
      return undefined;
    }
    const length = headers.get("content-length");
    const bytes = length === null ? undefined : Number(length);
    const page = { status, bytes, link, hinted: hints.sent, entries: [], mayHaveImportMap: true, send };
    return deliverPage(site, exchange, page);
  });
}
