import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { systemCode } from "../errors.js";
import { type Authority, AUTHORITY_FILE, loadAuthority } from "./authority.js";
import { type Certificate, describePair, missingNames, type Origin, pemBlocks } from "./certificate.js";
import { exclusively } from "./exclusive.js";
import { issueLeaf } from "./issue.js";
import { MKCERT_CERTIFICATE, mkcertAuthority } from "./mkcert.js";
import { LOCAL_NAMES, normalizeNames, parseSubjectAltName } from "./names.js";
import {
  makePrivateDirectory,
  type PrivatePair,
  readPrivatePair,
  readPrivateText,
  setAside,
  type Unusable,
  writeWhole,
} from "./private-file.js";
import { trustedFingerprints } from "./trust/record.js";
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

/** Key, certificate and its authority's in one file, so that they belong together at any moment. */
export const SERVER_FILE = "server.pem";

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
  const { directory, mkcert, user = currentUser() } = options;
  const store: Store = {
    file: join(directory, mkcert === undefined ? SERVER_FILE : "server-mkcert.pem"),
    directory,
    signer: mkcert === undefined ? "h2push" : "mkcert",
    needed: normalizeNames([...LOCAL_NAMES, ...(options.names ?? [])]),
    uid: user.uid,
    trusted: await trustedFingerprints(directory),
    now,
  };
  const signer = await signerAtHand(options, user.uid);
  const state = await look(store, signer.cert);
  if (state.kind === "good") return stored(store, state, undefined, signer.notices);

  const authority =
    mkcert === undefined ? await loadAuthority({ directory, user }, now) : await mkcertAuthority(mkcert, now);
  if ("reason" in authority.kept) return inMemory(store, authority, authority.kept.reason, state);
  try {
    await makePrivateDirectory(directory);
    return await exclusively(join(directory, "lock"), () => lookAgainAndMake(store, authority));
  } catch (error) {
    const code = systemCode(error);
    if (code === undefined) throw error;
    return inMemory(store, authority, `cannot write ${directory} (${code})`, state);
  }
}

/** Where the pair is kept, and what it must be. */
interface Store {
  readonly file: string;
  readonly directory: string;
  readonly signer: Authority["maker"];
  readonly needed: readonly string[];
  readonly uid: number | undefined;
  readonly trusted: ReadonlySet<string>;
  readonly now: Date;
}

/**
 * The authority's certificate, unparsed: as long as the pair at hand brings
 * along the very same, start-up needs to know no more of it.
 */
async function signerAtHand(
  { directory, mkcert }: StoredPairOptions,
  uid: number | undefined,
): Promise<{ readonly cert: string; readonly notices: readonly string[] }> {
  if (mkcert !== undefined) {
    return { cert: await readFile(join(mkcert, MKCERT_CERTIFICATE), "utf8").catch(() => ""), notices: [] };
  }
  const found = await readPrivateText(join(directory, AUTHORITY_FILE), uid);
  return found.kind === "text" ? { cert: found.text, notices: found.notices } : { cert: "", notices: [] };
}

type State =
  | (Omit<PrivatePair, "kind"> & { readonly kind: "good" })
  | Unusable
  /** Sound, but no longer what is needed. */
  | { readonly kind: "outdated"; readonly why: string; readonly names: readonly string[] };

/** @param signer PEM text with the authority's certificate in it */
async function look(store: Store, signer: string): Promise<State> {
  const found = await readPrivatePair(store.file, store.uid);
  if (found.kind !== "pair") return found;
  const why = whyRenew(found, signer, store);
  if (why === undefined) return { ...found, kind: "good" };
  return { kind: "outdated", why, names: parseSubjectAltName(found.x509.subjectAltName) };
}

function whyRenew({ pair, x509 }: PrivatePair, signer: string, { needed, now }: Store): string | undefined {
  const [, brought] = pemBlocks(pair.cert, /^CERTIFICATE$/);
  const [authority] = pemBlocks(signer, /^CERTIFICATE$/);
  if (brought === undefined || brought !== authority) return "another authority had signed it";
  const validTo = new Date(x509.validTo);
  if (validTo.getTime() - now.getTime() < RENEW_BEFORE_MS) return `it expires on ${isoDay(validTo)}`;
  const missing = missingNames(x509, needed);
  return missing.length === 0 ? undefined : `it was not for ${missing.join(", ")}`;
}

/** Under the lock: another process may have made it meanwhile. */
async function lookAgainAndMake(store: Store, authority: Authority): Promise<Certificate> {
  const state = await look(store, authority.cert);
  if (state.kind === "good") return stored(store, state, undefined, authority.notices);
  const notices = [...authority.notices];
  if (state.kind === "unusable") notices.push(`set aside ${await setAside(store.file, store.now)}: ${state.why}`);
  const pair = await issueLeaf(authority, { names: namesFor(store, state) }, store.now);
  await writeWhole(store.file, pair.key + pair.cert, 0o600);
  const made = state.kind === "missing" ? "there was none" : state.why;
  return stored(store, { pair, x509: new X509Certificate(pair.cert), notices: [] }, made, notices);
}

function namesFor({ needed }: Store, state: State): string[] {
  const earlier = state.kind === "outdated" ? state.names.filter((name) => !needed.includes(name)) : [];
  return [...needed, ...earlier.slice(0, Math.max(0, MAX_NAMES - needed.length))];
}

function stored(
  { file, signer, trusted }: Store,
  found: Pick<PrivatePair, "pair" | "x509" | "notices">,
  made: string | undefined,
  notices: readonly string[],
): Certificate {
  const origin: Origin = { kind: "stored", file, made, authority: signer };
  return describePair(found.pair, { origin, trusted, notices: [...notices, ...found.notices] }, found.x509);
}

async function inMemory(store: Store, authority: Authority, reason: string, state: State): Promise<Certificate> {
  const pair = await issueLeaf(authority, { names: namesFor(store, state) }, store.now);
  const unusable = state.kind === "unusable" ? [`cannot use ${store.file}: ${state.why}`] : [];
  return describePair(pair, {
    origin: { kind: "memory", reason },
    trusted: store.trusted,
    notices: [...authority.notices, ...unusable],
  });
}
