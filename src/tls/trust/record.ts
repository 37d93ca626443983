import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { unwritable } from "../../errors.js";
import { makeDirectory } from "../../io/disk/make-directory.js";
import { writeWhole } from "../../io/disk/atomic-write.js";

/** An authority that was put into stores of this machine. */
export interface TrustedAuthority {
  /** SHA-256, as `AB:CD:…`. */
  readonly fingerprint: string;
  readonly name: string;
  /** PEM, so that it can be taken out again when its own file is gone. */
  readonly cert: string;
  /** Whether it is where this machine's browsers look. */
  readonly browsers: boolean;
}

const FILE = "trusted.json";

/**
 * The authorities that `h2push cert trust` has put into stores and checked
 * there. It is a note and no proof: start-up reads it because asking every
 * store takes a process each; `h2push cert show` asks the stores themselves.
 */
export async function readTrustRecord(directory: string): Promise<TrustedAuthority[]> {
  try {
    const record: unknown = JSON.parse(await readFile(join(directory, FILE), "utf8"));
    return Array.isArray(record) ? record.filter(isTrustedAuthority) : [];
  } catch {
    // Missing or damaged: then nothing is known to be trusted, and the next `cert trust` writes it anew.
    return [];
  }
}

/** @throws {H2PushError} "output" when the directory can't be made or written */
export async function writeTrustRecord(directory: string, authorities: readonly TrustedAuthority[]): Promise<void> {
  const file = join(directory, FILE);
  try {
    await makeDirectory(directory);
    await writeWhole(file, `${JSON.stringify(authorities, undefined, 2)}\n`, 0o600);
  } catch (error) {
    const hint = "what the stores hold is as was said; make the directory writable and run it again";
    throw unwritable(file, error, hint);
  }
}

/** The fingerprints of the authorities that browsers here were given. */
export async function trustedFingerprints(directory: string): Promise<ReadonlySet<string>> {
  const record = await readTrustRecord(directory);
  return new Set(record.filter(({ browsers }) => browsers).map(({ fingerprint }) => fingerprint));
}

function isTrustedAuthority(value: unknown): value is TrustedAuthority {
  if (typeof value !== "object" || value === null) return false;
  if (!("fingerprint" in value && "name" in value && "cert" in value && "browsers" in value)) return false;
  const { fingerprint, name, cert, browsers } = value;
  return [fingerprint, name, cert].every((text) => typeof text === "string") && typeof browsers === "boolean";
}
