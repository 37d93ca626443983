import { access, realpath } from "node:fs/promises";
import { dirname, isAbsolute, relative, resolve, sep } from "node:path";
import { hasSystemCode } from "../../errors.js";

/** Read from the working directory without being asked for. */
export const CONFIG_FILE = "h2push.config.json";

/** Whether there is a configuration file in the working directory. */
export async function isConfigFileThere(): Promise<boolean> {
  try {
    await access(CONFIG_FILE);
    return true;
  } catch (error) {
    // One that can't be read is there all the same, and reading it will say so.
    return !hasSystemCode(error, "ENOENT", "ENOTDIR");
  }
}

/**
 * Whether that file lies in a directory, by whatever name that is called, or
 * is a link that leads there.
 */
export async function isConfigFileIn(directory: string): Promise<boolean> {
  const [folder, target, outer] = await Promise.all([
    realpath("."),
    realpath(CONFIG_FILE).catch(() => resolve(CONFIG_FILE)),
    realpath(directory).catch(() => resolve(directory)),
  ]);
  return [folder, dirname(target)].some((place) => {
    const way = relative(outer, place);
    return !isAbsolute(way) && way !== ".." && !way.startsWith(`..${sep}`);
  });
}
