import type { Stats } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { systemCode } from "../../errors.js";
import { LruMap } from "../../io/lru-map.js";
import { digestOfFile } from "./digest.js";
import { FLAGS, isSameFile, isVersion, unsettledFor } from "../file.js";

/** A file as it is at one look. */
export interface Look {
  readonly stats: Stats;
  /** See `FoundFile`. */
  readonly digest: string | undefined;
  readonly edition: string;
  readonly steady: boolean;
}

/** What is known from the looks before it, too. */
export interface DatedLook extends Look {
  /** See `FoundFile`. */
  readonly isRedated: boolean;
}

interface Seen extends Look {
  /** Its times were old enough to prove that its content stays as long as they do. */
  readonly proven: boolean;
  /** Since when it has done nothing but grow (milliseconds since the epoch). */
  readonly since: number;
}

/** File systems with timestamps of one or two seconds give two contents the same in that time (milliseconds). */
const YOUNG_MS = 2000;

/** A file server's clock may be ahead of ours (milliseconds). One further ahead was set by somebody. */
const MAX_CLOCK_LEAD_MS = 60_000;

/**
 * A file that was never left alone counts as one that is appended to when it
 * has only grown for so long: a rewrite is done by then (milliseconds).
 */
const GROWING_MS = 500;

/** Files that are remembered. */
const MAX_FILES = 8192;

/**
 * Tells versions of files apart where their times don't: a file whose mtime or
 * ctime is young is read, and compared at the next look.
 */
export class Versions {
  /** By real path. */
  readonly #seen = new LruMap<Seen>(MAX_FILES);
  /** By real path, the last look at each file, old or young, and the latest date of its versions (seconds). */
  readonly #dated = new LruMap<DatedLook & { readonly latest: number }>(MAX_FILES);

  /** @param file real path */
  async look(file: string, stats: Stats): Promise<DatedLook> {
    const look = await this.#lookAt(file, stats);
    const before = this.#dated.get(file);
    const isBefore = before?.edition === look.edition && isVersion(look.stats, before.stats);
    const date = Math.floor(look.stats.mtimeMs / 1000);
    const { latest = -Infinity } = before ?? {};
    const isRedated = isBefore ? before.isRedated : date <= latest;
    const dated = { ...look, isRedated, latest: Math.max(date, latest) };
    this.#dated.set(file, dated);
    return dated;
  }

  async #lookAt(file: string, stats: Stats): Promise<Look> {
    const known = this.#seen.get(file);
    const before = known !== undefined && isVersion(stats, known.stats) ? known : undefined;
    if (before === undefined ? !isYoung(stats) : before.proven) return before ?? plain(stats);
    const seen = await readAt(file, known);
    if (seen === undefined) return before ?? plain(stats);
    this.#seen.set(file, seen);
    return seen;
  }
}

const plain = (stats: Stats): Look => ({
  stats,
  digest: undefined,
  edition: "",
  steady: unsettledFor(stats) === 0,
});

function isYoung({ mtimeMs, ctimeMs }: Stats): boolean {
  const now = Date.now();
  return [mtimeMs, ctimeMs].some((time) => now - time < YOUNG_MS && time - now < MAX_CLOCK_LEAD_MS);
}

/** Reads a file's content; undefined when it can't be read: whoever serves it finds out why. */
async function readAt(file: string, known: Seen | undefined): Promise<Seen | undefined> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(file, FLAGS);
    return await read(handle, known);
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return undefined;
  } finally {
    await handle?.close();
  }
}

async function read(handle: FileHandle, known: Seen | undefined): Promise<Seen | undefined> {
  const now = Date.now();
  const stats = await handle.stat();
  const proven = !isYoung(stats);
  const settled = unsettledFor(stats) === 0;
  const digest = stats.isFile() ? await digestOfFile(handle, stats.size) : undefined;
  if (digest === undefined) return undefined;
  if (known !== undefined && isVersion(stats, known.stats)) {
    const isSame = digest === known.digest;
    return {
      ...known,
      digest,
      proven,
      steady: settled,
      ...(isSame ? { steady: known.steady || settled } : { edition: digest }),
    };
  }
  const since = known !== undefined && (await hasGrown(handle, stats, known)) ? known.since : now;
  const grows = since < now && (known?.steady === true || now - since >= GROWING_MS);
  return { stats, digest, edition: "", proven, since, steady: grows || settled };
}

/** Whether a file still begins with all that it had. */
async function hasGrown(handle: FileHandle, now: Stats, { stats, digest }: Seen): Promise<boolean> {
  if (digest === undefined || now.size <= stats.size || !isSameFile(now, stats)) return false;
  return (await digestOfFile(handle, stats.size)) === digest;
}
