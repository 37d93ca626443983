import { findPageNeeds, type PageToScan } from "./page-needs.js";
import { isSameAnswer, type LookupTarget, type Audience, type LookedUp, type Lookup, type SiteFile } from "./lookup.js";
import type { PageNeeds } from "./types.js";
import { DEFAULT_VIEWPORT, type Viewport } from "./css/media-queries.js";
import { readAsync, syncReader } from "./site-files/read-file.js";
import type { PageLookup } from "./needs-list.js";
import { debug } from "../io/debug.js";
import { LruMap } from "../io/lru-map.js";
import { withoutFile } from "./scan-fault.js";
import { LargeFile, type OnLimit, SiteFacts } from "./facts-cache.js";
import { type PageThread, pageThread } from "./thread/page-thread.js";
import { versionOf } from "./site-files/file-version.js";
import { RecentLookups, withLookedUp } from "./recent-lookups.js";
import { loopTime } from "../io/loop-time.js";

export interface Scanner {
  /**
   * What the page needs that is served for `pathname` (percent-encoded URL
   * path of the request: references resolve against it) from `file`.
   * A file that has gone meanwhile needs nothing. Rejects for a fault of the
   * scanner alone (`withoutFaults`), and then finds out anew when it is asked again.
   */
  page(pathname: string, file: SiteFile, context?: PageContext): Promise<PageNeeds>;
  /** What `page` would say, when that is known and fresh: without waiting. */
  peek(pathname: string, file: SiteFile, context?: Pick<PageContext, "audience" | "csp">): FreshNeeds | undefined;
  /** Answers given so far are checked before they are given again: something may have changed. */
  invalidate(): void;
}

/** What a page needs, and until when that can be said without another look (`loopTime()`). */
export interface FreshNeeds {
  readonly needs: PageNeeds;
  readonly until: number;
}

/** What counts for a page beside its file. */
export interface PageContext {
  /** Values of the `Content-Security-Policy` fields that it is served with. */
  readonly csp?: readonly string[];
  /** For whom it is: what it refers to is looked up for them. */
  readonly audience?: Audience | undefined;
  /** Nobody has asked for the page yet: `onFiles` is not told of it. */
  readonly ahead?: boolean;
  /** Says in `ignored` what its stylesheets name and do not load, too: a search that takes its time. */
  readonly explain?: boolean;
  /** Says in `record` what is checked of a page: targets that its response fields announce. */
  readonly record?: readonly string[];
}

export interface ScannerOptions {
  readonly lookup: Lookup;
  /**
   * How long an answer is given without asking `lookup` again, in milliseconds; 40, for ever with `once`.
   * What `page` says is at most twice as old, what `peek` says six times; what `lookup` remembers comes on top.
   */
  readonly checkAfter?: number;
  /** What pages are laid out for; `DEFAULT_VIEWPORT` without it. */
  readonly viewport?: Viewport;
  /** Pages are sent compressed (true): how much of one comes in its first round trip. */
  readonly compressed?: boolean;
  /** Told what a page which was asked for rests on: what its targets, and it itself, were answered with. */
  readonly onFiles?: (files: ReadonlyMap<string, LookedUp>) => void;
  /**
   * Each page is asked for once, and the process has nothing else to do:
   * files are read without the thread pool, and answers are not kept.
   */
  readonly once?: boolean;
  /** Told once for each version of a file that was not scanned in all. */
  readonly onLimit?: OnLimit;
}

/** By `loopTime`, as a tree remembers files for 250 ms, 500 where the process is busy: together, a change is seen 490 ms later at most, or 740. */
const CHECK_AFTER_MS = 40;
/** Where nobody should wait, an answer is given for so many times as long while it is checked: a busy process takes its time. */
const PEEKED_FOR_TIMES = 5;
/** Pages whose answers are kept: each weighs a few links. */
const MAX_PAGES = 2400;
/** Longer keys are not kept: in a single-page application, clients make up the paths of pages. Policies count in it. */
const MAX_KEY_LENGTH = 8192;

interface Answer {
  readonly needs: Promise<PageNeeds>;
  /** The same, once it is known. */
  known: PageNeeds | undefined;
  readonly audience: Audience | undefined;
  /** What `lookup` said of everything that the answer rests on. */
  readonly lookedUp: Map<LookupTarget, LookedUp>;
  checkedAt: number;
  /** Whether it still holds is being found out; undefined when that is known. */
  checking: { readonly holds: Promise<boolean>; readonly at: number } | undefined;
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
  readonly #thread: PageThread | undefined;
  readonly #lookups: RecentLookups;
  readonly #answers: LruMap<Answer>;
  /** What was found out before counts no more without a check. */
  #lookedAgain = Number.NEGATIVE_INFINITY;

