import { lstat, readFile, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as after } from "node:timers/promises";
import { H2PushError, hasSystemCode, reasonOf } from "../../errors.js";
import type { ReadRules } from "../../rules/rule-set.js";

export interface RuleFileOptions<T> {
  readonly file: string;
  /** How it is called in messages. */
  readonly name: string;
  readonly read: (content: string) => Promise<ReadRules<T>>;
  /**
   * Whether the next rules (undefined for none) open what those before them
   * close. A file says so for a moment while it is saved: it counts only when
   * it stays so.
   */
  readonly opens?: (before: T, next: T | undefined) => boolean;
  /** What is said of a file that can't be read, and never could. */
  readonly unread: string;
  readonly report: (error: Error) => void;
  readonly notice: (text: string) => void;
}

/** Bytes. Ten thousand rules take less. */
const MAX_BYTES = 2_000_000;

/** Errors of one version that are told one by one. */
const MAX_ERRORS = 20;

/** A file has to have been left alone for so long before it is read (milliseconds): who saves it may write it in pieces. */
const SETTLED_MS = 50;

/** The same where it has gone or is empty: who saves it may have yet to write it. */
const EMPTY_SETTLED_MS = 250;

/** The same where it opens what was closed before. */
const OPEN_SETTLED_MS = 2000;

/** How long a look waits for that (milliseconds). Until then, the rules of before hold. */
const LOOK_TIMEOUT_MS = 500;

/** A rule file: read when it is another version than before, its errors told once for each content. */
export class RuleFile<T> {
  readonly #options: RuleFileOptions<T>;
  #looking: Promise<void> = Promise.resolve();
  /** What was seen last, and since when (`performance.now()`). */
  #seen = { version: "", since: 0 };
  /** What the rules are of. */
  #taken: string | undefined;
  #content: string | undefined;
  #rules: T | undefined;
  #failure: string | undefined;
  #isUnread = false;

  constructor(options: RuleFileOptions<T>) {
    this.#options = options;
  }

  /** Its rules as the last look found them; undefined when it was not there. */
  get rules(): T | undefined {
    return this.#rules;
  }

  /** What it says; undefined while it is not there, or was never read. */
  get content(): string | undefined {
    return this.#content;
  }

  /** It is there, and could never be read: nobody knows what it says. */
  get isUnread(): boolean {
    return this.#isUnread;
  }

  /** Looks at it. A failure is told once, and leaves the rules there were. */
  look(): Promise<void> {
    // One after another: of two, the later one has to have the last word.
    this.#looking = this.#looking.then(() => this.#look());
    return this.#looking;
  }

