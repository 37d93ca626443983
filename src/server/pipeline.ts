import type { Answered, Site, Step } from "./context.js";
import { answerOptions, files, forcedRules } from "./files/serve-file.js";
import { sendError } from "./http/error-page.js";
import { withoutBase } from "../files/base.js";
import { pathOf } from "../io/request-target.js";
import { isConnect, isOver, leave, type Exchange } from "./http/exchange.js";
import { challenge } from "./middleware/password.js";
import { host } from "./middleware/host-check.js";
import type { Settings } from "./options/options-table.js";

/** The steps of a server's requests. */
export interface Pipeline {
  readonly steps: readonly Step[];
  /** Ends the connections that they hold. */
  readonly close: () => void;
}

/**
 * The way of a request: the first step that does not say "next" has answered.
 *
 * @param inspect answers those who look at what happens
 */
export async function openPipeline(
  settings: Settings,
  hasRoutes: boolean,
  inspect: Step | undefined,
): Promise<Pipeline> {
  const { cors, proxy, proxyTimeout, live } = settings;
  const upstreams = proxy.length === 0 ? undefined : await openProxy(proxy, proxyTimeout);
  const routes = hasRoutes ? (await import("./routes/answer-route.js")).routes : undefined;
  const steps: (Step | undefined)[] = [
    host,
    // Before the password: a preflight never carries one (Fetch §4.8), and its answer says nothing of the site.
    cors === undefined ? undefined : (await import("./middleware/cross-origin.js")).preflight,
    password,
    inspect,
    // Before the upstreams: pages of theirs ask for it too.
    live ? (await import("./live-reload/own-paths.js")).ownPaths : undefined,
    upstreams?.step,
    withoutPath,
    webSocketOverHttp2(routes),
    forcedRules,
    routes,
    files,
  ];
  return { steps: steps.filter((step) => step !== undefined), close: () => upstreams?.close() };
}

/** The same for a site within another server: that has routes, upstreams and preflights of its own. */
export async function openMountedPipeline({ live }: Settings, checksHost: boolean): Promise<Pipeline> {
  const steps: (Step | undefined)[] = [
    othersPaths,
    checksHost ? host : undefined,
    password,
    live ? (await import("./live-reload/own-paths.js")).ownPaths : undefined,
    forcedRules,
    files,
  ];
  return { steps: steps.filter((step) => step !== undefined), close: () => undefined };
}

/** What can't be answered from files is for the server around the site. */
const othersPaths: Step = (exchange, { lookup, live }) => {
  const { method, target } = exchange;
  if (live?.owns(target) === true) return "next";
  if (lookup === undefined || (method !== "GET" && method !== "HEAD")) return leave(exchange);
  const { base } = lookup.tree;
  const isOurs = withoutBase(base, target) !== undefined || `${pathOf(target)}/` === base;
  return isOurs && target.startsWith("/") ? "next" : leave(exchange);
};

async function openProxy(rules: readonly string[], seconds: number) {
  const { proxyStep } = await import("./proxy/proxy-middleware.js");
  return proxyStep(rules, { timeout: seconds * 1000 });
}

/** Asks for a name and a password, where one is needed: by `--auth`, or by a rule. */
const password: Step = (exchange, { rules }) => {
  if (rules.isUnknown) return sendError(exchange, 503, "The rules of this site can't be read.", { "retry-after": "1" });
  return exchange.rules.isRefused ? challenge(exchange) : "next";
};

/** A handshake over HTTP/2 is for routes alone: the status 200 of a file would say that a WebSocket is open (RFC 8441 §5). */
function webSocketOverHttp2(routes: Step | undefined): Step {
  return (exchange, site) => {
    if (!isConnect(exchange.fields)) return "next";
    return routes === undefined ? sendError(exchange, 404, "Nothing here takes WebSockets.") : routes(exchange, site);
  };
}

/** `OPTIONS *` asks what can be asked of the server; what comes after this step has a path. */
const withoutPath: Step = (exchange) => {
  const { target } = exchange;
  // A fragment is never sent; routes would not see what rules have seen.
  if (target.includes("#")) return sendError(exchange, 400, `${pathOf(target)} is not a path.`);
  if (target.startsWith("/")) return "next";
  if (target === "*" && exchange.method === "OPTIONS") return answerOptions(exchange);
  return sendError(exchange, 400, "This request has no path.");
};

/**
 * Answers one request.
 *
 * @throws what the route or the system threw, and when the client went away
 */
export function answer(site: Site, exchange: Exchange): Answered {
  const looking = site.rules.look();
  if (looking === undefined) return answerNow(site, exchange);
  return looking.then(() => (isOver(exchange) ? undefined : answerNow(site, exchange)));
}

function answerNow(site: Site, exchange: Exchange): Answered {
  site.rules.apply(exchange);
  for (const step of site.steps) {
    const answered = step(exchange, site);
    if (answered !== "next") return answered;
  }
  return undefined;
}
