import { randomBytes, X509Certificate } from "node:crypto";
import { chmod, type FileHandle, open, rename, stat } from "node:fs/promises";
import { join } from "node:path";
import { systemCode } from "../../errors.js";
import { makeDirectory } from "../../io/disk/make-directory.js";
import { parseKey, pemBlocks, type PemPair } from "../issue/certificate.js";
import { type Tell, withFileLock } from "./file-lock.js";

/** Makes `directory` and its parents, and lets only this user enter, also if it exists already. */
async function makePrivateDirectory(directory: string): Promise<void> {
  await makeDirectory(directory, 0o700);
  const { mode } = await stat(directory);
  // A directory that the owner made read-only stays read-only.
  if ((mode & 0o077) !== 0) await chmod(directory, mode & 0o700);
}

/**
 * Makes what is to be kept in `directory`, one process at a time.
 *
 * @param tell is told of a wait for another process
 * @param otherwise called with the reason where nothing can be written
 */
export async function makeIn<T>(
  directory: string,
  make: () => Promise<T>,
  otherwise: (reason: string) => Promise<T>,
  tell?: Tell,
): Promise<T> {
  try {
    await makePrivateDirectory(directory);
    return await withFileLock(join(directory, "lock"), make, tell);
  } catch (error) {
    const code = systemCode(error);
    if (code === undefined) throw error;
    return otherwise(`cannot write ${directory} (${code})`);
  }
}

/** Why a private file cannot be used. */
export type Unusable = { readonly kind: "missing" } | { readonly kind: "unusable"; readonly reason: string };

/** A private file's text; `notices` tell what was put right about the file. */
export interface PrivateText {
  readonly kind: "text";
  readonly text: string;
  readonly notices: readonly string[];
}

/** A key with its certificates, which belong together. */
export interface PrivatePair {
  readonly kind: "pair";
  readonly pair: PemPair;
  /** The first of the certificates. */
  readonly x509: X509Certificate;
  readonly notices: readonly string[];
}

/**
 * Reads a file with a key in it. One that others could read is closed to
 * them; one that another user owns is not used, unless this is root, whom
 * `sudo` makes of any user.
 *
 * @param uid the user we are, or undefined where files have no such owner (Windows)
 */
export async function readPrivateText(file: string, uid: number | undefined): Promise<PrivateText | Unusable> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(file, "r");
    const status = await handle.stat();
    if (!status.isFile()) return { kind: "unusable", reason: "it was not a file" };
    if (uid !== undefined && uid !== 0 && status.uid !== uid) {
      return { kind: "unusable", reason: "it belonged to another user" };
    }
    const readable = uid !== undefined && (status.mode & 0o077) !== 0;
    if (readable) await handle.chmod(0o600);
    const notices = readable ? [`made ${file} private: other users could read it`] : [];
    return { kind: "text", text: await handle.readFile("utf8"), notices };
  } catch (error) {
    const code = systemCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") return { kind: "missing" };
    if (code === undefined) throw error;
    return { kind: "unusable", reason: `it could not be read (${code})` };
  } finally {
    await handle?.close();
  }
}

/** Reads the key and the certificates that `file` holds together. */
export async function readPrivatePair(file: string, uid: number | undefined): Promise<PrivatePair | Unusable> {
  const read = await readPrivateText(file, uid);
  if (read.kind !== "text") return read;
  const parsed = parsePair(read.text);
  return parsed === undefined
    ? { kind: "unusable", reason: "it was damaged" }
    : { kind: "pair", ...parsed, notices: read.notices };
}

/** The key and the certificates in `text` when they belong together. */
export function parsePair(text: string): { readonly pair: PemPair; readonly x509: X509Certificate } | undefined {
  const pair = { cert: pemBlocks(text, /^CERTIFICATE$/).join(""), key: pemBlocks(text, /PRIVATE KEY$/).join("") };
  const key = parseKey(pair.key);
  try {
    const x509 = new X509Certificate(pair.cert);
    return key !== undefined && x509.checkPrivateKey(key) ? { pair, x509 } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Renames `file`, so that nothing is lost that someone may want back, and
 * returns its new path.
 */
export async function quarantine(file: string, now: Date): Promise<string> {
  const stamp = now.toISOString().replaceAll(/[-:]|\.\d+/g, "");
  const path = `${file}.${stamp}-${randomBytes(3).toString("hex")}.aside`;
  await rename(file, path);
  return path;
}
