import { readLinks } from "../../../delivery/link.js";
import { hostAndPortOf, type ProxyRule, type Upstream } from "../proxy-rule.js";

/** Scheme, authority and the rest of a reference that has an authority (RFC 3986 §4.2). */
const WITH_AUTHORITY = /^(?:(https?):)?\/\/([^/?#\\]*)(.*)$/is;

/**
 * A reference in a field of the upstream (`location`) as its client can follow
 * it: what names the upstream becomes a path here. An upstream that goes by
 * `x-forwarded-host` names us instead, with its own paths.
 *
 * @param authority what the client calls this server
 */
export function relocated(rule: ProxyRule, reference: string, authority: string): string {
  const [, scheme, named, rest = ""] = WITH_AUTHORITY.exec(reference) ?? [];
  if (named === undefined) return reference.startsWith("/") ? relocatedPath(rule, reference) : reference;
  const path = rest.startsWith("/") ? rest : `/${rest}`;
  if (isUpstream(rule.upstream, hostAndPortIn(named, scheme ?? schemeOf(rule.upstream))))
    return relocatedPath(rule, path);
  const isOurs = isAt(hostAndPortIn(named, scheme ?? "https"), hostAndPortIn(authority, "https"));
  return isOurs && rule.base !== undefined && !isBelow(path, rule.prefix) ? relocatedPath(rule, path) : reference;
}

/** A path of the upstream as a path here; one that no rule leads to stays as it is. */
export function relocatedPath({ prefix, base }: Pick<ProxyRule, "prefix" | "base">, path: string): string {
  if (base === undefined || !isBelow(path, base)) return path;
  const moved = prefix + path.slice(base.length);
  return moved.startsWith("/") ? moved : `/${moved}`;
}

const isBelow = (path: string, base: string) => path.startsWith(base) && /^(?:$|[/?#])/.test(path.slice(base.length));

/** A host and its port. */
type HostAndPort = Pick<Upstream, "hostname" | "port">;

function hostAndPortIn(authority: string, scheme: string): HostAndPort | undefined {
  const text = `${scheme}://${authority}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url === undefined || url.username !== "" ? undefined : hostAndPortOf(url);
}

/** Whatever the scheme: an upstream in plain HTTP that goes by `x-forwarded-proto` says https of itself. */
const isAt = (place: HostAndPort | undefined, other: HostAndPort | undefined) =>
  place !== undefined && place.hostname === other?.hostname && place.port === other.port;

/** What `localhost` means: an upstream on this machine may call itself by another of them. Names below it are other hosts. */
const LOCALHOST: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "::1"]);

const isUpstream = (upstream: Upstream, place: HostAndPort | undefined) =>
  isAt(place, upstream) ||
  (place?.port === upstream.port && LOCALHOST.has(place.hostname) && LOCALHOST.has(upstream.hostname));

const schemeOf = ({ secure }: Upstream) => (secure ? "https" : "http");

/** A `refresh` field: seconds, and perhaps a reference (HTML §4.2.5.3). */
export function relocatedRefresh(rule: ProxyRule, field: string, authority: string): string {
  return field.replace(/(url\s*=\s*["']?)([^"']+)/i, (_whole, name: string, reference: string) => {
    return name + relocated(rule, reference, authority);
  });
}

/** What asks a browser to be ready for something: that is named as the content names it, which goes on as it is. */
const HINTS = new Set(["preload", "modulepreload", "prefetch", "preconnect", "dns-prefetch"]);

/** One link-value, up to the next comma outside of quoted strings and angle brackets (RFC 8288 §3). */
const LINK_VALUE = /(?:"(?:[^"\\]|\\.)*"?|<[^>]*>?|[^,"<])+/gs;

/** A `link` field: the references that a client follows, to the next part of a list for example. */
export function relocatedLinks(rule: ProxyRule, field: string, authority: string): string {
  return field.replace(LINK_VALUE, (value) => {
    const [link] = readLinks(value);
    if (link === undefined || link.rel.some((type) => HINTS.has(type))) return value;
    return value.replace(/<\s*([^>]*?)\s*>/, (_whole, target: string) => `<${relocated(rule, target, authority)}>`);
  });
}
