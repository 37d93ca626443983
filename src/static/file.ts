import { constants } from "node:fs";
import { open, realpath, stat, type FileHandle } from "node:fs/promises";
import { platform } from "node:os";
import { join, sep } from "node:path";
import { segmentsOf } from "./path.js";

/** One version of a file under the root. */
export interface FoundFile {
  readonly kind: "file";
  /** Absolute path. */
  readonly file: string;
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since the epoch. */
  readonly mtimeMs: number;
  readonly dev: number;
  readonly ino: number;
}

/** What stands under the root for a URL path. */
export type Found =
  | FoundFile
  /** A directory asked for without its slash: relative references would resolve one level too high. */
  | { readonly kind: "directory" }
  | { readonly kind: "none"; readonly status: 400 | 404 };

/** The files under one directory, by URL path. Nothing outside it can be named. */
export interface FileTree {
  /** Real path of the directory. */
  readonly root: string;
  /** Looks up a percent-encoded URL path without query. Rejects only for failures of the system (EIO, EMFILE). */
  find(pathname: string): Promise<Found>;
}

const none = { kind: "none", status: 404 } as const;

/** What a system says of a path that names no file for us: absent, unreadable, too long, in a circle. */
const absent = new Set(["ENOENT", "ENOTDIR", "EACCES", "EPERM", "ELOOP", "ENAMETOOLONG", "EINVAL"]);

/**
 * @param root an existing directory
 * @param hidden files and directories never to be found, wherever they lie: certificates, keys, configuration
 */
export async function openTree(root: string, hidden: readonly string[] = []): Promise<FileTree> {
  const real = await realpath(root);
  const never = await Promise.all(hidden.map((path) => realpath(path).catch(() => path)));
  return { root: real, find: (pathname) => find(real, never, pathname) };
}

async function find(root: string, hidden: readonly string[], pathname: string): Promise<Found> {
  const path = segmentsOf(pathname, platform());
  if (!path.ok) return { kind: "none", status: path.status };
  try {
    let file = join(root, ...path.names);
    let stats = await stat(file);
    if (stats.isDirectory()) {
      if (!path.directory) return { kind: "directory" };
      file = join(file, "index.html");
      stats = await stat(file);
    } else if (path.directory) {
      return none;
    }
    if (!stats.isFile()) return none;
    const real = await realpath(file);
    if (!isInside(real, root) || hidden.some((path) => real === path || isInside(real, path))) return none;
    return { kind: "file", file: real, size: stats.size, mtimeMs: stats.mtimeMs, dev: stats.dev, ino: stats.ino };
  } catch (error) {
    if (error instanceof Error && "code" in error && absent.has(String(error.code))) return none;
    throw error;
  }
}

/** Whether `path` lies below `directory`. With the separator: `/www/public-secret` is not below `/www/public`. */
export function isInside(path: string, directory: string): boolean {
  return path.startsWith(directory.endsWith(sep) ? directory : directory + sep);
}

/**
 * Opens the very version that was found, or returns undefined when the file
 * has gone or changed since. O_NONBLOCK: a pipe in the file's place must not
 * hold a thread for ever.
 */
export async function openFound(found: FoundFile): Promise<FileHandle | undefined> {
  let handle: FileHandle;
  try {
    handle = await open(found.file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    if (error instanceof Error && "code" in error && absent.has(String(error.code))) return undefined;
    throw error;
  }
  const now = await handle.stat();
  const same =
    now.ino === found.ino && now.dev === found.dev && now.size === found.size && now.mtimeMs === found.mtimeMs;
  if (same) return handle;
  await handle.close();
  return undefined;
}
