import { ipVersion } from "../../io/ip-version.js";
import type { PemPair } from "./certificate.js";
import { LOCAL_NAMES, normalizeNames } from "./certificate-names.js";
import { checkDays, DEFAULT_DAYS, validity } from "./validity.js";

export type KeyType = "ec" | "rsa";

export interface CertificateOptions {
  /** Host names and IP addresses that the certificate is for; those of this machine to itself by default. */
  readonly names?: readonly string[];
  /** Days until it expires, 1 to 397; 90 by default. */
  readonly days?: number;
  /** EC P-256 (default) or RSA 2048. */
  readonly keyType?: KeyType;
}

/**
 * Makes a self-signed certificate for a server (CA:FALSE, serverAuth,
 * SHA-256) and its private key, both PEM. It stands alone, without an authority, and
 * nothing is written anywhere.
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
        altNames: names.map((name) => (ipVersion(name) === 0 ? { type: 2, value: name } : { type: 7, ip: name })),
      },
    ],
  });
  return { cert: made.cert.trim() + "\n", key: made.private.trim() + "\n" };
}
