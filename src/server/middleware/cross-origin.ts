import type { OutgoingHttpHeaders } from "node:http";
import type { HeaderTransform } from "../http/exchange.js";
import type { Step } from "../context.js";

/** How long a browser may go by the answer to a preflight (seconds): what Chromium keeps at most. */
const MAX_AGE_SECONDS = 7200;

/** What the answer to a preflight depends on. */
const VARY = "origin, access-control-request-method, access-control-request-headers";

/**
 * Lets pages of other origins read every response (Fetch §3.2, CORS), and an
 * isolated page of another origin show it as an image or run it as a script,
 * which asks for another field (Fetch §3.7): "cross-origin", as that one can't
 * name an origin. What a response says itself stands.
 *
 * @param origin "*", or the one origin whose pages may
 */
export function corsTransform(origin: string): HeaderTransform {
  const ours = {
    "access-control-allow-origin": origin,
    "access-control-expose-headers": "*",
    "cross-origin-resource-policy": "cross-origin",
  };
  return () => (_status, fields) => ({ ...ours, ...fields, ...(origin === "*" ? {} : varying(fields, "origin")) });
}

/** Adds a name to a `vary` field. */
function varying({ vary }: OutgoingHttpHeaders, name: string): OutgoingHttpHeaders {
  if (vary === undefined) return { vary: name };
  const named = vary.toLowerCase().split(/[\s,]+/);
  return named.includes("*") || named.includes(name) ? {} : { vary: `${vary}, ${name}` };
}

/**
 * Makes every page cross-origin isolated (HTML §7.1.3 and §7.1.4), as
 * SharedArrayBuffer and exact timers ask for. The third field lets the assets
 * go into such a page, also when it is framed. What a response says itself
 * stands.
 */
export const isolationTransform: HeaderTransform = () => (_status, fields) => ({ ...ISOLATED, ...fields });

const ISOLATED = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
  "cross-origin-resource-policy": "same-origin",
};

/** Answers preflights: whatever a page asks for is allowed to the origin that may read. */
export const preflight: Step = (exchange) => {
  const { method, fields } = exchange;
  const wanted = fields["access-control-request-method"];
  if (method !== "OPTIONS" || fields.origin === undefined || wanted === undefined) return "next";
  const headers = fields["access-control-request-headers"];
  const allowed = {
    vary: VARY,
    "access-control-allow-methods": wanted,
    ...(headers === undefined ? {} : { "access-control-allow-headers": headers }),
    ...(fields["access-control-request-private-network"] === "true"
      ? { "access-control-allow-private-network": "true" }
      : {}),
    "access-control-max-age": String(MAX_AGE_SECONDS),
  };
  exchange.writeHead(204, allowed, true);
  return undefined;
};
