import { hostOf } from "../../middleware/host-check.js";
import { relocatedPath } from "./location.js";
import type { ProxyRule } from "../proxy-rule.js";

const DOMAIN = /;\s*domain\s*=\s*([^;]*)/gi;
const PATH = /(;\s*path\s*=\s*)([^;]*)/gi;

/**
 * A `set-cookie` field of the upstream as its client can take it (RFC 6265
 * §5.3): without a domain that is not ours, which the client would refuse,
 * and with the path that the upstream's has here. `/` stays: it means
 * everywhere, pages of ours read such a cookie too, and `__Host-` asks for it.
 *
 * @param authority what the client calls this server
 */
export function relocatedCookie(rule: ProxyRule, cookie: string, authority: string): string {
  const host = hostOf(authority) ?? "";
  return cookie
    .replace(DOMAIN, (attribute, domain: string) => (covers(domain, host) ? attribute : ""))
    .replace(PATH, (attribute, name: string, value: string) => {
      const path = value.trim();
      return path.startsWith("/") && path !== "/" ? name + relocatedPath(rule, path) : attribute;
    });
}

/** Whether a cookie of that domain goes to the host (RFC 6265 §5.1.3). */
function covers(domain: string, host: string): boolean {
  const name = domain.trim().toLowerCase().replace(/^\./, "");
  return host === name || host.endsWith(`.${name}`);
}
