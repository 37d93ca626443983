import { constants, type Stats } from "node:fs";
import { open, realpath, type FileHandle } from "node:fs/promises";
import { sep } from "node:path";
import { setTimeout as after } from "node:timers/promises";
import type { Coding } from "./encoding.js";

/** One version of a file under the root. */
export interface FoundFile {
  readonly kind: "file";
  /** Absolute real path. */
  readonly file: string;
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since the epoch. */
  readonly mtimeMs: number;
  readonly dev: number;
  readonly ino: number;
  /** The same content compressed beforehand, in files of their own that are at least as new. */
  readonly siblings: readonly Sibling[];
}

export interface Sibling {
  readonly coding: Coding;
  readonly found: FoundFile;
}

/** Names a version: two contents never have the same. */
export function versionOf({ dev, ino, size, mtimeMs }: Omit<FoundFile, "siblings">): string {
  return `${dev}-${ino}-${size}-${mtimeMs}`;
}

/** Whether a file is still the version that was found. */
export function isVersion(now: Stats, found: FoundFile): boolean {
  return now.size === found.size && now.mtimeMs === found.mtimeMs && now.ino === found.ino && now.dev === found.dev;
}

/** What a system says of a path that names no file for us: absent, unreadable, too long, in a circle. */
const absent = new Set(["ENOENT", "ENOTDIR", "EACCES", "EPERM", "ELOOP", "EMLINK", "ENAMETOOLONG", "EINVAL", "ENXIO"]);

export function isAbsent(error: unknown): boolean {
  return error instanceof Error && "code" in error && absent.has(String(error.code));
}

const isForbidden = (error: unknown) =>
  error instanceof Error && "code" in error && (error.code === "EACCES" || error.code === "EPERM");

/** Whether `path` lies below `directory`. With the separator: `/www/public-secret` is not below `/www/public`. */
export function isInside(path: string, directory: string): boolean {
  return path.startsWith(directory.endsWith(sep) ? directory : directory + sep);
}

/**
 * A file has to have been left alone for so long before it is read
 * (milliseconds). Linux keeps the time of a change in steps of up to 10 ms:
 * within one, two versions could look the same.
 */
const SETTLED = 20;

/** Who writes a file anew empties it first, and a busy process may take a while until it writes (milliseconds). */
const SETTLED_WHEN_EMPTY = 250;

/**
 * O_NONBLOCK: a pipe in the file's place must not hold a thread for ever.
 * O_NOFOLLOW: nor may a link have taken its place since its real path was found.
 */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0);

/** Why there is nothing to send: the file is another one by now, or it may not be read: by us, or by anyone. */
export type Unavailable = "changed" | "withheld";

/**
 * Opens the very version that was found; "changed" when the file has gone or
 * changed since, or is being written. While the handle is open no other file
 * has its number, and a later change has a later time: whatever is read is of
 * this version as long as `isVersion` holds.
 */
export async function openFound(found: FoundFile): Promise<FileHandle | Unavailable> {
  let handle: FileHandle | undefined;
  let pinned = false;
  try {
    handle = await open(found.file, FLAGS);
    pinned = await isPinned(handle, found);
    return pinned ? handle : "changed";
  } catch (error) {
    if (isForbidden(error)) return "withheld";
    if (isAbsent(error)) return "changed";
    throw error;
  } finally {
    if (!pinned) await handle?.close();
  }
}

async function isPinned(handle: FileHandle, found: FoundFile): Promise<boolean> {
  let stats = await handle.stat();
  const age = Date.now() - stats.ctimeMs;
  const settled = stats.size === 0 ? SETTLED_WHEN_EMPTY : SETTLED;
  // `Date.now` is whole milliseconds: what was written in this very one is ahead of it. A time far ahead is a clock's.
  if (age > -settled && age < settled) {
    await after(settled - age);
    stats = await handle.stat();
  }
  // A directory on the way may have become a link meanwhile.
  return isVersion(stats, found) && (await realpath(found.file)) === found.file;
}
