import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { systemCode } from "../errors.js";
import { type Certificate, describePair, missingNames, parseKey, pemBlocks, type PemPair } from "./certificate.js";
import { LOCAL_NAMES, normalizeNames } from "./names.js";
import { makePrivateDirectory, writeWhole } from "./private-file.js";
import { createCertificate } from "./self-signed.js";

export interface StoredPairOptions {
  /** The user's data directory for h2push. */
  readonly directory: string;
  /** Names to cover beside those of this machine to itself. */
  readonly names?: readonly string[];
}

/** A certificate is replaced so long before its end. */
const RENEW_BEFORE_MS = 30 * 86_400_000;

/**
 * The pair that h2push keeps for itself in `directory`: made when it is
 * missing, unreadable, about to expire or without a name that is needed. Key
 * and certificate are one file, so that they belong together at any moment.
 * When it cannot be kept, it lives in memory and says why.
 */
export async function loadStoredPair(options: StoredPairOptions, now = new Date()): Promise<Certificate> {
  const file = join(options.directory, "server.pem");
  const names = normalizeNames([...LOCAL_NAMES, ...(options.names ?? [])]);
  const found = await readStored(file);
  const made = typeof found === "string" ? found : whyRenew(found, names, now);
  if (typeof found !== "string" && made === undefined) return describePair(found, { kind: "stored", file, made });

  const pair = await createCertificate({ names }, now);
  try {
    await makePrivateDirectory(options.directory);
    await writeWhole(file, pair.key + pair.cert, 0o600);
    return describePair(pair, { kind: "stored", file, made });
  } catch (error) {
    const reason = `cannot write ${file} (${systemCode(error) ?? String(error)})`;
    return describePair(pair, { kind: "memory", reason });
  }
}

/** The pair in `file`, or why there is none. */
async function readStored(file: string): Promise<PemPair | string> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    return systemCode(error) === "ENOENT" ? "there was none" : `cannot read it (${systemCode(error) ?? String(error)})`;
  }
  const pair = { cert: pemBlocks(text, /^CERTIFICATE$/).join(""), key: pemBlocks(text, /PRIVATE KEY$/).join("") };
  const key = parseKey(pair.key);
  try {
    return key !== undefined && new X509Certificate(pair.cert).checkPrivateKey(key) ? pair : "it was damaged";
  } catch {
    return "it was damaged";
  }
}

function whyRenew(pair: PemPair, names: readonly string[], now: Date): string | undefined {
  const { validTo } = new X509Certificate(pair.cert);
  if (Date.parse(validTo) - now.getTime() < RENEW_BEFORE_MS) return `it expires on ${isoDay(new Date(validTo))}`;
  const missing = missingNames(pair.cert, names);
  return missing.length === 0 ? undefined : `it was not for ${missing.join(", ")}`;
}

function isoDay(date: Date): string {
  return date.toISOString().slice(0, 10);
}
