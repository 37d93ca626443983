import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Certificate, describePair, missingNames, type Origin, pemBlocks } from "../issue/certificate.js";
import { parseSubjectAltName } from "../issue/certificate-names.js";
import type { Tell } from "./file-lock.js";
import { AUTHORITY_FILE, MKCERT_CERTIFICATE } from "./store-paths.js";
import { type PrivatePair, readPrivatePair, readPrivateText, type Unusable } from "./private-file.js";
import type { User } from "../authority/user.js";
import { isoDay, RENEW_BEFORE_MS } from "../issue/validity.js";

/** Where the pair is kept, and what it must be. */
export interface Store {
  readonly file: string;
  readonly directory: string;
  /** The directory of the mkcert authority that signs; our own does without it. */
  readonly mkcert: string | undefined;
  readonly needed: readonly string[];
  /** Whether a name of an earlier run goes, when it is not needed. */
  readonly isStale: (name: string) => boolean;
  readonly user: User;
  readonly trusted: ReadonlySet<string>;
  readonly now: Date;
  /** Is told of a wait for another process. */
  readonly tell: Tell | undefined;
}

/**
 * The authority's certificate, unparsed: as long as the stored pair brings
 * along the very same, start-up needs to know no more of it.
 */
export async function readSigner({
  directory,
  mkcert,
  user,
}: Store): Promise<{ readonly cert: string; readonly notices: readonly string[] }> {
  if (mkcert !== undefined) {
    return { cert: await readFile(join(mkcert, MKCERT_CERTIFICATE), "utf8").catch(() => ""), notices: [] };
  }
  const found = await readPrivateText(join(directory, AUTHORITY_FILE), user.uid);
  return found.kind === "text" ? { cert: found.text, notices: found.notices } : { cert: "", notices: [] };
}

export type State =
  | (Omit<PrivatePair, "kind"> & { readonly kind: "good" })
  | Unusable
  /** Sound, but no longer what is needed. */
  | { readonly kind: "outdated"; readonly reason: string; readonly names: readonly string[] };

/** @param signer PEM text with the authority's certificate in it */
export async function inspectPair(store: Store, signer: string): Promise<State> {
  const found = await readPrivatePair(store.file, store.user.uid);
  if (found.kind !== "pair") return found;
  const reason = whyRenew(found, signer, store);
  if (reason === undefined) return { ...found, kind: "good" };
  return { kind: "outdated", reason, names: parseSubjectAltName(found.x509.subjectAltName) };
}

function whyRenew({ pair, x509 }: PrivatePair, signer: string, store: Store): string | undefined {
  const { needed, now } = store;
  const [, brought] = pemBlocks(pair.cert, /^CERTIFICATE$/);
  const [authority] = pemBlocks(signer, /^CERTIFICATE$/);
  if (brought === undefined || brought !== authority) return "another authority had signed it";
  const validTo = new Date(x509.validTo);
  if (validTo.getTime() - now.getTime() < RENEW_BEFORE_MS) return `it expires on ${isoDay(validTo)}`;
  const missing = missingNames(x509, needed);
  if (missing.length > 0) return `it was not for ${missing.join(", ")}`;
  const stale = staleNames(parseSubjectAltName(x509.subjectAltName), store);
  return stale.length === 0 ? undefined : `it was for ${stale.join(", ")} too`;
}

/** Names of earlier runs that do not stay. */
export function staleNames(names: readonly string[], { needed, isStale }: Store): string[] {
  return names.filter((name) => !needed.includes(name) && isStale(name));
}

export function describeStored(
  { file, mkcert, trusted }: Store,
  found: Pick<PrivatePair, "pair" | "x509" | "notices">,
  made: string | undefined,
  notices: readonly string[],
): Certificate {
  const origin: Origin = { kind: "stored", file, made, authority: mkcert === undefined ? "h2push" : "mkcert" };
  return describePair(found.pair, { origin, trusted, notices: [...notices, ...found.notices] }, found.x509);
}
