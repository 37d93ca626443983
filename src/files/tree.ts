import { constants, type Stats } from "node:fs";
import { access, realpath, stat } from "node:fs/promises";
import { platform } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { withoutBase } from "./base.js";
import { codings, suffixes } from "./representation/content-coding.js";
import { isAbsent, isForbidden, versionOf, type FoundFile, type Sibling } from "./file.js";
import { BESIDE } from "../io/disk/atomic-write.js";
import { isInside } from "../io/disk/is-inside.js";
import { Lookups } from "./lookups.js";
import { LruMap } from "../io/lru-map.js";
import { isWorthCompressing, mediaType } from "./media-type.js";
import { segmentsOf, type PathSegments } from "./path.js";
import { holdsPrivateKey, mayHoldPrivateKey } from "./private-key.js";
import { readStart } from "./representation/read-content.js";
import { Versions, type DatedLook } from "./representation/versions.js";

/** What stands under the root for a URL path. */
export type Found =
  | FoundFile
  /** A directory asked for without its slash: relative references would resolve one level too high. */
  | { readonly kind: "unslashed" }
  /** A directory without an index page. */
  | { readonly kind: "directory"; readonly directory: string }
  /** It is there, or may be: this user may not read it, or not look where it lies. */
  | { readonly kind: "unreadable"; readonly file: string; readonly code: string }
  | { readonly kind: "none"; readonly status: 400 | 404 };

/** What may be found. */
export interface TreeOptions {
  /** The path that everything is found below: begins and ends with a slash; "/" by default. */
  readonly base?: string;
  /** Files and directories never to be found, wherever they lie: certificates, keys, configuration. */
  readonly hidden?: readonly string[];
  /** Names in the root, in lower case, that are never found, however they are written and whatever they lead to. */
  readonly reserved?: readonly string[];
  /** Finds dotfiles too. */
  readonly dotfiles?: boolean;
  /** Follows symbolic links that lead out of the root. */
  readonly symlinks?: boolean;
  /** Looks for compressed files (`.br`, `.zst`, `.gz`) beside those that they stand for. */
  readonly precompressed?: boolean;
}

export interface Entry {
  readonly name: string;
  readonly kind: "file" | "directory";
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since the epoch. */
  readonly mtimeMs: number;
}

/** Files remembered as holding a private key or none. */
const MAX_JUDGED_FILES = 8192;
/** A longer file holds none, unless its name says so (bytes): as they are sent, see `Representations`. */
const MAX_KEY_BYTES = 256 * 1024;

const none = { kind: "none", status: 404 } as const;
const unslashed = { kind: "unslashed" } as const;
const NO_SIBLINGS: readonly Sibling[] = [];

/** @param root an existing directory */
export async function openTree(root: string, options: TreeOptions = {}): Promise<FileTree> {
  const hidden = (options.hidden ?? []).map(realPlace);
  return new FileTree(await realpath(root), await Promise.all(hidden), options);
}

/** The real path of a file, also of one that is still to be written. */
async function realPlace(path: string): Promise<string> {
  const place = resolve(path);
  const directory = await realpath(dirname(place)).catch(() => dirname(place));
  return realpath(place).catch(() => join(directory, basename(place)));
}

/**
 * The files under one directory: looks up percent-encoded URL paths without
 * query. Nothing outside of it can be named. Rejects only for failures of the
 * system (EIO, EMFILE).
 */
export class FileTree extends Lookups<Found> {
  /** Real path of the directory. */
  readonly root: string;
  /** The path that everything is found below. */
  readonly base: string;
  readonly #hidden: readonly string[];
  readonly #options: TreeOptions;
  readonly #versions = new Versions();
  /** Versions of files that were looked into for a private key. */
  readonly #keys = new LruMap<boolean>(MAX_JUDGED_FILES);

