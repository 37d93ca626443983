import type { Delivery } from "../../delivery/history.js";
import { challenge } from "./basic-auth-challenge.js";
import { sendError } from "../http/error-page.js";
import type { Exchange } from "../http/exchange.js";
import type { Settings } from "../options/options-table.js";
import { findRule, parseProxyRule } from "../proxy/proxy-rule.js";
import type { Site } from "../context.js";

/** What was delivered with a page: at once when the answer was in memory. */
export type Answered = Delivery | undefined | Promise<Delivery | undefined>;

/** Stands before the routes and the files: answers a request itself, or lets it through. */
export type Gate = (exchange: Exchange, site: Site) => Answered | "through";

/** The gates of a server, in the order in which a request meets them. */
export interface Gates {
  readonly gates: readonly Gate[];
  /** Ends the connections that they hold. */
  readonly close: () => void;
}

/** Whether the rules of a proxy pass a request target on. */
export function proxied(proxy: readonly string[]): (target: string) => boolean {
  const rules = proxy.map(parseProxyRule);
  return (target) => findRule(rules, target) !== undefined;
}

/**
 * The gates that the settings ask for, in the order in which a request meets
 * them. A preflight comes before the password: it never carries one (Fetch
 * §4.8), and its answer says nothing of the site.
 */
export async function openGates({ cors, proxy, proxyTimeout }: Settings): Promise<Gates> {
  const gates: Gate[] = [];
  let close: () => void = () => undefined;
  if (cors !== undefined) gates.push((await import("./cors.js")).preflightGate());
  gates.push(guard);
  if (proxy.length > 0) {
    const { proxyGate } = await import("../proxy/proxy-middleware.js");
    const upstreams = proxyGate(proxy, { timeout: proxyTimeout * 1000 });
    gates.push(upstreams.gate);
    close = upstreams.close;
  }
  return { gates, close };
}

/** Asks for a name and a password, where one is needed: by `--auth`, or by a rule. */
const guard: Gate = (exchange, { rules }) => {
  if (rules.unknown) return sendError(exchange, 503, "The rules of this site can't be read.", { "retry-after": "1" });
  return rules.refuses(exchange) ? challenge(exchange) : "through";
};
