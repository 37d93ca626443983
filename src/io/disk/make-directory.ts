import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { hasSystemCode } from "../../errors.js";

/**
 * Makes a directory and those around it, as far as they are not there. Node's
 * own `recursive` never ends where the parent is there and nothing can be made
 * in it, as in `/proc` (Node 20, 22 and 24, tried).
 *
 * @throws what the system says
 */
export async function makeDirectory(path: string, mode?: number): Promise<void> {
  try {
    await mkdir(path, mode);
  } catch (error) {
    if (await isDirectory(path)) return;
    const parent = dirname(path);
    if (!hasSystemCode(error, "ENOENT") || parent === path || (await isDirectory(parent))) throw error;
    await makeDirectory(parent, mode);
    await makeDirectory(path, mode);
  }
}

const isDirectory = async (path: string) => (await stat(path).catch(() => undefined))?.isDirectory() === true;
