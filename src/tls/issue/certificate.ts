import { createHash, createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { ipVersion } from "../../io/ip-version.js";
import { parseSubjectAltName } from "./certificate-names.js";

/** Where a certificate comes from, as start-up tells it. */
export type Origin =
  /** The user's own pair (`--cert`, `--key`). */
  | { readonly kind: "files"; readonly certFile: string; readonly keyFile: string }
  /** Our own pair, kept in the user's data directory; `made` says why it was made just now. */
  | {
      readonly kind: "stored";
      readonly file: string;
      readonly made: string | undefined;
      readonly authority: "h2push" | "mkcert";
    }
  /** Our own pair, which could not be kept: it ends with this process. */
  | { readonly kind: "memory"; readonly reason: string };

/** Who vouches for a certificate. */
export type Signer =
  | { readonly kind: "itself" }
  | {
      readonly kind: "authority";
      readonly name: string;
      /** Whether `h2push cert trust` has put it where this machine's browsers look. */
      readonly trusted: boolean;
    };

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
  readonly signer: Signer;
  readonly origin: Origin;
  /** What happened to our files that the user should hear of. */
  readonly notices: readonly string[];
}

/** A certificate and its private key in PEM. */
export interface PemPair {
  readonly cert: string;
  readonly key: string;
}

/** The blocks `-----BEGIN label-----` of a PEM text whose label matches; those of older forms may have fields (RFC 1421). */
export function pemBlocks(text: string, label: RegExp): string[] {
  const blocks: string[] = [];
  for (const [block, name] of text.matchAll(
    /-----BEGIN ([A-Z0-9 ]+)-----\s*(?:[\w-]+: [^\n]*\n)*[^-]*-----END \1-----/g,
  )) {
    if (name !== undefined && label.test(name)) blocks.push(`${block.replaceAll("\r\n", "\n")}\n`);
  }
  return blocks;
}

/** What a pair of PEM texts does not say by itself. */
export interface Circumstances {
  readonly origin: Origin;
  /** SHA-256 fingerprints of the authorities that browsers here were given. */
  readonly trusted?: ReadonlySet<string>;
  readonly notices?: readonly string[];
}

/**
 * Reads `pair` with Node's own parser, which needs no further module at start.
 *
 * @throws {Error} when a certificate cannot be parsed.
 */
export function describePair(
  pair: PemPair,
  circumstances: Circumstances,
  x509 = new X509Certificate(pair.cert),
): Certificate {
  const { origin, trusted = new Set(), notices = [] } = circumstances;
  return {
    ...pair,
    names: parseSubjectAltName(x509.subjectAltName),
    validFrom: new Date(x509.validFrom),
    validTo: new Date(x509.validTo),
    fingerprint: x509.fingerprint256,
    signer: signerOf(x509, pair.cert, trusted),
    origin,
    notices,
  };
}

/** The certificates of a PEM text, the server's own first. */
export function chainOf(cert: string): X509Certificate[] {
  return pemBlocks(cert, /CERTIFICATE$/).map((block) => new X509Certificate(block));
}

/** The SHA-256 fingerprint of one PEM block, as `AB:CD:…`, without parsing what it holds. */
export function fingerprintOf(block: string): string {
  const der = Buffer.from(block.replaceAll(/-----[^-]*-----/g, ""), "base64");
  return createHash("sha256")
    .update(der)
    .digest("hex")
    .toUpperCase()
    .replaceAll(/..(?!$)/g, "$&:");
}

function signerOf(x509: X509Certificate, chain: string, trusted: ReadonlySet<string>): Signer {
  // checkIssued() says no here, for a server's certificate may sign none: not itself either.
  if (x509.subject === x509.issuer && x509.verify(x509.publicKey)) return { kind: "itself" };
  const known = pemBlocks(chain, /CERTIFICATE$/).filter((block) => trusted.has(fingerprintOf(block)));
  return {
    kind: "authority",
    name: commonName(x509.issuer),
    trusted: known.some((block) => x509.checkIssued(new X509Certificate(block))),
  };
}

/** The common name in a distinguished name as Node writes it, or all of it on one line. */
export function commonName(name: string): string {
  return /^CN=(.*)$/m.exec(name)?.[1] ?? name.replaceAll("\n", ", ");
}

/** The key in `pem`, or undefined when there is none that could be read without a passphrase. */
export function parseKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}

/** Those of `names` that a client would not accept `x509` for. */
export function missingNames(x509: X509Certificate, names: readonly string[]): string[] {
  return names.filter((name) => {
    if (ipVersion(name) !== 0) return x509.checkIP(name) === undefined;
    // OpenSSL matches host names only; a wildcard is there literally, or not.
    if (name.startsWith("*.")) return !parseSubjectAltName(x509.subjectAltName).includes(name);
    return x509.checkHost(name) === undefined;
  });
}
