import { systemCode } from "../errors.js";
import { closePage, type PageRequest, type Sources } from "./closure.js";
import type { ManifestEntry } from "./manifest.js";
import { DEFAULT_VIEWPORT, type Viewport } from "./media.js";
import { readAside, readAtOnce } from "./read-file.js";
import { Remembered } from "./remembered.js";
import { SiteFacts, versionOf } from "./site-facts.js";
import { Finding, type Soon, whenKnown } from "./soon.js";

/** A file under the root, as the server would serve it, and its version. */
export interface SiteFile {
  /** Absolute path. */
  readonly file: string;
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since the epoch. */
  readonly mtimeMs: number;
  readonly dev: number;
  readonly ino: number;
}

/** Finds the file that the server would serve for a URL path (percent-encoded, without query). */
export type Locate = (pathname: string) => Promise<SiteFile | undefined>;

/** A reference of a page to a file of the site that is not there. */
export interface MissingReference {
  /** What was asked for: a path-absolute reference. */
  readonly target: string;
  /** URL path of the file that refers to it. */
  readonly from: string;
  /** Line in that file, from 1. */
  readonly line: number;
}

/** A reference that a page makes and that is not part of loading it, and why. */
export interface LeftOut {
  readonly target: string;
  readonly why: string;
}

/** What one page needs. */
export interface PageNeeds {
  /** In order of need. */
  readonly entries: readonly ManifestEntry[];
  /** Targets without which the page can't be rendered: its stylesheets, and scripts that hold up the parser. */
  readonly blocking: ReadonlySet<string>;
  /** For each target, what makes the page need it: "stylesheet in /docs/". */
  readonly why: ReadonlyMap<string, string>;
  readonly missing: readonly MissingReference[];
  readonly left: readonly LeftOut[];
}

export interface Scanner {
  /**
   * What the page needs that is served for `pathname` (percent-encoded URL
   * path of the request: references resolve against it) from `file`.
   * Never rejects for what a page contains; a file that has gone meanwhile
   * needs nothing.
   */
  page(pathname: string, file: SiteFile, context?: PageContext): Promise<PageNeeds>;
  /** What `page` would say, when that is known and fresh: without waiting. */
  recall(pathname: string, file: SiteFile): PageNeeds | undefined;
  /** Answers given so far are checked before they are given again: something may have changed. */
  lookAgain(): void;
}

/** What counts for a page beside its file. */
export interface PageContext {
  /** Values of the `Content-Security-Policy` fields that it is served with. */
  readonly csp?: readonly string[];
  /** Nobody has asked for the page yet: `onFiles` is not told of it. */
  readonly ahead?: boolean;
  /** Says in `left` what its stylesheets name and do not load, too: a search that takes its time. */
  readonly explain?: boolean;
}

export interface ScannerOptions {
  readonly locate: Locate;
  /**
   * How long an answer is given without asking `locate` again, in milliseconds; 40, for ever with `once`.
   * What a page needs is at most twice as old, and what `locate` remembers comes on top.
   */
  readonly checkAfter?: number;
  /** What pages are laid out for; `DEFAULT_VIEWPORT` without it. */
  readonly viewport?: Viewport;
  /** Told of the files that a page which was asked for rests on; a path that none was found for is undefined. */
  readonly onFiles?: (files: ReadonlyMap<string, SiteFile | undefined>) => void;
  /**
   * Each page is asked for once, and the process has nothing else to do:
   * files are read without the thread pool, and answers are not kept.
   */
  readonly once?: boolean;
  /** Told once for each version of a file of which only the beginning was scanned. */
  readonly onTruncated?: (file: SiteFile) => void;
}

/** A tree remembers files for 250 ms: together, a change is seen 330 ms later at most. */
const CHECK_AFTER = 40;
/** Pages whose answers are kept: each weighs a few links. */
const KEPT_PAGES = 2400;
/** Paths whose files are kept for a moment: most pages of a site need the same. */
const KEPT_PATHS = 4096;

const NOTHING: PageNeeds = { entries: [], blocking: new Set(), why: new Map(), missing: [], left: [] };

interface Answer {
  readonly needs: Promise<PageNeeds>;
  /** The same, once it is known. */
  known: PageNeeds | undefined;
  /** What `locate` said for each path that the answer rests on. */
  readonly located: Map<string, SiteFile | undefined>;
  checkedAt: number;
  /** `onFiles` has been told. */
  told: boolean;
}

/** Scans pages on demand, and each version of a file once. */
export function createScanner(options: ScannerOptions): Scanner {
  return new SiteScanner(options);
}

class SiteScanner implements Scanner {
  readonly #options: ScannerOptions;
  readonly #checkAfter: number;
  readonly #viewport: Viewport;
  readonly #facts: SiteFacts;
  readonly #located = new Remembered<{ readonly file: Finding<SiteFile | undefined>; readonly at: number }>(KEPT_PATHS);
  readonly #answers: Remembered<Answer>;
  /** What was found out before counts no more without a check. */
  #lookedAgain = Number.NEGATIVE_INFINITY;

