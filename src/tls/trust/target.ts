import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { AUTHORITY_CERTIFICATE } from "../store/store-paths.js";
import { commonName } from "../issue/certificate.js";
import { writeWhole } from "../../io/disk/atomic-write.js";
import type { TrustTarget } from "./store.js";

/** `cert` (PEM), whose certificate alone is in `certFile`, as stores know it. */
export function describeTarget(cert: string, certFile: string): TrustTarget {
  const x509 = new X509Certificate(cert);
  return {
    name: nickname(x509),
    fingerprint: x509.fingerprint256,
    thumbprint: x509.fingerprint.replaceAll(":", ""),
    cert: x509.toString(),
    certFile,
  };
}

/**
 * `cert` (PEM) with a file of its own in the data directory, written when it
 * is not there: `authority.crt` for today's authority, a name with digits of
 * the fingerprint for an earlier one.
 *
 * @throws a system error when the directory cannot be written
 */
export async function targetIn(directory: string, cert: string): Promise<TrustTarget> {
  const today = join(directory, AUTHORITY_CERTIFICATE);
  const { fingerprint } = describeTarget(cert, today);
  if ((await fingerprintIn(today)) === fingerprint) return describeTarget(cert, today);
  const file = join(directory, `authority-${fingerprint.replaceAll(":", "").slice(0, 16).toLowerCase()}.crt`);
  if ((await fingerprintIn(file)) !== fingerprint) await writeWhole(file, cert, 0o644);
  return describeTarget(cert, file);
}

async function fingerprintIn(file: string): Promise<string | undefined> {
  try {
    return new X509Certificate(await readFile(file)).fingerprint256;
  } catch {
    return undefined;
  }
}

/** Ours have their key's digits in their name; of mkcert's, NSS may know one already by the name that mkcert gives it. */
function nickname(x509: X509Certificate): string {
  const name = commonName(x509.subject);
  return name.startsWith("mkcert ") ? `mkcert development CA ${BigInt(`0x${x509.serialNumber}`)}` : name;
}
