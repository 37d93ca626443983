import { watch, type FSWatcher } from "node:fs";
import { stat } from "node:fs/promises";
import { systemCode } from "../../errors.js";

/** Directories that are watched at most: each takes a handle of the system. */
const MAX_DIRECTORIES = 500;

/** Events come in swarms: the first one is passed on at once, the others at most so often (milliseconds). */
const MIN_INTERVAL_MS = 40;

interface Watched {
  readonly watcher: FSWatcher;
  /** Which directory it is: one that was deleted and made anew is another. */
  readonly identity: string;
}

/**
 * Says that something in a directory may have changed, never what. The system
 * tells that sooner than chokidar, which waits for a second event of the kind,
 * and a directory that was made anew is watched anew (measured).
 */
export class DirectoryWatch {
  readonly #changed: () => void;
  readonly #watched = new Map<string, Watched>();
  #toldAt = Number.NEGATIVE_INFINITY;
  #tell: NodeJS.Timeout | undefined;

  /** @param changed called at an event */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** Watches these directories and no others. One that is not there is left out. */
  async cover(directories: ReadonlySet<string>): Promise<void> {
    const wanted = new Set([...directories].slice(0, MAX_DIRECTORIES));
    for (const path of this.#watched.keys()) if (!wanted.has(path)) this.#end(path);
    await Promise.all([...wanted].map((path) => this.#renew(path)));
  }

  async #renew(path: string): Promise<void> {
    const identity = await identityOf(path);
    if (this.#watched.get(path)?.identity === identity) return;
    this.#end(path);
    if (identity === undefined) return;
    try {
      const watcher = watch(path, { persistent: false }, () => this.#event());
      watcher.on("error", () => this.#end(path));
      this.#watched.set(path, { watcher, identity });
    } catch (error) {
      // It has gone, or the system lets no more be watched: whoever asks looks from time to time, too.
      if (systemCode(error) === undefined) throw error;
    }
  }

  close(): void {
    clearTimeout(this.#tell);
    this.#tell = undefined;
    for (const path of this.#watched.keys()) this.#end(path);
  }

  #end(path: string): void {
    this.#watched.get(path)?.watcher.close();
    this.#watched.delete(path);
  }

  #event(): void {
    if (this.#tell !== undefined) return;
    const wait = this.#toldAt + MIN_INTERVAL_MS - performance.now();
    if (wait <= 0) return this.#pass();
    this.#tell = setTimeout(() => this.#pass(), wait).unref();
  }

  #pass(): void {
    this.#tell = undefined;
    this.#toldAt = performance.now();
    this.#changed();
  }
}

async function identityOf(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found && `${found.dev}-${found.ino}-${found.birthtimeMs}`;
}
