import { H2PushError } from "../errors.js";
import type { PemPair } from "./certificate.js";
import { LOCAL_NAMES, normalizeNames } from "./names.js";
import { isIP } from "node:net";

export type KeyType = "ec" | "rsa";

export interface CertificateOptions {
  /** Host names and IP addresses that the certificate is for; those of this machine to itself by default. */
  readonly names?: readonly string[];
  /** Days until it expires, 1 to 397; 90 by default. */
  readonly days?: number;
  /** EC P-256 (default) or RSA 2048. */
  readonly keyType?: KeyType;
}

export const DEFAULT_DAYS = 90;
/** Browsers refuse a server certificate that is valid for longer (CA/Browser Forum, Apple, since 2020). */
export const MAX_DAYS = 397;

const DAY_MS = 86_400_000;
/** A client whose clock is a little behind accepts the certificate too. */
const CLOCK_SKEW_MS = 3_600_000;

/** From when to when a certificate made `now` for `days` days is valid; both ends count (RFC 5280 §4.1.2.5). */
export function validity(days: number, now: Date): { readonly notBefore: Date; readonly notAfter: Date } {
  const from = now.getTime() - CLOCK_SKEW_MS;
  return { notBefore: new Date(from), notAfter: new Date(from + days * DAY_MS - 1000) };
}

/** @throws {H2PushError} `usage` when browsers would refuse a certificate of so many days. */
export function checkDays(days: number): number {
  if (Number.isInteger(days) && days >= 1 && days <= MAX_DAYS) return days;
  throw new H2PushError("usage", `not a number of days from 1 to ${MAX_DAYS}: ${days}`, "browsers refuse longer ones");
}

/**
 * Makes a self-signed certificate for a server (CA:FALSE, serverAuth,
 * SHA-256) and its private key, both PEM. Nothing is written anywhere.
 *
 * @throws {H2PushError} `usage` for a name or a number of days that no client would accept.
 */
export async function createCertificate(options: CertificateOptions = {}, now = new Date()): Promise<PemPair> {
  const names = normalizeNames(options.names ?? LOCAL_NAMES);
  const { notBefore, notAfter } = validity(checkDays(options.days ?? DEFAULT_DAYS), now);
  const keyType = options.keyType ?? "ec";
  // Costs 120 ms to load, and is needed once in 60 days.
  const { generate } = await import("selfsigned");
  const made = await generate([{ name: "commonName", value: "h2push self-signed" }], {
    keyType,
    algorithm: "sha256",
    notBeforeDate: notBefore,
    notAfterDate: notAfter,
    extensions: [
      // Firefox refuses a server certificate that is an authority too.
      { name: "basicConstraints", cA: false, critical: true },
      { name: "keyUsage", digitalSignature: true, keyEncipherment: keyType === "rsa", critical: true },
      { name: "extKeyUsage", serverAuth: true },
      {
        name: "subjectAltName",
        altNames: names.map((name) => (isIP(name) === 0 ? { type: 2, value: name } : { type: 7, ip: name })),
      },
    ],
  });
  return { cert: made.cert.trim() + "\n", key: made.private.trim() + "\n" };
}
