import { readFile } from "node:fs/promises";
import { X509Certificate } from "node:crypto";
import { H2PushError, systemCode } from "../errors.js";
import { type Certificate, describePair, parseKey, pemBlocks, type PemPair } from "./certificate.js";
import { trustedFingerprints } from "./trust/record.js";
import { isoDay } from "./validity.js";

export interface ReadOptions {
  /** The user's data directory for h2push, where it is noted which authorities browsers trust. */
  readonly directory?: string;
  readonly now?: Date;
}

/**
 * The user's own pair. `certFile` holds the server's certificate first, then
 * its chain; `keyFile` its private key. Both may be one file.
 *
 * @throws {H2PushError} `certificate`, naming the file: missing, not PEM,
 * encrypted, not belonging together, expired.
 */
export async function readPair(certFile: string, keyFile: string, options: ReadOptions = {}): Promise<Certificate> {
  const { directory, now = new Date() } = options;
  const [cert, key] = await Promise.all([readPem(certFile, "certificate"), readPem(keyFile, "private key")]);
  const trusted = directory === undefined ? new Set<string>() : await trustedFingerprints(directory);
  const certificate = describe(pairOf(cert, certFile, key, keyFile), certFile, keyFile, trusted);
  if (certificate.validTo <= now) {
    throw new H2PushError(
      "certificate",
      `certificate expired on ${isoDay(certificate.validTo)}: ${certFile}`,
      "renew it, or leave --cert and --key out and h2push makes its own",
    );
  }
  return certificate;
}

async function readPem(file: string, what: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const reason = READ_ERRORS.get(systemCode(error) ?? "") ?? "cannot read";
    throw new H2PushError(
      "certificate",
      `${reason} ${what}: ${file}`,
      "pass a PEM file that this user may read, or make one: h2push cert --out ./certs",
      { cause: error },
    );
  }
}

const READ_ERRORS: ReadonlyMap<string, string> = new Map([
  ["ENOENT", "no such"],
  ["ENOTDIR", "no such"],
  ["EISDIR", "a directory instead of a"],
  ["EACCES", "not allowed to read the"],
  ["EPERM", "not allowed to read the"],
]);

function pairOf(cert: string, certFile: string, key: string, keyFile: string): PemPair {
  const chain = pemBlocks(cert, /^(?:X509 |TRUSTED )?CERTIFICATE$/);
  if (chain.length === 0) {
    throw new H2PushError(
      "certificate",
      `no PEM certificate in ${certFile}`,
      "it begins with -----BEGIN CERTIFICATE-----",
    );
  }
  const [block] = pemBlocks(key, /PRIVATE KEY$/);
  if (block === undefined) {
    throw new H2PushError(
      "certificate",
      `no PEM private key in ${keyFile}`,
      "it begins with -----BEGIN PRIVATE KEY-----",
    );
  }
  return { cert: chain.join(""), key: block };
}

function describe(pair: PemPair, certFile: string, keyFile: string, trusted: ReadonlySet<string>): Certificate {
  let certificate: Certificate;
  try {
    certificate = describePair(pair, { origin: { kind: "files", certFile, keyFile }, trusted });
  } catch (error) {
    throw new H2PushError("certificate", `damaged certificate: ${certFile}`, "make or fetch it again", {
      cause: error,
    });
  }
  const key = parseKey(pair.key);
  if (key === undefined) {
    const encrypted = /ENCRYPTED/.test(pair.key);
    throw new H2PushError(
      "certificate",
      `${encrypted ? "private key needs a passphrase" : "damaged private key"}: ${keyFile}`,
      encrypted ? `write it without one: openssl pkey -in ${keyFile} -out key.pem` : "make or fetch it again",
    );
  }
  if (!new X509Certificate(pair.cert).checkPrivateKey(key)) {
    throw new H2PushError(
      "certificate",
      `key does not belong to the certificate: ${keyFile}, ${certFile}`,
      "the server's own certificate comes first in the file, then its chain",
    );
  }
  return certificate;
}
