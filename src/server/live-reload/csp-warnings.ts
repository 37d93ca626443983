import { governingDirective, parsePolicy, type Directives } from "../../scanner/url/csp.js";

/** What counts for whether a policy lets a page reload by itself. */
export interface LivePage {
  /** The nonce that the script element carries. */
  readonly nonce: string | undefined;
  /** `host` or `host:port` that the page was asked for by. */
  readonly authority: string;
}

/**
 * The directive of a `Content-Security-Policy` field that keeps our script or
 * its event stream from a page, as it is written there; undefined when none
 * does (CSP 3 §6). Policies are the site's: they are never changed.
 */
export function obstacleIn(field: string, page: LivePage): string | undefined {
  return first(field.split(","), (policy) => {
    const directives = parsePolicy(policy);
    const sandbox = directives.get("sandbox");
    const free = ["allow-scripts", "allow-same-origin"].every((flag) => sandbox?.includes(flag));
    if (sandbox !== undefined && !free) return written(directives, "sandbox");
    return scriptObstacle(directives, page) ?? streamObstacle(directives, page);
  });
}

/** The nonce that a `Content-Security-Policy` field asks of scripts; undefined where it asks for none. */
export function nonceAsked(field: string): string | undefined {
  return first(field.split(","), (policy) => {
    const directives = parsePolicy(policy);
    const sources = directives.get(governingDirective(directives, "script") ?? "") ?? [];
    return first(sources, (source) => /^'nonce-([\w+/-]+={0,2})'$/i.exec(source)?.[1]);
  });
}

/** The same of `meta` elements. They come after our script, and govern what it does from there on (HTML §4.2.5.3). */
export function obstacleInMeta(policies: readonly string[], page: LivePage): string | undefined {
  return first(policies, (policy) => streamObstacle(parsePolicy(policy), page));
}

function scriptObstacle(directives: Directives, { nonce, authority }: LivePage): string | undefined {
  return governing(directives, "script", (sources) => {
    if (nonce !== undefined && sources.includes(`'nonce-${nonce}'`)) return true;
    return !sources.includes("'strict-dynamic'") && sources.some((source) => isOurs(source, authority));
  });
}

function streamObstacle(directives: Directives, { authority }: LivePage): string | undefined {
  return governing(directives, "fetch", (sources) => sources.some((source) => isOurs(source, authority)));
}

/** What governs a kind of load is the obstacle when its sources do not allow it. */
function governing(
  directives: Directives,
  destination: "script" | "fetch",
  allows: (sources: readonly string[]) => boolean,
): string | undefined {
  const name = governingDirective(directives, destination);
  return name === undefined || allows(directives.get(name) ?? []) ? undefined : written(directives, name);
}

/** Whether a source expression is our own origin (CSP 3 §6.7.2). */
function isOurs(source: string, authority: string): boolean {
  const lower = source.toLowerCase();
  if (["'self'", "*", "https:", "http:"].includes(lower)) return true;
  const host = /^(?:https?:\/\/)?([^/]+)\/?$/.exec(lower)?.[1];
  return host === authority.toLowerCase() || host === `${authority.toLowerCase().replace(/:\d+$/, "")}:*`;
}

const written = (directives: Directives, name: string) => [name, ...(directives.get(name) ?? [])].join(" ");

function first(texts: readonly string[], find: (text: string) => string | undefined): string | undefined {
  for (const text of texts) {
    const found = find(text);
    if (found !== undefined) return found;
  }
  return undefined;
}
