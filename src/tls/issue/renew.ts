import { X509Certificate } from "node:crypto";
import { inspectPair, staleNames, type State, type Store, describeStored } from "../store/stored-pair.js";
import { type Authority, loadAuthority } from "../authority/authority.js";
import { type Certificate, describePair } from "./certificate.js";
import { issueLeaf } from "./issue.js";
import { mkcertAuthority } from "../authority/mkcert.js";
import { writeWhole } from "../../io/disk/atomic-write.js";
import { makeIn, quarantine } from "../store/private-file.js";

/** Names of earlier runs are kept up to this many in all: two servers with different names must not renew in turn. */
const MAX_NAMES = 50;

/**
 * Makes the server's pair anew, because it is in `state`, and keeps it where
 * that can be.
 *
 * @throws {H2PushError} `certificate` when the mkcert authority cannot be used
 */
export async function renew(store: Store, state: State): Promise<Certificate> {
  const { directory, mkcert, now, tell } = store;
  const authority = mkcert === undefined ? await loadAuthority(store, now) : await mkcertAuthority(mkcert, now);
  const unkept = (reason: string) => inMemory(store, authority, reason, state);
  if ("reason" in authority.kept) return unkept(authority.kept.reason);
  return makeIn(directory, () => makeUnlessMade(store, authority), unkept, tell);
}

/** Under the lock: another process may have made it meanwhile. */
async function makeUnlessMade(store: Store, authority: Authority): Promise<Certificate> {
  const state = await inspectPair(store, authority.cert);
  if (state.kind === "good") return describeStored(store, state, undefined, authority.notices);
  const notices = [...authority.notices];
  if (state.kind === "unusable") notices.push(`set aside ${await quarantine(store.file, store.now)}: ${state.reason}`);
  const pair = await issueLeaf(authority, { names: namesFor(store, state) }, store.now);
  await writeWhole(store.file, pair.key + pair.cert, 0o600);
  const made = state.kind === "missing" ? "there was none" : state.reason;
  return describeStored(store, { pair, x509: new X509Certificate(pair.cert), notices: [] }, made, notices);
}

function namesFor(store: Store, state: State): string[] {
  const { needed } = store;
  if (state.kind !== "outdated") return [...needed];
  const stale = staleNames(state.names, store);
  const earlier = state.names.filter((name) => !needed.includes(name) && !stale.includes(name));
  return [...needed, ...earlier.slice(0, Math.max(0, MAX_NAMES - needed.length))];
}

async function inMemory(store: Store, authority: Authority, reason: string, state: State): Promise<Certificate> {
  const pair = await issueLeaf(authority, { names: namesFor(store, state) }, store.now);
  const unusable = state.kind === "unusable" ? [`cannot use ${store.file}: ${state.reason}`] : [];
  return describePair(pair, {
    origin: { kind: "memory", reason },
    trusted: store.trusted,
    notices: [...authority.notices, ...unusable],
  });
}
