import { access, realpath } from "node:fs/promises";
import { isAbsolute, relative, resolve, sep } from "node:path";
import { systemCode } from "../../errors.js";

/** Read from the working directory without being asked for. */
export const CONFIG_FILE = "h2push.config.json";

/** Whether there is a configuration file in the working directory. */
export async function isConfigFileThere(): Promise<boolean> {
  try {
    await access(CONFIG_FILE);
    return true;
  } catch (error) {
    // One that can't be read is there all the same, and reading it will say so.
    return !["ENOENT", "ENOTDIR"].includes(systemCode(error) ?? "");
  }
}

/** Whether that file lies in a directory, by whatever name it is called. */
export async function isConfigFileIn(directory: string): Promise<boolean> {
  const [folder, outer] = await Promise.all([realpath("."), realpath(directory).catch(() => resolve(directory))]);
  const way = relative(outer, folder);
  return !isAbsolute(way) && way !== ".." && !way.startsWith(`..${sep}`);
}
