import { randomBytes } from "node:crypto";
import { link, open, readFile, rename, rm, stat } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { hasSystemCode } from "../../errors.js";
import { hasDied, ownName } from "./lock-owner.js";

/** Far longer than making a certificate takes: a process that holds the lock for this long is dead, or stands still. */
const STALE_MS = 10_000;
/** A lock without a name in it: its process wrote none in this time, even where twenty start at once, so it died in between. */
const UNNAMED_MS = 3000;
const RETRY_MS = 20;
/** A wait of this length is told. */
const TOLD_AFTER_MS = 500;
/** After this the certificate is made without being kept. */
const GIVE_UP_MS = 30_000;

/** Gets a sentence that the user should read now. */
export type Tell = (text: string) => void;

/**
 * Runs `action` while no other process on this machine runs one under the
 * same `lock` file. The lock of a process that has died does not count.
 *
 * @param tell is told, once, of a wait for another process
 * @throws a system error when the lock cannot be made, as in a read-only directory, or is held for 30 s
 */
export async function withFileLock<T>(
  lock: string,
  action: () => Promise<T>,
  tell: Tell = () => undefined,
): Promise<T> {
  const held = await acquire(lock, tell);
  try {
    return await action();
  } finally {
    // Another process may have taken our lock for stale: then it removes its own.
    if ((await ownerOf(lock)) === held) await rm(lock, { force: true });
  }
}

async function acquire(lock: string, tell: Tell): Promise<string> {
  const begin = performance.now();
  const own = `${randomBytes(6).toString("hex")} ${ownName()}`;
  let told = false;
  for (let waited = 0; waited < GIVE_UP_MS; waited = performance.now() - begin) {
    try {
      await create(lock, own);
      return own;
    } catch (error) {
      if (!hasSystemCode(error, "EEXIST")) throw error;
    }
    if (await breakStale(lock)) continue;
    if (!told && waited > TOLD_AFTER_MS) {
      told = true;
      tell(`waiting for another process, which makes a certificate: it holds ${lock}`);
    }
    await setTimeout(RETRY_MS);
  }
  throw Object.assign(new Error(`held by another process: ${lock}`), { code: "EBUSY" });
}

/** Makes the lock; none is left where its owner can't be written into it, as on a disk that is full. */
async function create(lock: string, owner: string): Promise<void> {
  const handle = await open(lock, "wx", 0o600);
  try {
    await handle.writeFile(owner);
  } catch (error) {
    await rm(lock, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
}

/** What a lock says of its owner; undefined when there is none. */
async function ownerOf(lock: string): Promise<string | undefined> {
  try {
    return await readFile(lock, "latin1");
  } catch (error) {
    if (hasSystemCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

/** Removes the lock of a process that has died, and no other's: two may try at once. Returns whether there was one. */
async function breakStale(lock: string): Promise<boolean> {
  const owner = await ownerOf(lock);
  if (owner === undefined || !(await isStale(lock, owner))) return false;
  const taken = `${lock}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    await rename(lock, taken);
    // Another was quicker, and this is a fresh lock already: give it back.
    if ((await ownerOf(taken)) !== owner) await link(taken, lock);
  } catch (error) {
    if (!hasSystemCode(error, "ENOENT", "EEXIST")) throw error;
  } finally {
    await rm(taken, { force: true });
  }
  return true;
}

async function isStale(lock: string, owner: string): Promise<boolean> {
  const [, ...name] = owner.split(" ");
  if (hasDied(name.join(" "))) return true;
  const stats = await stat(lock).catch(() => undefined);
  return stats !== undefined && Date.now() - stats.mtimeMs >= (owner === "" ? UNNAMED_MS : STALE_MS);
}
