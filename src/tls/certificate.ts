import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { parseSubjectAltName } from "./names.js";

/** Where a certificate comes from, as start-up tells it. */
export type Origin =
  /** The user's own pair (`--cert`, `--key`). */
  | { readonly kind: "files"; readonly certFile: string; readonly keyFile: string }
  /** Our own pair, kept in the user's data directory; `made` says why it was made just now. */
  | { readonly kind: "stored"; readonly file: string; readonly made: string | undefined }
  /** Our own pair, which could not be kept: it ends with this process. */
  | { readonly kind: "memory"; readonly reason: string };

/** What a TLS server shows, and what can be said of it. */
export interface Certificate {
  /** PEM: the server's certificate, then those that lead to its authority. */
  readonly cert: string;
  /** PEM, PKCS #8 or the key type's own format; never encrypted. */
  readonly key: string;
  /** DNS names and IP addresses of `subjectAltName`. */
  readonly names: readonly string[];
  readonly validFrom: Date;
  readonly validTo: Date;
  /** SHA-256 of the server's certificate, as `AB:CD:…`. */
  readonly fingerprint: string;
  readonly origin: Origin;
}

/** A certificate and its private key in PEM. */
export interface PemPair {
  readonly cert: string;
  readonly key: string;
}

/** The blocks `-----BEGIN label-----` of a PEM text whose label matches. */
export function pemBlocks(text: string, label: RegExp): string[] {
  const blocks: string[] = [];
  for (const [block, name] of text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----[^-]*-----END \1-----/g)) {
    if (name !== undefined && label.test(name)) blocks.push(`${block.replaceAll("\r\n", "\n")}\n`);
  }
  return blocks;
}

/**
 * Reads `pair` with Node's own parser, which needs no further module at start.
 *
 * @throws {Error} when the certificate cannot be parsed.
 */
export function describePair(pair: PemPair, origin: Origin): Certificate {
  const x509 = new X509Certificate(pair.cert);
  return {
    ...pair,
    names: parseSubjectAltName(x509.subjectAltName),
    validFrom: new Date(x509.validFrom),
    validTo: new Date(x509.validTo),
    fingerprint: x509.fingerprint256,
    origin,
  };
}

/** The key in `pem`, or undefined when there is none that could be read without a passphrase. */
export function parseKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}

/** Those of `names` that a client would not accept `cert` for. */
export function missingNames(cert: string, names: readonly string[]): string[] {
  const x509 = new X509Certificate(cert);
  return names.filter((name) => {
    if (isIP(name) !== 0) return x509.checkIP(name) === undefined;
    // OpenSSL matches host names only; a wildcard is there literally, or not.
    if (name.startsWith("*.")) return !parseSubjectAltName(x509.subjectAltName).includes(name);
    return x509.checkHost(name) === undefined;
  });
}
