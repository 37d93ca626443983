import { sep } from "node:path";

/** Whether `path` lies below `directory`. With the separator: `/www/public-secret` is not below `/www/public`. */
export function isInside(path: string, directory: string): boolean {
  return path.startsWith(directory.endsWith(sep) ? directory : directory + sep);
}
