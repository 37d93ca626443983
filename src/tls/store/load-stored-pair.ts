import { join } from "node:path";
import { inspectPair, readSigner, type Store, describeStored } from "./stored-pair.js";
import { type Certificate, fingerprintOf, pemBlocks } from "../issue/certificate.js";
import { LOCAL_NAMES, normalizeNames } from "../issue/certificate-names.js";
import { SERVER_FILE, SERVER_FILE_OF_MKCERT } from "./store-paths.js";
import type { Tell } from "./file-lock.js";
import { trustedFingerprints } from "../trust/record.js";
import { currentUser, type User } from "../authority/user.js";

export interface StoredPairOptions {
  /** The user's data directory for h2push. */
  readonly directory: string;
  /** Names to cover beside those of this machine to itself. */
  readonly names?: readonly string[];
  /** Whether a name that an earlier run needed, and this one does not, goes; they all stay without it. */
  readonly isStale?: (name: string) => boolean;
  /** The directory of an mkcert authority, which then signs instead of our own. */
  readonly mkcert?: string;
  readonly user?: User;
  /** Is told of a wait for another process. */
  readonly tell?: Tell;
}

/**
 * The server's pair that h2push keeps for itself in `directory`, signed by
 * the user's local authority. It is made anew when it is missing, damaged,
 * within 30 days of its end, without a name that is needed, with a stale one,
 * or when the authority has changed. Where nothing can be written it lives in memory and
 * says why.
 *
 * @throws {H2PushError} `usage` for a name that no client would accept,
 * `certificate` when the mkcert authority cannot be used.
 */
export async function loadStoredPair(options: StoredPairOptions, now = new Date()): Promise<Certificate> {
  const store = await storeFor(options, now);
  const signer = await readSigner(store);
  const state = await inspectPair(store, signer.cert);
  if (state.kind === "good") return describeStored(store, state, undefined, signer.notices);
  // On nearly every start the pair is there: what makes one is not loaded then.
  return (await import("../issue/renew.js")).renew(store, state);
}

/** Whether browsers here were given the authority that signs the pair. Makes nothing. */
export async function isSignerTrusted(options: StoredPairOptions): Promise<boolean> {
  const store = await storeFor(options, new Date());
  const [authority] = pemBlocks((await readSigner(store)).cert, /^CERTIFICATE$/);
  return authority !== undefined && store.trusted.has(fingerprintOf(authority));
}

async function storeFor(options: StoredPairOptions, now: Date): Promise<Store> {
  const { directory, mkcert, user = currentUser() } = options;
  return {
    file: join(directory, mkcert === undefined ? SERVER_FILE : SERVER_FILE_OF_MKCERT),
    directory,
    mkcert,
    isStale: options.isStale ?? (() => false),
    needed: [...new Set([...LOCAL_NAMES, ...normalizeNames(options.names ?? [])])],
    user,
    trusted: await trustedFingerprints(directory),
    now,
    tell: options.tell,
  };
}
