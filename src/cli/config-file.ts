import { access, realpath } from "node:fs/promises";
import { isAbsolute, relative, resolve, sep } from "node:path";
import { systemCode } from "../errors.js";

/** Taken by itself in the working directory. */
export const CONFIG_FILE = "h2push.config.json";

export interface ConfigFile {
  readonly file: string;
  /** It is there, and not to be read. */
  readonly ignored: boolean;
}

/**
 * The configuration file: the one that was named, or the one in the working
 * directory. That one is ignored when it lies in what is served: a folder
 * that somebody sent must not say where to listen and what to ask.
 *
 * @param root the directory to serve, as the command line says it
 */
export async function findConfig(named: string | undefined, root: string): Promise<ConfigFile | undefined> {
  if (named !== undefined) return { file: named, ignored: false };
  try {
    await access(CONFIG_FILE);
  } catch (error) {
    // One that can't be read is there all the same, and reading it will say so.
    if (["ENOENT", "ENOTDIR"].includes(systemCode(error) ?? "")) return undefined;
  }
  const [folder, served] = await Promise.all([realpath("."), realpath(root).catch(() => resolve(root))]);
  return { file: CONFIG_FILE, ignored: isInside(folder, served) };
}

function isInside(folder: string, served: string): boolean {
  const way = relative(served, folder);
  return !isAbsolute(way) && way !== ".." && !way.startsWith(`..${sep}`);
}
