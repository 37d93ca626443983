import { readlink, realpath, stat, type FileHandle } from "node:fs/promises";
import { systemCode } from "../../errors.js";

/** Where Linux says which file a descriptor is of: its real path, whatever name it was opened by. */
const DESCRIPTORS = "/proc/self/fd";

/**
 * Whether an open file is the one at that real path: a directory on the way
 * may have been a link when it was opened, and none before and after that.
 */
export async function isOpenedAt(handle: FileHandle, file: string): Promise<boolean> {
  try {
    return (await readlink(`${DESCRIPTORS}/${handle.fd}`)) === file;
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    // No such directory: each step is looked at, and the first once more.
    if ((await realpath(file)) !== file) return false;
    const [opened, named] = [await handle.stat(), await stat(file)];
    return opened.ino === named.ino && opened.dev === named.dev && (await realpath(file)) === file;
  }
}
