import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Certificate, describePair, missingNames, type Origin, pemBlocks } from "./certificate.js";
import { parseSubjectAltName } from "./names.js";
import { AUTHORITY_FILE, MKCERT_CERTIFICATE } from "./places.js";
import { type PrivatePair, readPrivatePair, readPrivateText, type Unusable } from "./private-file.js";
import type { User } from "./user.js";
import { isoDay, RENEW_BEFORE_MS } from "./validity.js";

/** Where the pair is kept, and what it must be. */
export interface Store {
  readonly file: string;
  readonly directory: string;
  /** The directory of the mkcert authority that signs; our own does without it. */
  readonly mkcert: string | undefined;
  readonly needed: readonly string[];
  readonly user: User;
  readonly trusted: ReadonlySet<string>;
  readonly now: Date;
}

/**
 * The authority's certificate, unparsed: as long as the pair at hand brings
 * along the very same, start-up needs to know no more of it.
 */
export async function signerAtHand({
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
  | { readonly kind: "outdated"; readonly why: string; readonly names: readonly string[] };

/** @param signer PEM text with the authority's certificate in it */
export async function look(store: Store, signer: string): Promise<State> {
  const found = await readPrivatePair(store.file, store.user.uid);
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

export function stored(
  { file, mkcert, trusted }: Store,
  found: Pick<PrivatePair, "pair" | "x509" | "notices">,
  made: string | undefined,
  notices: readonly string[],
): Certificate {
  const origin: Origin = { kind: "stored", file, made, authority: mkcert === undefined ? "h2push" : "mkcert" };
  return describePair(found.pair, { origin, trusted, notices: [...notices, ...found.notices] }, found.x509);
}
