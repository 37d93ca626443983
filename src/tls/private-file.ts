import { randomBytes } from "node:crypto";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

/** A directory that nobody but this user may enter. */
export async function makePrivateDirectory(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
}

/**
 * Writes `content` whole or not at all: beside the file, then renamed. The
 * mode is set at creation, so that a key is readable to others at no moment.
 */
export async function writeWhole(file: string, content: string, mode: 0o600 | 0o644): Promise<void> {
  const beside = await writeBeside(file, content, mode);
  try {
    await rename(beside, file);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}

/** Writes `content` to a new file in the directory of `file`, and returns its path. */
async function writeBeside(file: string, content: string, mode: number): Promise<string> {
  await mkdir(dirname(file), { recursive: true });
  const beside = `${file}.${randomBytes(6).toString("hex")}.tmp`;
  const handle = await open(beside, "wx", mode);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
  return beside;
}
