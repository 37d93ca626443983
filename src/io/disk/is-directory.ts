import { statSync } from "node:fs";

/** Whether a directory is at a path: not where that can't be told (a link to itself, a name too long). */
export function isDirectory(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  } catch {
    return false;
  }
}
