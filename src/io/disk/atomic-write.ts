import { randomBytes } from "node:crypto";
import { open, readdir, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { hasSystemCode } from "../../errors.js";

/** For everybody whom the user's mask (umask) lets read. */
const ORDINARY = 0o666;

/** A write that began so long ago is at an end: its process was killed (milliseconds). */
const LEFT_MS = 60_000;

/** How the names end of what is written beside a file, to take its place. */
export const BESIDE = /\.[\da-f]{12}\.tmp$/;

/**
 * Writes `content` whole or not at all: beside the file, then renamed. The
 * mode is set at creation, so that a key is readable to others at no moment.
 *
 * @throws what the system says
 */
export async function writeWhole(file: string, content: string | Uint8Array, mode: number = ORDINARY): Promise<void> {
  const beside = `${file}.${randomBytes(6).toString("hex")}.tmp`;
  await removeLeft(file).catch(() => undefined);
  try {
    const handle = await open(beside, "wx", mode);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(beside, file);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined);
    throw error;
  }
}

/**
 * Writes a file that somebody has named: through a link to where it leads,
 * with the mode that the file has; and into a device, a pipe, or a file that
 * is mounted by itself as it is.
 *
 * @throws what the system says
 */
export async function writeInPlace(file: string, content: string | Uint8Array): Promise<void> {
  const real = await realpath(file).catch(() => file);
  const old = await stat(real).catch(() => undefined);
  if (old === undefined) return writeWhole(real, content);
  // To rename something over `/dev/null` would make a file of it, for everybody.
  if (!old.isFile() && !old.isDirectory()) return writeFile(real, content);
  await writeWhole(real, content, old.mode & 0o777).catch((error: unknown) =>
    hasSystemCode(error, "EBUSY") ? writeFile(real, content) : Promise.reject(error),
  );
}

/** Removes what earlier writes of the file have left beside it: it may hold a key. */
async function removeLeft(file: string): Promise<void> {
  const [directory, name] = [dirname(file), basename(file)];
  for (const entry of await readdir(directory)) {
    if (entry.replace(BESIDE, "") !== name || entry === name) continue;
    const left = join(directory, entry);
    if (Date.now() - (await stat(left)).mtimeMs > LEFT_MS) await rm(left, { force: true });
  }
}
