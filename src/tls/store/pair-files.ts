import { readFile } from "node:fs/promises";
import { H2PushError, systemCode } from "../../errors.js";
import { type Certificate, describePair } from "../issue/certificate.js";
import { checkPair } from "../issue/check-pair.js";
import { trustedFingerprints } from "../trust/record.js";
import { isoDay } from "../issue/validity.js";

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
 * encrypted, not belonging together, of a key that no client takes, expired.
 */
export async function readPair(certFile: string, keyFile: string, options: ReadOptions = {}): Promise<Certificate> {
  const { directory, now = new Date() } = options;
  const [cert, key] = await Promise.all([readPem(certFile, "certificate"), readPem(keyFile, "private key")]);
  const trusted = directory === undefined ? new Set<string>() : await trustedFingerprints(directory);
  const { pair, x509 } = checkPair({ cert, key }, { cert: certFile, key: keyFile });
  const origin = { kind: "files", certFile, keyFile } as const;
  const certificate = describePair(pair, { origin, trusted }, x509);
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