  constructor(options: ScannerOptions) {
    const { viewport = DEFAULT_VIEWPORT, compressed = true, once = false, onLimit = () => {} } = options;
    const { checkAfter = once ? Number.POSITIVE_INFINITY : CHECK_AFTER_MS } = options;
    this.#options = options;
    this.#lookups = new RecentLookups(options.lookup, (at, now) => this.#isFresh(at, now));
    this.#checkAfter = checkAfter;
    this.#viewport = viewport;
    this.#thread = once
      ? undefined
      : pageThread({ viewport, compressed }, (...limit) => this.#facts.reachLimit(...limit));
    this.#facts = new SiteFacts({
      isLimited: this.#thread !== undefined,
      reader: once ? syncReader : () => readAsync,
      onLimit,
      viewport,
      compressed,
      ...(once ? { keptPages: 2 } : {}),
    });
    this.#answers = new LruMap(once ? 2 : MAX_PAGES);
  }

  invalidate(): void {
    this.#lookedAgain = loopTime();
  }

  #isFresh(at: number, now: number, times = 1): boolean {
    return now - at < times * this.#checkAfter && at > this.#lookedAgain;
  }

  peek(pathname: string, file: SiteFile, context: Pick<PageContext, "audience" | "csp"> = {}): FreshNeeds | undefined {
    const answer = this.#answers.get(keyOf(pathname, file, context));
    // One that was found ahead has not been told of yet: `page` does that.
    if (answer === undefined || (!answer.told && this.#options.onFiles !== undefined)) return undefined;
    const now = loopTime();
    if (answer.known === undefined || !this.#isFresh(answer.checkedAt, now, PEEKED_FOR_TIMES)) return undefined;
    debug("scan of %s: known from before", pathname);
    const half = answer.checkedAt + this.#checkAfter / 2;
    // Where many ask, none has to wait.
    if (now > half && answer.checking === undefined) this.#check(answer).catch(() => undefined);
    return { needs: answer.known, until: half };
  }

  async page(pathname: string, file: SiteFile, context: PageContext = {}): Promise<PageNeeds> {
    const key = keyOf(pathname, file, context);
    const known = this.#answers.get(key);
    const holds = known !== undefined && (await this.#stillHolds(known));
    // Somebody else has found out anew meanwhile.
    if (!holds && this.#answers.get(key) !== known) return this.page(pathname, file, context);
    const answer = holds ? known : this.#answer(pathname, file, context);
    if (answer !== known) this.#keep(key, answer);
    else debug("scan of %s: known from before, and still right", pathname);
    if (context.ahead !== true) await this.#tell(answer, pathname, file);
    return answer.needs;
  }

  /** Keeps an answer, unless it turns out that there is none. */
  #keep(key: string, answer: Answer): void {
    if (key.length > MAX_KEY_LENGTH) return;
    this.#answers.set(key, answer);
    answer.needs.catch(() => this.#answers.delete(key));
  }

  #answer(pathname: string, file: SiteFile, { csp = [], explain = false, record, audience }: PageContext): Answer {
    const lookedUp = new Map<LookupTarget, LookedUp>();
    const began = performance.now();
    const request: PageToScan = { pathname, file, policies: csp, viewport: this.#viewport, explain, record };
    const checkedAt = loopTime();
    const needs = this.#scan(request, this.#lookups.noting(lookedUp, audience)).then(
      (found) => (found.record === undefined ? found : withLookedUp(found, found.record, lookedUp)),
      withoutFile,
    );
    const answer: Answer = { needs, known: undefined, audience, lookedUp, checkedAt, checking: undefined, told: false };
    debug("scan of %s begins", pathname);
    void needs.then(
      (known) => {
        answer.known = known;
        const ms = Math.round(performance.now() - began);
        return debug("scan of %s ended: %d targets in %d ms", pathname, known.entries.length, ms);
      },
      () => undefined,
    );
    return answer;
  }

  /** A page with a large file is scanned anew, where nobody waits for it. */
  async #scan(request: PageToScan, lookup: PageLookup): Promise<PageNeeds> {
    try {
      return await findPageNeeds(request, this.#facts, lookup);
    } catch (error) {
      if (!(error instanceof LargeFile) || this.#thread === undefined) throw error;
      debug("scan of %s goes on in a thread", request.pathname);
      return this.#thread.page(request, lookup);
    }
  }

  async #tell(answer: Answer, pathname: string, file: SiteFile): Promise<void> {
    if (answer.told || this.#options.onFiles === undefined) return;
    answer.told = true;
    await answer.needs;
    const files = [...answer.lookedUp].map(([{ target }, found]) => [target, found] as const);
    this.#options.onFiles(new Map([[pathname, { ...file, kind: "file" }], ...files]));
  }

  #stillHolds(answer: Answer): Promise<boolean> {
    return this.#isFresh(answer.checkedAt, loopTime()) ? Promise.resolve(true) : this.#check(answer);
  }

  /** Asks again whether it holds: once for all who want to know. */
  #check(answer: Answer): Promise<boolean> {
    const at = loopTime();
    const { checking } = answer;
    if (checking !== undefined && this.#isFresh(checking.at, at)) return checking.holds;
    const holds = this.#holds(answer);
    answer.checking = { holds, at };
    const end = (checkedAt: number) => {
      // A later one knows better.
      if (answer.checking?.holds !== holds) return;
      answer.checkedAt = checkedAt;
      answer.checking = undefined;
    };
    void holds.then(
      (does) => end(does ? at : Number.NEGATIVE_INFINITY),
      () => end(Number.NEGATIVE_INFINITY),
    );
    return holds;
  }

  async #holds({ needs, lookedUp, audience }: Answer): Promise<boolean> {
    await needs;
    const checks = [...lookedUp].map(async ([asked, before]) =>
      isSameAnswer(await this.#lookups.find(asked, audience).answer.value, before),
    );
    return (await Promise.all(checks)).every(Boolean);
  }
}

/** Names an answer. */
function keyOf(pathname: string, file: SiteFile, { csp = [], explain = false, record, audience }: PageContext): string {
  const detail = `${explain ? "explain" : ""}${record === undefined ? "" : "record"}`;
  const key = `${pathname}\n${versionOf(file)}\n${detail}${audience?.key ?? ""}`;
  return csp.length === 0 ? key : `${key}\n${csp.join("\n")}`;
}
