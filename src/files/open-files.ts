import type { FileHandle } from "node:fs/promises";
import { setTimeout as after } from "node:timers/promises";
import { descriptorLimit } from "../io/disk/descriptor-limit.js";
import { fileChanged, isExhausted, openFound, type FoundFile, type Unavailable } from "./file.js";

/** Files that may be open at a time where the system lets a process have many. */
const MAX_OPEN_FILES = 256;

/** A file that nobody has read from for so long is closed, and opened again when somebody does (milliseconds). */
const REST_MS = 10_000;

/** How often a file is tried to be opened while the system has no descriptor left (milliseconds). */
const RETRY_MS = 20;

/** Shares a number of descriptors among files. One that is not read from gives its own up where another needs one. */
class Descriptors {
  #free = Math.min(MAX_OPEN_FILES, Math.ceil((descriptorLimit() ?? MAX_OPEN_FILES * 4) / 4));
  /** In the order in which they were read from last. */
  readonly #resting = new Map<OpenFile, number>();
  readonly #waiting: (() => void)[] = [];
  #isWatched = false;

  async take(): Promise<void> {
    if (this.#free > 0) this.#free--;
    else {
      const [file] = this.#resting.keys();
      const taken = new Promise<void>((resolve) => this.#waiting.push(resolve));
      if (file !== undefined) this.#close(file);
      await taken;
    }
  }

  release(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free++;
    else next();
  }

  /** The file has its descriptor, and nobody reads from it now. */
  rests(file: OpenFile): void {
    this.#resting.set(file, performance.now());
    if (this.#waiting.length > 0) this.#close(file);
    else this.#watch();
  }

  isNeeded(file: OpenFile): void {
    this.#resting.delete(file);
  }

  closeResting(before = Infinity): void {
    for (const [file, since] of this.#resting) if (since <= before) this.#close(file);
  }

  #close(file: OpenFile): void {
    this.#resting.delete(file);
    void file.suspend();
  }

  #watch(): void {
    if (this.#isWatched) return;
    this.#isWatched = true;
    setTimeout(() => {
      this.#isWatched = false;
      this.closeResting(performance.now() - REST_MS);
      if (this.#resting.size > 0) this.#watch();
    }, REST_MS / 2).unref();
  }
}

const descriptors = new Descriptors();

/**
 * One version of a file, to be read from. It has a descriptor while it is
 * read, and for as long after that as there are enough of them: a client that
 * reads nothing keeps none from the others.
 */
export class OpenFile {
  readonly #found: FoundFile;
  #handle: FileHandle | undefined;
  #opening: Promise<FileHandle> | undefined;
  #users = 0;
  #isClosed = false;

  private constructor(found: FoundFile, handle: FileHandle) {
    this.#found = found;
    this.#handle = handle;
    descriptors.rests(this);
  }

  /** Opens the very version that was found; waits for a descriptor. */
  static async open(found: FoundFile): Promise<OpenFile | Unavailable> {
    const handle = await openWithDescriptor(found);
    return typeof handle === "string" ? handle : new OpenFile(found, handle);
  }

  /**
   * Has the file read from.
   *
   * @throws when it was closed meanwhile, and is another one by now
   */
  async use<T>(read: (handle: FileHandle) => Promise<T>): Promise<T> {
    descriptors.isNeeded(this);
    this.#users++;
    try {
      return await read(this.#handle ?? (await (this.#opening ??= this.#openAgain())));
    } finally {
      this.#users--;
      this.#rest();
    }
  }

  /** Closes it when those who read from it have done so: a descriptor that is closed under a read may be another file's by then. */
  close(): void {
    this.#isClosed = true;
    this.#rest();
  }

  /** Gives the descriptor up for now. */
  async suspend(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    if (handle === undefined) return;
    await handle.close().catch(() => undefined);
    descriptors.release();
  }

  #rest(): void {
    if (this.#users > 0 || this.#handle === undefined) return;
    descriptors.isNeeded(this);
    if (this.#isClosed) void this.suspend();
    else descriptors.rests(this);
  }

  async #openAgain(): Promise<FileHandle> {
    try {
      const handle = await openWithDescriptor(this.#found);
      if (typeof handle === "string") throw fileChanged(this.#found, "changed");
      return (this.#handle = handle);
    } finally {
      this.#opening = undefined;
    }
  }
}

async function openWithDescriptor(found: FoundFile): Promise<FileHandle | Unavailable> {
  await descriptors.take();
  let handle: FileHandle | Unavailable = "changed";
  try {
    return (handle = await openWhenPossible(found));
  } finally {
    if (typeof handle === "string") descriptors.release();
  }
}

/** Connections and other programs have descriptors too: one of them is closed in a moment. */
async function openWhenPossible(found: FoundFile): Promise<FileHandle | Unavailable> {
  for (;;) {
    try {
      return await openFound(found);
    } catch (error) {
      if (!isExhausted(error)) throw error;
      descriptors.closeResting();
      await after(RETRY_MS);
    }
  }
}
