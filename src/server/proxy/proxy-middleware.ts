import { randomBytes } from "node:crypto";
import { debug } from "../../io/debug.js";
import { sendError } from "../http/error-page.js";
import { goOn, hasContent, isOver, type Exchange } from "../http/exchange.js";
import type { Answered, Site, Step } from "../context.js";
import { answerFromUpstream } from "./forward-response.js";
import { UpstreamConnections } from "./upstream-connections.js";
import { isLoop, requestFields, unconditional } from "./fields/request-fields.js";
import { SilentUploads } from "./silent-uploads.js";
import { findRule, parseProxyRule, upstreamTarget } from "./proxy-rule.js";

export interface ProxyOptions {
  /** How long an upstream may owe something (milliseconds); 0 for no limit. */
  readonly timeout: number;
}

/** Passes requests on; `close` ends the connections to upstreams. */
export interface Proxy {
  readonly step: Step;
  readonly close: () => void;
}

/**
 * Passes requests on to the upstreams of the rules.
 *
 * @param rules as `parseProxyRule` reads them
 */
export function proxyStep(rules: readonly string[], { timeout }: ProxyOptions): Proxy {
  const parsed = rules.map(parseProxyRule);
  const connections = new UpstreamConnections();
  const silent = new SilentUploads();
  const pseudonym = `h2push-${randomBytes(4).toString("hex")}`;
  const step: Step = (exchange, site) => {
    const rule = findRule(parsed, exchange.target);
    if (rule === undefined) return "next";
    const target = upstreamTarget(rule, exchange.target);
    if (target === undefined) return sendError(exchange, 400, "This path is not passed on.");
    if (isLoop(exchange.fields["via"], pseudonym)) return sendError(exchange, 508, "This request goes in a circle.");
    const content = hasContent(exchange);
    const webSocket = exchange.upgrade !== undefined;
    // Node's client takes any answer to it for the beginning of a tunnel.
    if (exchange.method === "CONNECT" && !webSocket) return sendError(exchange, 501, "CONNECT is not passed on.");
    const client = exchange.connection.remoteAddress;
    // The password was for this server.
    const protectedByUs = exchange.rules.needsPassword;
    const asked = site.live?.asksForPage(exchange) === true ? unconditional(exchange) : exchange;
    const fields = requestFields(asked, rule, { client, pseudonym, protectedByUs, content, webSocket });
    debug("%s %s is passed on to %s%s", exchange.method, exchange.target, rule.upstream.origin, target);
    if (content) goOn(exchange);
    const passed = { exchange, upstream: rule.upstream, target, fields, content, connections, timeout };
    const pass = () => atItsTurn(site, exchange, () => answerFromUpstream(site, rule, passed));
    return whenMay(exchange, content ? silent.wait(exchange.connection, exchange.requestBody) : undefined, pass);
  };
  return { step, close: () => connections.close() };
}

/** A request to an upstream takes half a millisecond to make: many at once take turns with what others ask for. */
function atItsTurn(site: Site, exchange: Exchange, pass: () => Answered): Answered {
  return whenMay(exchange, site.connections.turns.wait(exchange.connection), pass);
}

/** Passes a request on when it may be, if its client is still there then. */
function whenMay(exchange: Exchange, wait: Promise<void> | undefined, pass: () => Answered): Answered {
  return wait === undefined ? pass() : wait.then(() => (isOver(exchange) ? undefined : pass()));
}
