import { createPrivateKey } from "node:crypto";
import { H2PushError } from "../../errors.js";
import { readUserFile } from "../../io/disk/read-user-file.js";
import { type Certificate, describePair, type PemPair } from "../issue/certificate.js";
import { checkPair, type PairNames } from "../issue/check-pair.js";
import { trustedFingerprints } from "../trust/record.js";
import { isoDay } from "../issue/validity.js";

export interface ReadOptions {
  /** The user's data directory for h2push, where it is noted which authorities browsers trust. */
  readonly directory?: string;
  readonly now?: Date;
  /** Of a key that is encrypted. */
  readonly passphrase?: string | undefined;
}

/**
 * The user's own pair. `certFile` holds the server's certificate first, then
 * its chain; `keyFile` its private key. Both may be one file.
 *
 * @throws {H2PushError} `certificate`, naming the file: missing, not PEM,
 * encrypted, not belonging together, of a key that no client takes, expired.
 */
export async function readPair(certFile: string, keyFile: string, options: ReadOptions = {}): Promise<Certificate> {
  const hint = "pass a PEM file that this user may read, or make one: h2push cert --out ./certs";
  const [cert, key] = await Promise.all([
    readUserFile(certFile, "certificate", hint, "certificate"),
    readUserFile(keyFile, "certificate", hint, "private key"),
  ]);
  const { passphrase } = options;
  const plain = passphrase === undefined ? key : withoutPassphrase(key, passphrase, keyFile);
  return certificateOf({ cert, key: plain }, { cert: certFile, key: keyFile }, options);
}

/** A key that is encrypted, decrypted; any other as it is. */
function withoutPassphrase(key: string, passphrase: string, file: string): string {
  if (!key.includes("ENCRYPTED")) return key;
  try {
    return createPrivateKey({ key, passphrase }).export({ type: "pkcs8", format: "pem" }).toString();
  } catch (error) {
    const hint = "pass that of the key: --passphrase @FILE, or H2PUSH_PASSPHRASE";
    throw new H2PushError("certificate", `wrong passphrase: ${file}`, hint, { cause: error });
  }
}

/**
 * What can be said of a pair that was read from the user's files.
 *
 * @throws {H2PushError} `certificate`, naming the file: what can't be used, and what has expired
 */
export async function certificateOf(given: PemPair, files: PairNames, options: ReadOptions): Promise<Certificate> {
  const { directory, now = new Date() } = options;
  const trusted = directory === undefined ? new Set<string>() : await trustedFingerprints(directory);
  const { pair, x509 } = checkPair(given, files);
  const { cert: certFile, key: keyFile } = files;
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
