import { isLoopback } from "../../io/loopback.js";
import { H2PushError } from "../../errors.js";

/** Where requests are passed on to. */
export interface Upstream {
  /** For people: `http://localhost:3000`. */
  readonly origin: string;
  readonly secure: boolean;
  /** A name or an address, without brackets. */
  readonly hostname: string;
  readonly port: number;
  /** Value of the `host` field. */
  readonly host: string;
  /** On this machine: nobody can be in between. */
  readonly local: boolean;
}

/** Which requests are passed on, to whom, and with which path. */
export interface ProxyRule {
  /** Without a slash at its end; "" for all paths. */
  readonly prefix: string;
  /** What stands in place of the prefix; undefined keeps it. Without a slash at its end. */
  readonly base: string | undefined;
  readonly upstream: Upstream;
}

const HINT = "for example --proxy /api=http://localhost:3000";

/**
 * Reads `PATH=URL`. Requests for that path and for what is below it go to the
 * URL's host, with the path as it is; when the URL has a path, if only `/`,
 * that takes the place of PATH.
 *
 * @throws {H2PushError} "usage", naming the value
 */
export function parseProxyRule(text: string): ProxyRule {
  const [, path = "", url = ""] = /^([^=]*)=(.*)$/s.exec(text) ?? [];
  if (!/^\/[\x21-\x7e]*$/.test(path) || /[?#\\]/.test(path) || hasDotSegment(path)) {
    throw new H2PushError("usage", `not PATH=URL: ${text}`, HINT);
  }
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !["http:", "https:"].includes(parsed.protocol)) {
    throw new H2PushError("usage", `not an http or https URL: ${url}`, HINT);
  }
  if (parsed.username !== "" || parsed.password !== "") {
    throw new H2PushError("usage", `no user and password in the URL of --proxy ${path}`, HINT);
  }
  if (parsed.search !== "" || parsed.hash !== "") {
    throw new H2PushError("usage", `a query or fragment in the URL of --proxy: ${url}`, HINT);
  }
  const hasPath = /^https?:\/\/[^/]+\//i.test(url);
  return {
    prefix: unslashed(path),
    base: hasPath ? unslashed(parsed.pathname) : undefined,
    upstream: upstreamOf(parsed),
  };
}

function upstreamOf(url: URL): Upstream {
  const { protocol, host, origin } = url;
  const { hostname, port } = hostAndPortOf(url);
  return { origin, secure: protocol === "https:", hostname, port, host, local: isLoopback(hostname) };
}

/** The host, without brackets, and the port that a URL names. */
export function hostAndPortOf({ protocol, hostname, port }: URL): Pick<Upstream, "hostname" | "port"> {
  const number = port === "" ? (protocol === "https:" ? 443 : 80) : Number(port);
  return { hostname: hostname.replace(/^\[(.*)\]$/, "$1"), port: number };
}

const unslashed = (path: string) => path.replace(/\/+$/, "");

/** The rule for a request target: the one with the longest prefix that ends at a segment's boundary. */
export function findRule(rules: readonly ProxyRule[], target: string): ProxyRule | undefined {
  const [path = ""] = target.split("?", 1);
  let best: ProxyRule | undefined;
  for (const rule of rules) {
    const { prefix } = rule;
    const matches = path === prefix || (path.startsWith(prefix) && path[prefix.length] === "/");
    if (matches && (best === undefined || prefix.length > best.prefix.length)) best = rule;
  }
  return best;
}

/**
 * The target that the upstream is asked for, or undefined for one that is not
 * passed on. Clients remove dot segments before they send (RFC 3986 §5.2.4),
 * so what is still here, plain, encoded or with parameters (`..;`), means to
 * leave the prefix where the upstream reads it. Two slashes at the beginning
 * would read as an authority there.
 */
export function upstreamTarget({ prefix, base }: ProxyRule, target: string): string | undefined {
  const [path = ""] = target.split("?", 1);
  if (!/^[\x21-\x7e]+$/.test(target) || target.includes("#")) return undefined;
  if (path.includes("\\") || /%(?![\da-f]{2})/i.test(path) || hasDotSegment(path)) return undefined;
  const passed = base === undefined ? path : `${base}${path.slice(prefix.length)}` || "/";
  return passed.startsWith("//") ? undefined : passed + target.slice(path.length);
}

function hasDotSegment(path: string): boolean {
  if (!/\.|%2e/i.test(path)) return false;
  const segments = path.replaceAll(/%2e/gi, ".").split(/[/\\]|%2f|%5c/i);
  return segments.some((segment) => /^\.\.?(?:;.*)?$/s.test(segment));
}

/** Whether the rules of a proxy pass a request target on. */
export function proxied(proxy: readonly string[]): (target: string) => boolean {
  const rules = proxy.map(parseProxyRule);
  return (target) => findRule(rules, target) !== undefined;
}