  constructor(root: string, hidden: readonly string[], options: TreeOptions) {
    super((pathname) => this.#look(pathname));
    this.root = root;
    this.base = options.base ?? "/";
    this.#hidden = hidden;
    this.#options = options;
  }

  /** Where the file of a URL path would be, whether or not it is there; undefined where there can't be one. */
  placeOf(pathname: string): string | undefined {
    const path = this.#segmentsOf(pathname);
    if (path?.ok !== true) return undefined;
    return join(this.root, ...path.names, ...(path.directory ? ["index.html"] : []));
  }

  /** A name in a directory that `find` gave, when it may be found. */
  async entry(directory: string, name: string): Promise<Entry | undefined> {
    const { ok } = segmentsOf(`/${encodeURIComponent(name)}`, platform(), this.#options.dotfiles === true);
    // Only `.well-known` in the root is no dotfile.
    if (!ok || (name.startsWith(".") && this.#options.dotfiles !== true && directory !== this.root)) return undefined;
    const at = await this.#at(join(directory, name)).catch(unlessForbidden);
    if (at === undefined) return undefined;
    const { size, mtimeMs } = at.stats;
    if (at.stats.isDirectory()) return { name, kind: "directory", size: 0, mtimeMs };
    if (!at.stats.isFile() || (await this.#isKey(at))) return undefined;
    return { name, kind: "file", size, mtimeMs };
  }

  /** Whether a file holds a private key: what is never sent is not listed. */
  async #isKey({ real, stats }: RealFile): Promise<boolean> {
    if (stats.size > MAX_KEY_BYTES && !mayHoldPrivateKey(real)) return false;
    const found = fileAt(real, { stats, digest: undefined, edition: "", steady: false, isRedated: false });
    const key = versionOf(found);
    const known = this.#keys.get(key);
    if (known !== undefined) return known;
    const start = await readStart(found);
    if (typeof start === "string") return false;
    const isKey = holdsPrivateKey(real, mediaType(real), start);
    this.#keys.set(key, isKey);
    return isKey;
  }

  #segmentsOf(pathname: string): PathSegments | undefined {
    const path = withoutBase(this.base, pathname);
    return path === undefined ? undefined : segmentsOf(path, platform(), this.#options.dotfiles === true);
  }

  async #look(pathname: string): Promise<Found> {
    const path = this.#segmentsOf(pathname);
    if (path === undefined) return `${pathname}/` === this.base ? unslashed : none;
    if (!path.ok) return { kind: "none", status: path.status };
    const wanted = join(this.root, ...path.names);
    try {
      return await this.#lookAt(wanted, path.directory);
    } catch (error) {
      if (!isForbidden(error)) throw error;
      return { kind: "unreadable", file: wanted, code: error.code ?? "EACCES" };
    }
  }

  async #lookAt(wanted: string, asDirectory: boolean): Promise<Found> {
    const at = await this.#at(wanted);
    if (asDirectory) return at?.stats.isDirectory() === true ? this.#index(at.real) : none;
    if (at?.stats.isFile() === true) return this.#file(at);
    // A clean URL: `/about` for `about.html`, also where there is a directory of the name.
    const page = await this.#at(`${wanted}.html`);
    if (page?.stats.isFile() === true) return this.#file(page);
    return at?.stats.isDirectory() === true ? unslashed : none;
  }

  async #index(directory: string): Promise<Found> {
    const at = await this.#at(join(directory, "index.html"));
    return at?.stats.isFile() === true ? this.#file(at) : { kind: "directory", directory };
  }

  async #file({ real, stats }: RealFile): Promise<FoundFile> {
    await mayRead(real, stats);
    const file = fileAt(real, await this.#versions.look(real, stats));
    if (this.#options.precompressed !== true || !isWorthCompressing(real)) return file;
    const found = await Promise.all(
      codings
        .map(async (coding) => {
          const at = await this.#at(real + suffixes[coding]);
          if (at?.stats.isFile() !== true || at.stats.mtimeMs < stats.mtimeMs) return undefined;
          await mayRead(at.real, at.stats);
          return { coding, found: fileAt(at.real, await this.#versions.look(at.real, at.stats)) };
        })
        .map((sibling) => sibling.catch(unlessForbidden)),
    );
    const siblings = found.filter((sibling) => sibling !== undefined);
    return siblings.length === 0 ? file : { ...file, siblings };
  }

  /** In any case of letters: a file system may not tell them apart. */
  #isReserved(path: string): boolean {
    return dirname(path) === this.root && this.#options.reserved?.includes(basename(path).toLowerCase()) === true;
  }

  #isHidden(real: string): boolean {
    return this.#hidden.some((hidden) => real === hidden || isInside(real, hidden));
  }

  /**
   * What a path leads to, when it leads to something that may be found.
   *
   * @throws when the system does not let us look there
   */
  async #at(path: string): Promise<RealFile | undefined> {
    try {
      const real = await realpath(path);
      if (this.#isReserved(path) || this.#isReserved(real)) return undefined;
      const inside = this.#options.symlinks === true || real === this.root || isInside(real, this.root);
      if (!inside || this.#isHidden(real.replace(BESIDE, ""))) return undefined;
      return { real, stats: await stat(real) };
    } catch (error) {
      if (isForbidden(error) || !isAbsent(error)) throw error;
      return undefined;
    }
  }
}

interface RealFile {
  readonly real: string;
  readonly stats: Stats;
}

/** Everybody may: most files are so, and the system need not be asked. */
const READ_BY_ALL = 0o444;

/** @throws when this user may not read the file */
async function mayRead(file: string, { mode }: Stats): Promise<void> {
  if ((mode & READ_BY_ALL) !== READ_BY_ALL) await access(file, constants.R_OK);
}

function unlessForbidden(error: unknown): undefined {
  if (!isForbidden(error)) throw error;
}

function fileAt(file: string, { stats, digest, edition, isRedated, steady }: DatedLook): FoundFile {
  const { size, mtimeMs, ctimeMs, dev, ino } = stats;
  const times = { size, mtimeMs, ctimeMs, dev, ino };
  return { kind: "file", file, ...times, digest, edition, isRedated, steady, siblings: NO_SIBLINGS };
}