  constructor(options: ScannerOptions) {
    const { viewport = DEFAULT_VIEWPORT, once = false, onTruncated = () => {} } = options;
    const { checkAfter = once ? Number.POSITIVE_INFINITY : CHECK_AFTER } = options;
    this.#options = options;
    this.#checkAfter = checkAfter;
    this.#viewport = viewport;
    this.#facts = new SiteFacts({
      readFile: once ? readAtOnce : readAside,
      onTruncated,
      viewport,
      ...(once ? { keptPages: 2 } : {}),
    });
    this.#answers = new Remembered(once ? 2 : KEPT_PAGES);
  }

  lookAgain(): void {
    this.#lookedAgain = performance.now();
  }

  #isFresh(at: number, now: number): boolean {
    return now - at < this.#checkAfter && at > this.#lookedAgain;
  }

  /** Where the file of a path is; looked up again when the last answer is too old. */
  #find(pathname: string): Soon<SiteFile | undefined> {
    const now = performance.now();
    const known = this.#located.get(pathname);
    if (known !== undefined && this.#isFresh(known.at, now)) return known.file.value;
    const file = new Finding(this.#options.locate(pathname).catch(withoutAnswer));
    this.#located.set(pathname, { file, at: now });
    return file.value;
  }

  recall(pathname: string, file: SiteFile): PageNeeds | undefined {
    const answer = this.#answers.get(keyOf(pathname, file, {}));
    // One that was found ahead has not been told of yet: `page` does that.
    if (answer === undefined || (!answer.told && this.#options.onFiles !== undefined)) return undefined;
    return this.#isFresh(answer.checkedAt, performance.now()) ? answer.known : undefined;
  }

  async page(pathname: string, file: SiteFile, context: PageContext = {}): Promise<PageNeeds> {
    const key = keyOf(pathname, file, context);
    const known = this.#answers.get(key);
    const answer =
      known !== undefined && (await this.#stillHolds(known)) ? known : this.#answer(pathname, file, context);
    if (answer !== known) this.#answers.set(key, answer);
    if (context.ahead !== true) await this.#tell(answer, pathname, file);
    return answer.needs;
  }

  #answer(pathname: string, file: SiteFile, { csp = [], explain = false }: PageContext): Answer {
    const located = new Map<string, SiteFile | undefined>();
    const request: PageRequest = { pathname, file, policies: csp, viewport: this.#viewport, explain };
    const checkedAt = performance.now();
    const needs = closePage(request, this.#sources(located)).catch(withoutFile);
    const answer: Answer = { needs, known: undefined, located, checkedAt, told: false };
    void needs.then(
      (known) => (answer.known = known),
      () => undefined,
    );
    return answer;
  }

  async #tell(answer: Answer, pathname: string, file: SiteFile): Promise<void> {
    if (answer.told || this.#options.onFiles === undefined) return;
    answer.told = true;
    await answer.needs;
    this.#options.onFiles(new Map([[pathname, file], ...answer.located]));
  }

  async #stillHolds(answer: Answer): Promise<boolean> {
    const now = performance.now();
    if (this.#isFresh(answer.checkedAt, now)) return true;
    await answer.needs;
    const checks = [...answer.located].map(async ([path, file]) => isSameVersion(await this.#find(path), file));
    const holds = (await Promise.all(checks)).every(Boolean);
    if (holds) answer.checkedAt = now;
    return holds;
  }

  #sources(located: Map<string, SiteFile | undefined>): Sources {
    return {
      locate: (pathname) =>
        whenKnown(this.#find(pathname), (file) => {
          located.set(pathname, file);
          return file;
        }),
      html: (file, generation) => this.#facts.html(file, generation),
      css: (file) => this.#facts.css(file),
      script: (file) => this.#facts.script(file),
      inlineScript: (text) => this.#facts.inlineScript(text),
      styles: (sheets) => this.#facts.styles(sheets),
      lineOf: (file, offset) => this.#facts.lineOf(file, offset),
      share: (key, make) => this.#facts.share(key, make),
      resolve: (reference, base) => this.#facts.resolve(reference, base),
      baseOf: (target) => this.#facts.baseOf(target),
    };
  }
}

/** Names an answer. */
function keyOf(pathname: string, file: SiteFile, { csp = [], explain = false }: PageContext): string {
  const key = `${pathname}\n${versionOf(file)}\n${explain ? "explain" : ""}`;
  return csp.length === 0 ? key : `${key}\n${csp.join("\n")}`;
}

function isSameVersion(a: SiteFile | undefined, b: SiteFile | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  const sameFile = a.file === b.file && a.dev === b.dev && a.ino === b.ino;
  return sameFile && a.size === b.size && a.mtimeMs === b.mtimeMs;
}

function withoutAnswer(error: unknown): undefined {
  if (systemCode(error) === undefined) throw error;
  return undefined;
}

function withoutFile(error: unknown): PageNeeds {
  if (systemCode(error) === undefined) throw error;
  return NOTHING;
}
