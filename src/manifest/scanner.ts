import { systemCode } from "../errors.js";
import { closePage, type Sources } from "./closure.js";
import type { ManifestEntry } from "./manifest.js";
import { readAside, readAtOnce } from "./read-file.js";
import { Remembered } from "./remembered.js";
import { SiteFacts, versionOf } from "./site-facts.js";

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
}

/** What counts for a page beside its file. */
export interface PageContext {
  /** Values of the `Content-Security-Policy` fields that it is served with. */
  readonly csp?: readonly string[];
}

export interface ScannerOptions {
  readonly locate: Locate;
  /** How long an answer is given without looking at the files again, in milliseconds; 250, for ever with `once`. */
  readonly checkAfter?: number;
  /**
   * Each page is asked for once, and the process has nothing else to do:
   * files are read without the thread pool, and answers are not kept.
   */
  readonly once?: boolean;
  /** Told once for each version of a file of which only the beginning was scanned. */
  readonly onTruncated?: (file: SiteFile) => void;
}

const CHECK_AFTER = 250;
/** Pages whose answers are kept: each weighs a few links. */
const KEPT_PAGES = 2400;
/** Paths whose files are kept for a moment: most pages of a site need the same. */
const KEPT_PATHS = 4096;

const NOTHING: PageNeeds = { entries: [], blocking: new Set(), why: new Map(), missing: [], left: [] };

interface Answer {
  readonly needs: Promise<PageNeeds>;
  /** What `locate` said for each path that the answer rests on. */
  readonly located: Map<string, SiteFile | undefined>;
  checkedAt: number;
}

/** Scans pages on demand, and each version of a file once. */
export function createScanner(options: ScannerOptions): Scanner {
  return new SiteScanner(options);
}

class SiteScanner implements Scanner {
  readonly #locate: Locate;
  readonly #checkAfter: number;
  readonly #facts: SiteFacts;
  readonly #located = new Remembered<{ readonly file: Promise<SiteFile | undefined>; readonly at: number }>(KEPT_PATHS);
  readonly #answers: Remembered<Answer>;

  constructor(options: ScannerOptions) {
    const { locate, once = false, onTruncated = () => {} } = options;
    const { checkAfter = once ? Number.POSITIVE_INFINITY : CHECK_AFTER } = options;
    this.#locate = locate;
    this.#checkAfter = checkAfter;
    this.#facts = new SiteFacts(
      once ? { readFile: readAtOnce, onTruncated, keptPages: 2 } : { readFile: readAside, onTruncated },
    );
    this.#answers = new Remembered(once ? 2 : KEPT_PAGES);
  }

  /** Where the file of a path is; looked up again when the last answer is too old. */
  #find(pathname: string): Promise<SiteFile | undefined> {
    const now = performance.now();
    const known = this.#located.get(pathname);
    if (known !== undefined && now - known.at < this.#checkAfter) return known.file;
    const file = this.#locate(pathname).catch(withoutAnswer);
    this.#located.set(pathname, { file, at: now });
    return file;
  }

  async page(pathname: string, file: SiteFile, { csp = [] }: PageContext = {}): Promise<PageNeeds> {
    const key = [pathname, versionOf(file), ...csp].join("\n");
    const known = this.#answers.get(key);
    if (known !== undefined && (await this.#stillHolds(known))) return known.needs;
    const located = new Map<string, SiteFile | undefined>();
    const needs = closePage(pathname, file, this.#sources(located), csp).catch(withoutFile);
    this.#answers.set(key, { needs, located, checkedAt: performance.now() });
    return needs;
  }

  async #stillHolds(answer: Answer): Promise<boolean> {
    if (performance.now() - answer.checkedAt < this.#checkAfter) return true;
    await answer.needs;
    const checks = [...answer.located].map(async ([path, file]) => isSameVersion(await this.#find(path), file));
    const holds = (await Promise.all(checks)).every(Boolean);
    if (holds) answer.checkedAt = performance.now();
    return holds;
  }

  #sources(located: Map<string, SiteFile | undefined>): Sources {
    return {
      locate: async (pathname) => {
        const file = await this.#find(pathname);
        located.set(pathname, file);
        return file;
      },
      html: (file, generation) => this.#facts.html(file, generation),
      css: (file) => this.#facts.css(file),
      script: (file) => this.#facts.script(file),
      styles: (sheets) => this.#facts.styles(sheets),
      lineOf: (file, offset) => this.#facts.lineOf(file, offset),
      share: (key, make) => this.#facts.share(key, make),
      resolve: (reference, base) => this.#facts.resolve(reference, base),
    };
  }
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
