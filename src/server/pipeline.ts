import type { Site } from "./context.js";
import { forcedRules } from "./files/serve-file.js";
import type { Exchange } from "./http/exchange.js";
import { applyRules } from "./http/response-headers.js";
import { optionsOfServer, pathOnly } from "./http/options-answer.js";
import { ownPaths } from "./live-reload/own-paths.js";
import { password } from "./middleware/password-check.js";
import { host } from "./middleware/host-check.js";
import type { Settings } from "./options/options-table.js";
import { routesAndFiles } from "./routes/answer-route.js";
import type { Answered, Step } from "./step.js";

/** The steps of a server's requests. */
export interface Pipeline {
  readonly steps: readonly Step[];
  /** Ends the connections that they hold. */
  readonly close: () => void;
}

/** The way of a request: the first step that does not say "next" has answered. */
export async function openPipeline({ cors, proxy, proxyTimeout }: Settings): Promise<Pipeline> {
  const upstreams = proxy.length === 0 ? undefined : await openProxy(proxy, proxyTimeout);
  const steps: (Step | undefined)[] = [
    host,
    // Before the password: a preflight never carries one (Fetch §4.8), and its answer says nothing of the site.
    cors === undefined ? undefined : (await import("./middleware/cors.js")).preflight,
    password,
    upstreams?.step,
    optionsOfServer,
    pathOnly,
    ownPaths,
    forcedRules,
    routesAndFiles,
  ];
  return { steps: steps.filter((step) => step !== undefined), close: () => upstreams?.close() };
}

async function openProxy(rules: readonly string[], seconds: number) {
  const { proxyStep } = await import("./proxy/proxy-middleware.js");
  return proxyStep(rules, { timeout: seconds * 1000 });
}

/**
 * Answers one request.
 *
 * @throws what the route or the system threw, and when the client went away
 */
export function answer(site: Site, exchange: Exchange): Answered {
  const looking = site.rules.look(exchange.arrived);
  return looking === undefined ? answerNow(site, exchange) : looking.then(() => answerNow(site, exchange));
}

function answerNow(site: Site, exchange: Exchange): Answered {
  applyRules(site, exchange);
  for (const step of site.steps) {
    const answered = step(exchange, site);
    if (answered !== "next") return answered;
  }
  return undefined;
}
