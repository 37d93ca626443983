import { ipVersion } from "../../io/ip-version.js";
import { domainToASCII } from "node:url";
import { H2PushError } from "../../errors.js";

/** The names of this machine to itself, which every certificate of ours covers. */
export const LOCAL_NAMES: readonly string[] = ["localhost", "127.0.0.1", "::1"];

const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;

/**
 * A name as a certificate carries it: a host in lower case and ASCII
 * (RFC 5890), an IP address in its shortest form (RFC 5952), without brackets
 * or zone.
 *
 * @throws {H2PushError} `usage` when no client would accept such a name.
 */
export function normalizeName(name: string): string {
  const bare = name.trim().replace(/^\[(.*)\]$/, "$1");
  const address = bare.replace(/%.*$/, "");
  if (ipVersion(address) === 4) return address;
  if (ipVersion(address) === 6) return new URL(`http://[${address}]`).hostname.slice(1, -1);

  // A URL's other parts, which domainToASCII would drop in silence.
  const partOfUrl = /[/?#@:\\%\s]/.test(bare);
  const wildcard = bare.startsWith("*.");
  const host = domainToASCII(wildcard ? bare.slice(2) : bare).replace(/\.$/, "");
  const labels = host.split(".");
  if (partOfUrl || host.length > 253 || !labels.every((label) => LABEL.test(label)) || ipVersion(host) !== 0) {
    throw new H2PushError(
      "usage",
      `not a host name or IP address: ${name}`,
      "give a name such as app.test or 192.0.2.7",
    );
  }
  // Chromium, OpenSSL and Node refuse a wildcard that stands for a whole top-level domain.
  if (wildcard && labels.length < 2) {
    throw new H2PushError("usage", `no client accepts a wildcard under a single label: ${name}`, "name each host");
  }
  return wildcard ? `*.${host}` : host;
}

/** `names` as a certificate carries them, each once, in the order given. */
export function normalizeNames(names: readonly string[]): string[] {
  return [...new Set(names.map(normalizeName))];
}

/**
 * The DNS names and IP addresses of a certificate's `subjectAltName` as Node
 * writes it: `DNS:localhost, IP Address:0:0:0:0:0:0:0:1`, with a JSON string
 * for what would be ambiguous without quotes.
 */
export function parseSubjectAltName(text: string | undefined): string[] {
  const names: string[] = [];
  for (const [, kind, quoted, plain] of (text ?? "").matchAll(/(DNS|IP Address):(?:"((?:[^"\\]|\\.)*)"|([^,]*))/g)) {
    const value = quoted ?? plain ?? "";
    if (kind === "DNS") names.push(value);
    else if (ipVersion(value) !== 0) names.push(normalizeName(value));
  }
  return names;
}
