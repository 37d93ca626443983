import { constants, type Stats } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { setTimeout as after } from "node:timers/promises";
import { H2PushError, hasSystemCode, systemCode } from "../errors.js";
import { isOpenedAt } from "../io/disk/opened-path.js";
import { digestOfFile } from "./representation/digest.js";
import type { Coding } from "./representation/content-coding.js";

/** One version of a file under the root. */
export interface FoundFile {
  readonly kind: "file";
  /** Absolute real path. */
  readonly file: string;
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since the epoch. */
  readonly mtimeMs: number;
  /** When its content, its times, its name or its permissions changed last: no program can set it back. */
  readonly ctimeMs: number;
  readonly dev: number;
  readonly ino: number;
  /** Names its content, where its times were too young to prove anything. */
  readonly digest?: string | undefined;
  /** Tells it from another content that was seen under the very same times; "" for the first one. */
  readonly edition?: string;
  /** Another version was seen with the same mtime in seconds, or a later one: the date tells them not apart. */
  readonly isRedated?: boolean;
  /** It was left alone for a moment, or has only grown since: it is not in the middle of being rewritten. */
  readonly steady?: boolean;
  /** The same content compressed beforehand, in files of their own that are at least as new. */
  readonly siblings: readonly Sibling[];
}

export interface Sibling {
  readonly coding: Coding;
  readonly found: FoundFile;
}

/** Names a version: two contents never have the same. */
export function versionOf({ dev, ino, size, mtimeMs, ctimeMs, edition = "" }: Omit<FoundFile, "siblings">): string {
  return `${dev}-${ino}-${size}-${mtimeMs}-${ctimeMs}${edition}`;
}

type Times = Pick<Stats, "size" | "mtimeMs" | "ctimeMs" | "dev" | "ino">;

/** Whether a file is still the version that was found, as far as its times tell. */
export function isVersion(now: Times, found: Times): boolean {
  return now.size === found.size && now.ctimeMs === found.ctimeMs && hasSameTime(now, found) && isSameFile(now, found);
}

const hasSameTime = (a: Times, b: Times) => a.mtimeMs === b.mtimeMs;

/** Whether both are the same file, in whatever version. */
export const isSameFile = (a: Times, b: Times) => a.ino === b.ino && a.dev === b.dev;

/** What a system says of a path that names no file for us: absent, unreadable, too long, in a circle. */
const absent = new Set(["ENOENT", "ENOTDIR", "EACCES", "EPERM", "ELOOP", "EMLINK", "ENAMETOOLONG", "EINVAL", "ENXIO"]);

export function isAbsent(error: unknown): boolean {
  return absent.has(systemCode(error) ?? "");
}

/** Whether a system says that something is there and that this user may not have it. */
export const isForbidden = (error: unknown): error is NodeJS.ErrnoException => hasSystemCode(error, "EACCES", "EPERM");

/**
 * How long a file must have been left alone before it is read
 * (milliseconds). Linux keeps the time of a change in steps of up to 10 ms:
 * within one, two versions could look the same.
 */
const SETTLED_MS = 20;

/** A program that rewrites a file empties it first, and may take a while to write (milliseconds). */
const EMPTY_SETTLED_MS = 250;

/**
 * How much longer a file has to be left alone until it counts as settled
 * (milliseconds); 0 when it does.
 */
export function unsettledFor({ size, ctimeMs }: Pick<Stats, "size" | "ctimeMs">): number {
  const age = Date.now() - ctimeMs;
  const settled = size === 0 ? EMPTY_SETTLED_MS : SETTLED_MS;
  // `Date.now` is whole milliseconds: what was written in this very one is ahead of it. A time far ahead is a clock's.
  return age > -settled && age < settled ? settled - age : 0;
}

/**
 * O_NONBLOCK: a pipe in the file's place must not block a thread.
 * O_NOFOLLOW: nor may a link have taken its place since its real path was found.
 */
export const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0);

/** Whether a system says that too many files are open: one of them is closed in a moment, as responses end. */
export const isExhausted = (error: unknown) => hasSystemCode(error, "EMFILE", "ENFILE");

/** What a response is broken off with: it must not look whole. */
export const fileChanged = ({ file }: FoundFile, how: "changed" | "became shorter") =>
  new H2PushError("unavailable", `the file ${how} while it was sent`, `${file}: it was written in place`);

/** Why there is nothing to send: the file is another one by now, or it may not be read: by us, or by anyone. */
export type Unavailable = "changed" | "unreadable" | "withheld";

/**
 * Opens the very version that was found, or the same file when it has only
 * grown since; "changed" when it has gone or changed otherwise, or is being
 * written. While the handle is open no other file has its number, and a later
 * change has a later time: whatever is read is of this version as long as
 * `holds` says so.
 */
export async function openFound(found: FoundFile): Promise<FileHandle | Unavailable> {
  let handle: FileHandle | undefined;
  let pinned = false;
  try {
    handle = await open(found.file, FLAGS);
    // A directory on the way may have become a link meanwhile.
    pinned = (await isPinned(handle, found)) && (await isOpenedAt(handle, found.file));
    return pinned ? handle : "changed";
  } catch (error) {
    if (isForbidden(error)) return "unreadable";
    if (isAbsent(error)) return "changed";
    throw error;
  } finally {
    if (!pinned) await handle?.close();
  }
}

async function isPinned(handle: FileHandle, found: FoundFile): Promise<boolean> {
  const stats = await handle.stat();
  // One that grows all the time, as a log does, is never left alone.
  if (found.steady === true) return isVersion(stats, found) || isContinued(handle, stats, found);
  const wait = unsettledFor(stats);
  if (wait === 0) return isVersion(stats, found);
  await after(wait);
  return isVersion(await handle.stat(), found);
}

/**
 * Whether what was read through the handle since it was opened is of the
 * version that was found: the file has not changed, has only grown, or was
 * replaced by another.
 */
export async function holds(handle: FileHandle, found: FoundFile): Promise<boolean> {
  const now = await handle.stat();
  if (isVersion(now, found)) return true;
  // The file was removed, which has changed its ctime.
  if (now.nlink === 0 && now.size === found.size && hasSameTime(now, found)) return true;
  return isContinued(handle, now, found);
}

/** Digests of versions that were no longer young when they were found; undefined while one is worked out. */
const learned = new WeakMap<FoundFile, string | undefined>();

/** Learns what a version begins with, so that it can be told if it changes or only grows while it is sent. */
export async function learn(handle: FileHandle, found: FoundFile): Promise<void> {
  if (found.digest !== undefined || learned.has(found)) return;
  learned.set(found, undefined);
  const digest = await digestOfFile(handle, found.size);
  if (digest !== undefined && isVersion(await handle.stat(), found)) learned.set(found, digest);
  else learned.delete(found);
}

/**
 * Whether a file whose times have changed has kept the bytes that it was found
 * with: it has grown, or its permissions or names have changed. One that was
 * written anew in the same size has another mtime, and does not count.
 */
async function isContinued(handle: FileHandle, now: Stats, found: FoundFile): Promise<boolean> {
  const digest = found.digest ?? learned.get(found);
  const possible = now.size > found.size || (now.size === found.size && hasSameTime(now, found));
  if (digest === undefined || !possible || !isSameFile(now, found)) return false;
  return (await digestOfFile(handle, found.size)) === digest;
}
