import { randomBytes } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";

/** For everybody whom the user's mask (umask) lets read. */
const ORDINARY = 0o666;

/**
 * Writes `content` whole or not at all: beside the file, then renamed. The
 * mode is set at creation, so that a key is readable to others at no moment.
 *
 * @throws what the system says
 */
export async function writeWhole(file: string, content: string, mode: number = ORDINARY): Promise<void> {
  const beside = `${file}.${randomBytes(6).toString("hex")}.tmp`;
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
