import type { IncomingHttpHeaders } from "node:http";
import { ipVersion } from "../../io/ip-version.js";
import { X509Certificate } from "node:crypto";
import { parseSubjectAltName } from "../../tls/issue/certificate-names.js";
import { sendError } from "../http/error-page.js";
import type { Step } from "../context.js";

interface NamedRequest {
  readonly httpVersion: string;
  readonly authority: string;
  readonly fields: IncomingHttpHeaders;
}

/** Names that are known to be ours are looked up; there are few, and a client can't add to them. */
const MAX_KNOWN = 100;

/**
 * The hosts that a server answers for. A page of another site can have a name
 * of its own resolve to a loopback address and would be of the same origin as
 * our files then (DNS rebinding); but its requests still carry that name.
 */
export class Hosts {
  readonly #given: readonly string[];
  readonly #known = new Set<string>();
  #names: ReadonlySet<string>;

  /** @param names hosts in lower case and ASCII; `*.` in front stands for one label */
  constructor(names: readonly string[]) {
    this.#given = names;
    this.#names = new Set(names);
  }

  /** Answers for the names of the certificate too, and no longer for those of the one before. */
  certified(names: readonly string[]): void {
    this.#names = new Set([...this.#given, ...names]);
    this.#known.clear();
  }

  /** @param authority `host` with or without a port, as `:authority` and `host` carry it */
  allows(authority: string): boolean {
    if (this.#known.has(authority)) return true;
    const host = hostOf(authority);
    if (host === undefined || !this.#isOurs(host)) return false;
    if (this.#known.size < MAX_KNOWN) this.#known.add(authority);
    return true;
  }

  /**
   * Whether all hosts are ours that a request names: over HTTP/2 `:authority`
   * and `host` can differ (RFC 9113 §8.3.1). Only HTTP/1.0 can go without one.
   */
  allowsAll({ authority, fields, httpVersion }: NamedRequest): boolean {
    if (authority === "") return httpVersion === "1.1";
    if (!this.allows(authority)) return false;
    return fields.host === undefined || fields.host === authority || this.allows(fields.host);
  }

  #isOurs(host: string): boolean {
    // An address has no name that could be made to resolve to us; "localhost" never leaves the machine (RFC 6761 §6.3).
    if (ipVersion(host) !== 0 || host === "localhost" || host.endsWith(".localhost")) return true;
    return this.#names.has(host) || this.#names.has(host.replace(/^[^.]+/, "*"));
  }
}

/** The names of a certificate (PEM). */
export function namesIn(certificate: string): readonly string[] {
  return parseSubjectAltName(new X509Certificate(certificate).subjectAltName);
}

/** The host of an authority in lower case, without brackets, port and the dot at the end; undefined when it is broken. */
export function hostOf(authority: string): string | undefined {
  const parts = /^(?:\[([\da-f:.]+)\]|([\w.-]+))(?::\d{0,5})?$/i.exec(authority);
  if (parts === null) return undefined;
  const [, address, name = ""] = parts;
  if (address !== undefined) return ipVersion(address) === 6 ? address : undefined;
  return name.toLowerCase().replace(/\.$/, "") || undefined;
}

/** 421 (Misdirected Request, RFC 9110 §15.5.20): this server does not answer for that host. */
export const host: Step = (exchange, { hosts }) => {
  if (hosts.allowsAll(exchange)) return "next";
  const { authority } = exchange;
  if (authority === "") return sendError(exchange, 400, "This request names no host.");
  return sendError(exchange, 421, `This server does not answer for ${authority}. To let it: --allow-host`);
};
