import { join } from "node:path";
import { look, signerAtHand, type Store, stored } from "./at-hand.js";
import type { Certificate } from "./certificate.js";
import { LOCAL_NAMES, normalizeNames } from "./names.js";
import { SERVER_FILE, SERVER_FILE_OF_MKCERT } from "./places.js";
import { trustedFingerprints } from "./trust/record.js";
import { currentUser, type User } from "./user.js";

export interface StoredPairOptions {
  /** The user's data directory for h2push. */
  readonly directory: string;
  /** Names to cover beside those of this machine to itself. */
  readonly names?: readonly string[];
  /** The directory of an mkcert authority, which then signs instead of our own. */
  readonly mkcert?: string;
  readonly user?: User;
}

/**
 * The server's pair that h2push keeps for itself in `directory`, signed by
 * the user's local authority. It is made anew when it is missing, damaged,
 * within 30 days of its end, without a name that is needed, or when the
 * authority has changed. Where nothing can be written it lives in memory and
 * says why.
 *
 * @throws {H2PushError} `usage` for a name that no client would accept,
 * `certificate` when the mkcert authority cannot be used.
 */
export async function loadStoredPair(options: StoredPairOptions, now = new Date()): Promise<Certificate> {
  const { directory, mkcert, user = currentUser() } = options;
  const store: Store = {
    file: join(directory, mkcert === undefined ? SERVER_FILE : SERVER_FILE_OF_MKCERT),
    directory,
    mkcert,
    needed: normalizeNames([...LOCAL_NAMES, ...(options.names ?? [])]),
    user,
    trusted: await trustedFingerprints(directory),
    now,
  };
  const signer = await signerAtHand(store);
  const state = await look(store, signer.cert);
  if (state.kind === "good") return stored(store, state, undefined, signer.notices);
  // Start-up has its pair at hand, on nearly every day: what makes one is not loaded then.
  return (await import("./renew.js")).renew(store, state);
}
