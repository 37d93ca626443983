import { randomBytes } from "node:crypto";
import { link, open, rename, rm, stat } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { systemCode } from "../../errors.js";

/** Far longer than making a certificate takes: a process that holds the lock for this long has died. */
const STALE_MS = 10_000;
const RETRY_MS = 20;
/** After this the certificate is made without being kept. */
const GIVE_UP_MS = 30_000;

/**
 * Runs `action` while no other process on this machine runs one under the
 * same `lock` file.
 *
 * @throws a system error when the lock cannot be made, as in a read-only directory, or is held for 30 s
 */
export async function withFileLock<T>(lock: string, action: () => Promise<T>): Promise<T> {
  const held = await acquire(lock);
  try {
    return await action();
  } finally {
    // Another process may have taken our lock for stale: then it removes its own.
    if ((await identity(lock)) === held) await rm(lock, { force: true });
  }
}

async function acquire(lock: string): Promise<string> {
  const giveUp = performance.now() + GIVE_UP_MS;
  while (performance.now() < giveUp) {
    try {
      const handle = await open(lock, "wx", 0o600);
      await handle.close();
      const held = await identity(lock);
      if (held !== undefined) return held;
    } catch (error) {
      if (systemCode(error) !== "EEXIST") throw error;
    }
    await breakStale(lock);
    await setTimeout(RETRY_MS);
  }
  throw Object.assign(new Error(`held by another process: ${lock}`), { code: "EBUSY" });
}

/** What tells this lock file from another of the same name; undefined when there is none. */
async function identity(lock: string): Promise<string | undefined> {
  try {
    const { ino, mtimeMs } = await stat(lock);
    return `${ino} ${mtimeMs}`;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Removes the lock of a process that has died, and no other's: two may try at once. */
async function breakStale(lock: string): Promise<void> {
  const seen = await identity(lock);
  if (seen === undefined || Date.now() - Number(seen.split(" ")[1]) < STALE_MS) return;
  const taken = `${lock}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    await rename(lock, taken);
    // Another was quicker, and this is a fresh lock already: give it back.
    if ((await identity(taken)) !== seen) await link(taken, lock);
  } catch (error) {
    if (systemCode(error) !== "ENOENT" && systemCode(error) !== "EEXIST") throw error;
  } finally {
    await rm(taken, { force: true });
  }
}
