import { access, constants } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { H2PushError, hasSystemCode, reasonOf } from "../errors.js";
import { writeInPlace } from "../io/disk/atomic-write.js";
import { readUserFile } from "../io/disk/read-user-file.js";
import { checkEntry } from "../manifest/read.js";
import { LearnedPage, type LearnedEntry } from "./learned-page.js";

const HINT = "name a file that h2push has written, or one that is not there yet";

/** One page as it stands in the file. */
interface WrittenPage {
  readonly version: string;
  readonly entries: readonly LearnedEntry[];
  readonly code: Readonly<Record<string, string>>;
  readonly later?: readonly string[];
}

/** The same as it is read: anybody may have written it. */
type Read<T> = { readonly [name in keyof T]: unknown };

/** What was learned is written so long after it (milliseconds): loads come in groups. */
const WRITE_AFTER_MS = 2000;

/** The pages of which something was learned, by URL path. */
type Pages = Iterable<readonly [string, LearnedPage]>;

/** A file that keeps what was learned across restarts. */
export class LearnFile {
  /** What was learned before this start. */
  readonly learned: Pages;
  readonly #file: string;
  readonly #report: (error: Error) => void;
  #timer: NodeJS.Timeout | undefined;
  #pages: (() => Pages) | undefined;
  /** What is written, one after the other. */
  #writing = Promise.resolve();
  #isTold = false;

  private constructor(file: string, learned: Pages, report: (error: Error) => void) {
    this.#file = file;
    this.learned = learned;
    this.#report = report;
  }

  /**
   * Opens the file. One that is not there yet has nothing.
   *
   * @param report takes a failure to write
   * @throws {H2PushError} "manifest" when it can't be read or is none of ours
   */
  static async open(file: string, report: (error: Error) => void): Promise<LearnFile> {
    return new LearnFile(file, await readLearned(file), report);
  }

  /** Has the pages written soon. */
  write(pages: () => Pages): void {
    this.#pages = pages;
    this.#timer ??= setTimeout(() => this.#flush(), WRITE_AFTER_MS).unref();
  }

  /** Resolves when everything is written. */
  async close(): Promise<void> {
    this.#flush();
    await this.#writing;
  }

  #flush(): void {
    const pages = this.#pages;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#pages = undefined;
    if (pages !== undefined) this.#writing = this.#writing.then(() => this.#writeNow(pages()));
  }

  async #writeNow(pages: Pages): Promise<void> {
    try {
      await writeInPlace(this.#file, textOf(pages));
      this.#isTold = false;
    } catch (error) {
      // It is tried again with the next load, and told once.
      if (this.#isTold) return;
      this.#isTold = true;
      const message = `what was learned can't be written to ${this.#file} (${reasonOf(error)})`;
      this.#report(new H2PushError("output", message));
    }
  }
}

async function readLearned(file: string): Promise<Pages> {
  try {
    return await readLearnFile(file);
  } catch (error) {
    if (!(error instanceof H2PushError) || !hasSystemCode(error.cause, "ENOENT")) throw error;
    await checkDirectory(file);
    return [];
  }
}

/**
 * Reads what was learned.
 *
 * @throws {H2PushError} "manifest" when it can't be read or is none of ours
 */
export async function readLearnFile(file: string): Promise<Pages> {
  const text = await readUserFile(file, "manifest", HINT);
  const pages = text.trim() === "" ? [] : pagesIn(text);
  if (pages === undefined) throw new H2PushError("manifest", `not what h2push has learned: ${file}`, HINT);
  return pages;
}

/** A file that is to be made later can't be where there is nothing, or where nothing may be written. */
async function checkDirectory(file: string): Promise<void> {
  const directory = dirname(resolve(file));
  try {
    await access(directory, constants.W_OK);
  } catch (error) {
    const what = hasSystemCode(error, "ENOENT") ? "no such directory" : "not allowed to write in";
    throw new H2PushError("output", `${what}: ${directory}`, "--learn-file names a file in a directory that is there", {
      cause: error,
    });
  }
}

function pagesIn(text: string): Map<string, LearnedPage> | undefined {
  try {
    const { version, learned }: { version?: unknown; learned?: Record<string, Read<WrittenPage>> } = JSON.parse(text);
    if (version !== 1 || typeof learned !== "object") return undefined;
    return new Map(Object.entries(learned).map(([page, written]) => [page, pageOf(written)]));
  } catch {
    return undefined;
  }
}

/** @throws {Error} when it is not in the form that `writeLearned` writes */
function pageOf({ version, entries, code, later = [] }: Read<WrittenPage>): LearnedPage {
  const page = new LearnedPage(textIn(version));
  for (const [target, one] of Object.entries(code ?? {})) page.code.set(target, textIn(one));
  if (!Array.isArray(entries) || !Array.isArray(later)) throw new TypeError("not a list of entries");
  for (const entry of entries as readonly Read<LearnedEntry>[]) {
    const { bytes, version, askedOnceBy, ...written } = entry;
    page.add({
      ...checkEntry(written),
      bytes: typeof bytes === "number" ? bytes : 0,
      version: textIfAny(version),
      askedOnceBy: textIfAny(askedOnceBy),
    });
  }
  for (const target of later) page.addLater(textIn(target));
  page.begins();
  return page;
}

const textIfAny = (value: unknown) => (typeof value === "string" ? value : undefined);

function textIn(value: unknown): string {
  if (typeof value === "string") return value;
  throw new TypeError("not a text");
}

function textOf(pages: Pages): string {
  const learned: Record<string, WrittenPage> = {};
  for (const [page, { version, entries, code, later }] of pages) {
    if (entries.size + later.size === 0) continue;
    const written = { version, entries: [...entries.values()], code: Object.fromEntries(code) };
    learned[page] = later.size === 0 ? written : { ...written, later: [...later] };
  }
  return `${JSON.stringify({ version: 1, learned }, undefined, 1)}\n`;
}
