import { X509Certificate } from "node:crypto";
import { join } from "node:path";
import { systemCode } from "../errors.js";
import { type Authority, loadAuthority } from "./authority.js";
import { type Certificate, describePair, missingNames, type PemPair } from "./certificate.js";
import { exclusively } from "./exclusive.js";
import { issueLeaf } from "./issue.js";
import { mkcertAuthority } from "./mkcert.js";
import { LOCAL_NAMES, normalizeNames } from "./names.js";
import { makePrivateDirectory, readPrivatePair, setAside, writeWhole } from "./private-file.js";
import { trustedFingerprints } from "./trust-record.js";
import { currentUser, type User } from "./user.js";
import { isoDay, RENEW_BEFORE_MS } from "./validity.js";

export interface StoredPairOptions {
  /** The user's data directory for h2push. */
  readonly directory: string;
  /** Names to cover beside those of this machine to itself. */
  readonly names?: readonly string[];
  /** The directory of an mkcert authority, which then signs instead of our own. */
  readonly mkcert?: string;
  readonly user?: User;
}

/** So many names of earlier runs are kept, that two servers with names of their own do not take turns renewing. */
const MAX_NAMES = 50;

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
  const needed = normalizeNames([...LOCAL_NAMES, ...(options.names ?? [])]);
  const { directory, user = currentUser() } = options;
  const authority =
    options.mkcert === undefined
      ? await loadAuthority({ directory, user }, now)
      : await mkcertAuthority(options.mkcert, now);
  const store: Store = {
    file: join(directory, options.mkcert === undefined ? "server.pem" : "server-mkcert.pem"),
    directory,
    authority,
    needed,
    uid: user.uid,
    trusted: await trustedFingerprints(directory),
    now,
  };
  const state = await look(store);
  if (state.kind === "good") return stored(store, state.pair, undefined, state.notices);
  if ("reason" in authority.kept) return inMemory(store, authority.kept.reason, state);
  try {
    await makePrivateDirectory(directory);
    return await exclusively(join(directory, "lock"), () => lookAgainAndMake(store));
  } catch (error) {
    const code = systemCode(error);
    if (code === undefined) throw error;
    return inMemory(store, `cannot write ${directory} (${code})`, state);
  }
}

/** Where the pair is kept, and what it must be. */
interface Store {
  readonly file: string;
  readonly directory: string;
  readonly authority: Authority;
  readonly needed: readonly string[];
  readonly uid: number | undefined;
  readonly trusted: ReadonlySet<string>;
  readonly now: Date;
}

type State =
  | { readonly kind: "good"; readonly pair: PemPair; readonly notices: readonly string[] }
  | { readonly kind: "missing" }
  | { readonly kind: "unusable"; readonly why: string }
  /** Sound, but no longer what is needed. */
  | { readonly kind: "outdated"; readonly why: string; readonly names: readonly string[] };

async function look(store: Store): Promise<State> {
  const found = await readPrivatePair(store.file, store.uid);
  if (found.kind !== "pair") return found;
  const why = whyRenew(found.pair, store);
  if (why !== undefined) {
    const { names } = describePair(found.pair, { origin: { kind: "memory", reason: why } });
    return { kind: "outdated", why, names };
  }
  const notices = found.tightened ? [`closed ${store.file} to other users, who could read it`] : [];
  return { kind: "good", pair: found.pair, notices };
}

function whyRenew(pair: PemPair, { authority, needed, now }: Store): string | undefined {
  const leaf = new X509Certificate(pair.cert);
  const signer = new X509Certificate(authority.cert);
  if (!leaf.checkIssued(signer) || !leaf.verify(signer.publicKey)) return "another authority had signed it";
  const validTo = new Date(leaf.validTo);
  if (validTo.getTime() - now.getTime() < RENEW_BEFORE_MS) return `it expires on ${isoDay(validTo)}`;
  const missing = missingNames(pair.cert, needed);
  return missing.length === 0 ? undefined : `it was not for ${missing.join(", ")}`;
}

/** Under the lock: another process may have made it meanwhile. */
async function lookAgainAndMake(store: Store): Promise<Certificate> {
  const state = await look(store);
  if (state.kind === "good") return stored(store, state.pair, undefined, state.notices);
  const notices: string[] = [];
  if (state.kind === "unusable") notices.push(`set aside ${await setAside(store.file, store.now)}: ${state.why}`);
  const pair = await issueLeaf(store.authority, { names: namesFor(store, state) }, store.now);
  await writeWhole(store.file, pair.key + pair.cert, 0o600);
  return stored(store, pair, state.kind === "missing" ? "there was none" : state.why, notices);
}

function namesFor({ needed }: Store, state: State): string[] {
  const earlier = state.kind === "outdated" ? state.names.filter((name) => !needed.includes(name)) : [];
  return [...needed, ...earlier.slice(0, Math.max(0, MAX_NAMES - needed.length))];
}

function stored(store: Store, pair: PemPair, made: string | undefined, notices: readonly string[]): Certificate {
  return describePair(pair, {
    origin: { kind: "stored", file: store.file, made, authority: store.authority.maker },
    trusted: store.trusted,
    notices: [...store.authority.notices, ...notices],
  });
}

async function inMemory(store: Store, reason: string, state: State): Promise<Certificate> {
  const pair = await issueLeaf(store.authority, { names: namesFor(store, state) }, store.now);
  const unusable = state.kind === "unusable" ? [`cannot use ${store.file}: ${state.why}`] : [];
  return describePair(pair, {
    origin: { kind: "memory", reason },
    trusted: store.trusted,
    notices: [...store.authority.notices, ...unusable],
  });
}