  async #look(): Promise<void> {
    try {
      const began = performance.now();
      do {
        const found = await this.#whenSettled(began);
        if (found !== undefined && (await this.#update(found))) return;
      } while (performance.now() - began < LOOK_TIMEOUT_MS);
      // Whoever writes it is at it still: what was there before holds, if anything was.
      if (this.#taken === undefined) throw new Error("it changes all the time");
    } catch (error) {
      this.#fail(error);
    }
  }

  /** What is there, when it has been left alone for a while. */
  async #whenSettled(began: number): Promise<Found | undefined> {
    do {
      const found = await find(this.#options.file);
      if (found.version !== this.#seen.version) this.#seen = { version: found.version, since: performance.now() };
      const left = this.#untilSettled(found);
      if (found.version === this.#taken || left <= 0) return found;
      await after(Math.min(left, SETTLED_MS));
    } while (performance.now() - began < LOOK_TIMEOUT_MS);
    return undefined;
  }

  #untilSettled(found: Found): number {
    if (found.kind === "file" && found.size > 0) return SETTLED_MS - this.#age(found);
    if (found.kind === "away") return 0;
    return this.#taken === undefined && found.kind === "none" ? 0 : EMPTY_SETTLED_MS - this.#age(found);
  }

  /** How long it has been so: by our own clock, or by that of the file system, when it was not seen to change. */
  #age({ changed }: Found): number {
    return Math.max(performance.now() - this.#seen.since, Date.now() - changed);
  }

  /** Goes by what is there now; false when it was written meanwhile. */
  async #update(found: Found): Promise<boolean> {
    const { file, read } = this.#options;
    // Nothing is served meanwhile; what comes back may be closed again only after its files are there.
    if (found.kind === "away") return true;
    if (found.version === this.#taken) {
      // What could not be read meanwhile is as it was.
      if (this.#isUnread && this.#mayOpen(this.#rules, found)) this.#take(found.version, this.#content, this.#rules);
      return true;
    }
    if (found.kind === "none") {
      if (this.#mayOpen(undefined, found)) this.#take(found.version, undefined, undefined);
      return true;
    }
    if (found.size > MAX_BYTES) throw new Error(`it is larger than ${MAX_BYTES} bytes`);
    const content = await readFile(file, "utf8").catch((error: unknown) => {
      if (hasSystemCode(error, "ENOENT")) return "";
      throw error;
    });
    if ((await find(file)).version !== found.version) return false;
    if (content.includes("\0")) throw new Error("it is no text in UTF-8");
    if (content === this.#content) {
      this.#take(found.version, content, this.#rules);
      return true;
    }
    const next = await read(content);
    if (!this.#mayOpen(next.rules, found, content)) return true;
    this.#take(found.version, content, next.rules);
    this.#tell(next);
    return true;
  }

  #tell({ errors, notices }: ReadRules<T>): void {
    const { name, report, notice } = this.#options;
    for (const { line, message } of notices.slice(0, MAX_ERRORS)) notice(`${name}:${line}: ${message}`);
    for (const { line, message, hint } of errors.slice(0, MAX_ERRORS)) {
      report(new H2PushError("rules", `${name}:${line}: ${message}`, hint));
    }
    if (errors.length > MAX_ERRORS) {
      report(new H2PushError("rules", `${name}: ${errors.length - MAX_ERRORS} more lines are wrong`));
    }
  }

  /** What opens a door has to stay so for a while. */
  #mayOpen(next: T | undefined, found: Found, content?: string): boolean {
    if (this.#age(found) >= OPEN_SETTLED_MS) return true;
    const { opens } = this.#options;
    if (this.#isUnread) return next !== undefined;
    if (this.#rules === undefined || opens === undefined) return true;
    // The beginning of what was there: perhaps the rest is still to be written, in the middle of a password even.
    const isBeginning = content !== undefined && this.#content?.startsWith(content) === true;
    return !opens(this.#rules, next) && !(isBeginning && opens(this.#rules, undefined));
  }

  #take(version: string, content: string | undefined, rules: T | undefined): void {
    this.#taken = version;
    this.#content = content;
    this.#rules = rules;
    this.#failure = undefined;
    this.#isUnread = false;
  }

  #fail(error: unknown): void {
    const { name, unread, report } = this.#options;
    const reason = reasonOf(error);
    this.#isUnread ||= this.#rules === undefined;
    const what = this.#isUnread ? unread : "the rules of before hold";
    const failure = `${name} can't be read (${reason}): ${what}`;
    if (failure !== this.#failure) report(new H2PushError("rules", failure));
    this.#failure = failure;
  }
}

/** What stands at the path of a rule file. */
interface Found {
  /** "away" while the directory itself is not there, as in a clean build. */
  readonly kind: "file" | "none" | "away";
  readonly version: string;
  /** Bytes. */
  readonly size: number;
  /** When it became so, or something beside it changed since (milliseconds since the epoch). */
  readonly changed: number;
}

/** @throws for what is there and can't be read */
async function find(file: string): Promise<Found> {
  try {
    const stats = await stat(file);
    if (!stats.isFile()) throw new Error(stats.isDirectory() ? "it is a directory" : "it is no file");
    const { dev, ino, size, mtimeMs, ctimeMs } = stats;
    const version = [dev, ino, size, mtimeMs, ctimeMs].join(" ");
    return { kind: "file", version, size, changed: ctimeMs };
  } catch (error) {
    if (!hasSystemCode(error, "ENOENT") || (await isLink(file))) throw error;
    const directory = await stat(dirname(file)).catch((failure: unknown) => {
      if (!hasSystemCode(failure, "ENOENT")) throw failure;
    });
    return directory === undefined
      ? { kind: "away", version: "away", size: 0, changed: Date.now() }
      : { kind: "none", version: "none", size: 0, changed: directory.ctimeMs };
  }
}

/** A link that leads nowhere is there, and can't be read. */
const isLink = (file: string) =>
  lstat(file).then(
    (stats) => stats.isSymbolicLink(),
    () => false,
  );
