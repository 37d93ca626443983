import { setTimeout as after } from "node:timers/promises";
import { promisedRequest } from "../../delivery/push-promise.js";
import type { PreloadLink } from "../../delivery/announcement.js";
import { linkRefusal } from "../../delivery/plan.js";
import type { RuleRequest } from "../../rules/rule-set.js";
import { versionOf, type FoundFile } from "../../files/file.js";
import { contextOf, type Exchange } from "../http/exchange.js";
import { isEventStream, keepRequest, toRequest } from "../http/fetch-adapter.js";
import { admittedBy } from "../files/site-lookup.js";
import type { RequestRules } from "../middleware/request-rules.js";
import { askRoutes } from "../routes/route.js";
import type { Site } from "../context.js";

/** What answers a push. */
export type PushSource =
  | { readonly kind: "file"; readonly found: FoundFile }
  | {
      readonly kind: "route";
      readonly response: Response;
      /** Tells the route that nobody wants the response any more. */
      readonly abandon: () => void;
    };

/** How long the page may wait for routes to answer what would be pushed with it (milliseconds). */
const ROUTE_TIMEOUT_MS = 20;

/**
 * Finds out what would answer a push of each link, before anything is
 * promised: what is not there, or not there in time, is never pushed.
 */
export async function pushSources(
  site: Site,
  exchange: Exchange,
  links: readonly PreloadLink[],
): Promise<Map<PreloadLink, PushSource>> {
  const sources = new Map<PreloadLink, PushSource>();
  const find = async (link: PreloadLink) => {
    if (linkRefusal(link) !== undefined || site.isProxied(link.target)) return;
    const { authority, fields } = exchange;
    const request = { target: link.target, authority, fields };
    const rules = site.rules.of(request);
    if (rules.isRefused) return;
    // Such a rule comes before the routes.
    const forced = rules.action?.forced === true;
    const source =
      (forced ? undefined : await routeSource(site, exchange, link)) ?? (await fileSource(site, request, rules));
    if (source !== undefined && source !== "refused") sources.set(link, source);
  };
  await Promise.all(links.map(find));
  return sources;
}

/** The link as the plan wants it: its size, its version, and that it can be pushed. */
export function withSource(link: PreloadLink, source: PushSource | undefined): PreloadLink {
  if (source === undefined) return link;
  if (source.kind === "file") {
    return { ...link, pushable: true, bytes: source.found.size, etag: versionOf(source.found) };
  }
  const { headers } = source.response;
  const etag = headers.get("etag");
  // Without a length it counts as nothing: it began within milliseconds, and most such responses are small.
  const bytes = Number(headers.get("content-length") ?? 0);
  return { ...link, pushable: true, bytes, ...(etag === null ? {} : { etag }) };
}

/** What a route answers: undefined leaves the link to the files, "refused" is nothing to push. */
async function routeSource(site: Site, exchange: Exchange, link: PreloadLink) {
  if (site.routes.length === 0) return undefined;
  const { authority, httpVersion, connection } = exchange;
  const fields = promisedRequest(exchange.fields, link.target, link.as);
  const gone = new AbortController();
  const request = toRequest({ method: "GET", authority, target: link.target, fields }, gone.signal);
  if (request === undefined) return undefined;
  const context = contextOf({ httpVersion, connection, pushEnabled: false }, () => false);
  const answer = askRoutes(site.routes, request, context).catch(() => "refused" as const);
  const response = await Promise.race([answer, after(ROUTE_TIMEOUT_MS, "late" as const, { ref: false })]);
  if (response === undefined || response === "refused") return response;
  const abandon = () => {
    gone.abort();
    void answer.then(cancel).catch(() => undefined);
  };
  // An endless response would hold up whatever comes behind it.
  if (response !== "late" && response.status === 200 && !isEventStream(response)) {
    keepRequest(request, response);
    return { kind: "route", response, abandon } as const;
  }
  abandon();
  return "refused" as const;
}

async function cancel(response: Response | "refused" | undefined): Promise<void> {
  if (response instanceof Response && !response.body?.locked) await response.body?.cancel();
}

/** The very file that a request would be answered with. */
async function fileSource(
  { lookup }: Site,
  request: RuleRequest,
  rules: RequestRules,
): Promise<PushSource | undefined> {
  const resolved = await lookup?.resolve({ ...request, navigates: false, ...admittedBy(rules) });
  return resolved?.kind === "file" ? { kind: "file", found: resolved.found } : undefined;
}
