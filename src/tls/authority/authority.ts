import { X509Certificate } from "node:crypto";
import { join } from "node:path";
import { commonName, type PemPair } from "../issue/certificate.js";
import { issueAuthority } from "../issue/issue.js";
import { AUTHORITY_CERTIFICATE, AUTHORITY_FILE } from "../store/store-paths.js";
import { writeWhole } from "../../io/disk/atomic-write.js";
import type { Tell } from "../store/file-lock.js";
import { makeIn, quarantine, readPrivatePair } from "../store/private-file.js";
import { currentUser, type User } from "./user.js";
import { isoDay } from "../issue/validity.js";

/** A local authority with its key: kept only for as long as something is signed. */
export interface Authority extends PemPair {
  /** Its name in a browser's list and in NSS. */
  readonly name: string;
  /** SHA-256, as `AB:CD:…`. */
  readonly fingerprint: string;
  readonly validTo: Date;
  readonly maker: "h2push" | "mkcert";
  /** Where it is kept, or why it is in memory only. */
  readonly kept: { readonly file: string } | { readonly reason: string };
  /** What happened to its file that the user should hear of. */
  readonly notices: readonly string[];
}

export interface AuthorityOptions {
  /** The user's data directory for h2push. */
  readonly directory: string;
  readonly user?: User;
  /** Is told of a wait for another process. */
  readonly tell?: Tell | undefined;
}

/** Within this time of its end an authority is replaced: its leafs could not live their 90 days. */
const REPLACE_BEFORE_MS = 120 * 86_400_000;

/**
 * The user's local authority, made when there is none. A file that cannot be
 * used is set aside and named in `notices`. Where nothing can be written it
 * lives in memory.
 */
export async function loadAuthority(options: AuthorityOptions, now = new Date()): Promise<Authority> {
  const { directory, user = currentUser(), tell } = options;
  const file = join(directory, AUTHORITY_FILE);
  const found = await inspect(file, user, now);
  if (found.kind === "good") return found.authority;
  const inMemory = async (reason: string) => {
    const notices = found.kind === "unusable" ? [`cannot use ${file}: ${found.reason}`] : [];
    return describeAuthority(await issueAuthority(user.name, now), { reason }, notices);
  };
  return makeIn(directory, () => makeUnlessMade(file, user, now), inMemory, tell);
}

/** Under the lock: another process may have made it meanwhile. */
async function makeUnlessMade(file: string, user: User, now: Date): Promise<Authority> {
  const found = await inspect(file, user, now);
  if (found.kind === "good") return found.authority;
  const notices: string[] = [];
  if (found.kind === "unusable") notices.push(`set aside ${await quarantine(file, now)}: ${found.reason}`);
  const pair = await issueAuthority(user.name, now);
  await writeWhole(file, pair.key + pair.cert, 0o600);
  await writeWhole(join(file, "..", AUTHORITY_CERTIFICATE), pair.cert, 0o644);
  return describeAuthority(pair, { file }, notices);
}

type Inspected =
  | { readonly kind: "good"; readonly authority: Authority }
  | { readonly kind: "missing" }
  | { readonly kind: "unusable"; readonly reason: string };

async function inspect(file: string, user: User, now: Date): Promise<Inspected> {
  const found = await readPrivatePair(file, user.uid);
  if (found.kind !== "pair") return found;
  const authority = describeAuthority(found.pair, { file }, found.notices, found.x509);
  if (!found.x509.ca) return { kind: "unusable", reason: "it was not an authority" };
  if (authority.validTo.getTime() - now.getTime() < REPLACE_BEFORE_MS) {
    return { kind: "unusable", reason: `it expires on ${isoDay(authority.validTo)}` };
  }
  return { kind: "good", authority };
}

/** What can be said of the authority in `pair`. */
export function describeAuthority(
  pair: PemPair,
  kept: Authority["kept"],
  notices: readonly string[],
  x509 = new X509Certificate(pair.cert),
): Authority {
  return {
    ...pair,
    name: commonName(x509.subject),
    fingerprint: x509.fingerprint256,
    validTo: new Date(x509.validTo),
    maker: "h2push",
    kept,
    notices,
  };
}
