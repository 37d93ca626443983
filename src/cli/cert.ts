import { join } from "node:path";
import { H2PushError, systemCode } from "../errors.js";
import type { Certificate } from "../tls/certificate.js";
import { describePair, missingNames } from "../tls/certificate.js";
import { readPair } from "../tls/files.js";
import { LOCAL_NAMES, normalizeNames } from "../tls/names.js";
import { writeWhole } from "../tls/private-file.js";
import { checkDays, createCertificate, DEFAULT_DAYS } from "../tls/self-signed.js";

/** The options of `h2push cert`, as the command line has them. */
export interface CertOptions {
  /** Where `cert.pem` and `key.pem` go; made when it is missing. */
  readonly out: string;
  /** Names beside those of this machine to itself (`--name`, repeatable). */
  readonly name?: readonly string[];
  readonly days?: number;
  /** Replace a pair that is still good. */
  readonly force?: boolean;
}

/**
 * Carries out `h2push cert`: writes a pair into `options.out`, or keeps the
 * good one that is there, and says which.
 *
 * @throws {H2PushError} `usage` for a bad name or number of days, `output`
 * when the files cannot be written.
 */
export async function runCert(options: CertOptions, print: (line: string) => void): Promise<void> {
  const certFile = join(options.out, "cert.pem");
  const keyFile = join(options.out, "key.pem");
  const names = normalizeNames([...LOCAL_NAMES, ...(options.name ?? [])]);
  const days = checkDays(options.days ?? DEFAULT_DAYS);
  if (options.force !== true) {
    const kept = await existing(certFile, keyFile);
    if (kept !== undefined) {
      const missing = missingNames(kept.cert, names);
      if (missing.length > 0) {
        throw new H2PushError(
          "output",
          `${certFile} is valid, but not for ${missing.join(", ")}`,
          "replace it: --force",
        );
      }
      print(`kept ${certFile} and ${keyFile}, which are valid`);
      describe(kept, print);
      print("make new ones with --force");
      return;
    }
  }

  const pair = await createCertificate({ names, days });
  try {
    await writeWhole(keyFile, pair.key, 0o600);
    await writeWhole(certFile, pair.cert, 0o644);
  } catch (error) {
    throw new H2PushError(
      "output",
      `cannot write to ${options.out} (${systemCode(error) ?? String(error)})`,
      "pass a directory that this user may write to: --out DIR",
      { cause: error },
    );
  }
  print(`made ${certFile} and ${keyFile}`);
  describe(describePair(pair, { kind: "files", certFile, keyFile }), print);
}

/** The pair on disk when it is valid, or undefined. */
async function existing(certFile: string, keyFile: string): Promise<Certificate | undefined> {
  try {
    return await readPair(certFile, keyFile);
  } catch (error) {
    if (error instanceof H2PushError) return undefined;
    throw error;
  }
}

function describe(certificate: Certificate, print: (line: string) => void): void {
  print(`  for ${certificate.names.join(", ")}`);
  print(`  valid until ${certificate.validTo.toISOString().slice(0, 10)}`);
}
