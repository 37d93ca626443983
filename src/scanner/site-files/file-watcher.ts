import { opendir } from "node:fs/promises";
import { dirname, relative, sep } from "node:path";
import { type FSWatcher, watch } from "chokidar";
import { systemCode } from "../../errors.js";

/** Files that are watched at most: each takes a handle of the system. Beyond them the check of versions alone serves. */
const MAX_FILES = 2000;
/** A directory with more entries is not watched: chokidar looks at each of them at every event. */
const MAX_DIRECTORY_ENTRIES = 2000;
/**
 * How long after the last event files are looked at once more (milliseconds):
 * chokidar tells nothing of a second write within 50 ms of the first (measured).
 */
const SETTLED_MS = 60;
/** The system gives no more handles (inotify(7), open(2)). */
const EXHAUSTED: ReadonlySet<string | undefined> = new Set(["ENOSPC", "EMFILE", "ENFILE"]);

export interface WatchOptions {
  /** Absolute path of the site's root; `node_modules` in it is not watched. */
  readonly root: string;
  /** Something may have changed: called at an event, each 60 ms while they go on, and 60 ms after the last one. */
  readonly invalidate: () => void;
  /** Told at most once, when the system lets no more files be watched; the watch has ended then. */
  readonly onError?: (error: Error) => void;
}

/** Says when to look at files again. Never what has changed: events get lost, and the file's version is the truth. */
export interface Watch {
  /** Watches these files, too: absolute paths, and such as are not there yet. */
  add(files: Iterable<string>): Promise<void>;
  close(): Promise<void>;
}

export function createWatch(options: WatchOptions): Watch {
  return new FileWatch(options);
}

/**
 * Watches the directories of the files, as a file that is watched by itself is
 * lost when it is deleted and made again. Other files in them are passed over.
 */
class FileWatch implements Watch {
  readonly #options: WatchOptions;
  readonly #watcher: FSWatcher;
  readonly #files = new Set<string>();
  readonly #directories = new Map<string, Promise<boolean>>();
  #settled: NodeJS.Timeout | undefined;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #closed = false;

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#watcher = watch([], {
      // Else `unlink` comes 100 ms late.
      atomic: false,
      ignoreInitial: true,
      depth: 0,
      ignored: (path) => !this.#files.has(path) && !this.#directories.has(path),
    });
    this.#watcher.on("all", () => this.#changed());
    this.#watcher.on("error", (error) => this.#failed(error));
  }

  async add(files: Iterable<string>): Promise<void> {
    for (const file of files) {
      if (this.#files.size >= MAX_FILES) return;
      if (this.#files.has(file) || isInstalled(relative(this.#options.root, file))) continue;
      this.#files.add(file);
      const directory = dirname(file);
      let small = this.#directories.get(directory);
      const begun = small !== undefined;
      small ??= isSmall(directory);
      this.#directories.set(directory, small);
      const path = (await small) && !begun ? directory : file;
      // chokidar would begin anew.
      if (this.#closed) return;
      this.#watcher.add(path);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#settled);
    await this.#watcher.close();
  }

  #changed(): void {
    if (this.#closed) return;
    // A build that writes for seconds must not make every request look at the disk.
    if (performance.now() - this.#lookedAt >= SETTLED_MS) this.#look();
    clearTimeout(this.#settled);
    this.#settled = setTimeout(() => this.#look(), SETTLED_MS).unref();
  }

  #look(): void {
    this.#lookedAt = performance.now();
    this.#options.invalidate();
  }

  /** What can't be watched for another reason, a directory without permission, is found by the check of versions. */
  #failed(error: unknown): void {
    if (this.#closed || !(error instanceof Error) || !EXHAUSTED.has(systemCode(error))) return;
    void this.close();
    this.#options.onError?.(error);
  }
}

/** Packages change when they are installed, and are many. */
const isInstalled = (path: string) => path.split(sep).includes("node_modules");

async function isSmall(directory: string): Promise<boolean> {
  let entries = 0;
  try {
    for await (const _ of await opendir(directory)) if (++entries > MAX_DIRECTORY_ENTRIES) return false;
    return true;
  } catch {
    return false;
  }
}
