import type { OutgoingHttpHeaders } from "node:http";
import { errorOf } from "../errors.js";
import { LruMap } from "../io/lru-map.js";
import { versionOf } from "../scanner/site-files/file-version.js";
import type { Lookup, SiteFile } from "../scanner/lookup.js";
import type { PageNeeds } from "../scanner/types.js";
import type { LearnFile } from "./learn-file.js";
import { learnFrom, newsOf, noteLater, versionIfAny } from "./learn-from-load.js";
import { LearnedPage, NONE } from "./learned-page.js";
import { assetRequest, isReload, MAX_TARGET_LENGTH, type ObservedRequest } from "./observed-request.js";
import { OpenLoads } from "./open-loads.js";
import type { LoadStart, PageLoad, Sighting } from "./page-load.js";
import { isPlain, isPublic, isShared } from "./shared-response.js";
import { loopTime } from "../io/loop-time.js";

/** A page that is about to be sent. */
export interface PageVersion {
  /** URL path. */
  readonly pathname: string;
  readonly file: SiteFile;
  /** What reading its files says that it needs. */
  readonly needs: PageNeeds;
  /** Number of the site's rules: with others, other things may be asked for. */
  readonly rules: number;
}

/** A request of a load that is looked at, until its response has ended. */
export interface Observation {
  readonly ended: (status: number, fields: OutgoingHttpHeaders) => void;
}

export interface LearnerOptions {
  /** What the server would answer, to everyone. */
  readonly lookup: Lookup;
  /** Told of an announcement that was wrong, once. */
  readonly notice: (text: string) => void;
  readonly report: (error: Error) => void;
  /** Keeps what was learned across restarts. */
  readonly file: Pick<LearnFile, "learned" | "write" | "close"> | undefined;
  /** Whether an announcement can be told to be wrong: not where clients ask for everything anew all the time. */
  readonly judges: boolean;
}

/** Pages whose lists are kept; those asked for least recently go. */
const MAX_PAGES = 4000;

const OUTDATED = "what was learned is of another version of the page or of its code";
const LATER = "asked for in an earlier load, after the page had loaded";

/** The versions of what a page names are looked at again after this (milliseconds). */
const RECHECK_MS = 250;

/**
 * Learns from the traffic what each page asks for that reading its files does
 * not tell: what one load has asked for goes with the next.
 */
export class Learner {
  readonly #options: LearnerOptions;
  /** By key, see `keyOf`. */
  readonly #pages = new LruMap<LearnedPage>(MAX_PAGES);
  readonly #loads = new OpenLoads((load) => this.#over(load));
  /** Loads that are over and not yet learned from, by key. */
  readonly #learning = new Map<string, Promise<void>>();

  constructor(options: LearnerOptions) {
    this.#options = options;
    for (const [page, learned] of options.file?.learned ?? []) this.#pages.set(page, learned);
  }

  /** A page is asked for on a connection: what was loaded with it there before is complete. */
  navigated(connection: number, pathname: string): void {
    this.#loads.again(connection, pathname);
  }

  /** What a page needs, with what was learned; undefined when files have to be looked at first. */
  peek(page: PageVersion, kind: string): PageNeeds | undefined {
    const { needs } = page;
    const key = keyOf(page.pathname, kind);
    if (this.#learning.has(key)) return undefined;
    const learned = this.#of(page, key);
    if (learned === undefined) return needs;
    const age = loopTime() - learned.lookedAt;
    if (age > RECHECK_MS) return undefined;
    // Where many ask, none has to wait.
    if (age > RECHECK_MS / 2) this.#look(key, learned).catch((error: unknown) => this.#options.report(errorOf(error)));
    return learned.needs(needs, kind);
  }

  /** The same, after a look at the files that it rests on. */
  async page(page: PageVersion, kind: string): Promise<PageNeeds> {
    const key = keyOf(page.pathname, kind);
    await this.#learning.get(key);
    const learned = this.#of(page, key);
    if (learned === undefined) return page.needs;
    if (loopTime() - learned.lookedAt > RECHECK_MS) await this.#look(key, learned);
    return this.#of(page, key)?.needs(page.needs, kind) ?? page.needs;
  }

  /** The same, with what is not announced: what the page asks for when it has loaded. */
  async explain(page: PageVersion): Promise<PageNeeds> {
    const { pathname } = page;
    const key = keyOf(pathname, "");
    const wasKnown = this.#pages.get(key) !== undefined;
    const needs = await this.page(page, "");
    const learned = this.#of(page, key);
    const later = [...(learned?.later ?? [])].map((target) => ({ target, reason: LATER }));
    const outdated = wasKnown && learned === undefined ? [{ target: pathname, reason: OUTDATED }] : [];
    const told = new Set([...needs.entries, ...later].map(({ target }) => target));
    const ignored = needs.ignored.filter(({ target }) => !told.has(target));
    return { ...needs, ignored: [...outdated, ...later, ...ignored] };
  }

  /** A navigation to a page is about to be answered: what is asked for now belongs to it. */
  begin(page: PageVersion, request: ObservedRequest, announced: LoadStart["announced"]): void {
    const { pathname, needs } = page;
    const { client, fields, method } = request;
    if (method !== "GET" || !isPlain(fields) || pathname.length > MAX_TARGET_LENGTH) return;
    const learned = this.#of(page, keyOf(pathname, client.kind));
    const start = {
      client,
      page: pathname,
      version: versionOf(page.file),
      rules: page.rules,
      needs,
      announced,
      withoutLearned: learned?.isControl ?? true,
      withheld: learned?.withheld(client.kind) ?? NONE,
      isFirst: !isReload(fields) && fields["if-none-match"] === undefined && fields["if-modified-since"] === undefined,
    };
    learned?.begins(page.rules);
    this.#loads.begin(start);
  }

  /** Nobody loads a page. */
  get isIdle(): boolean {
    return this.#loads.none && this.#loads.nonePast;
  }

  /** A request has arrived. Undefined when it belongs to no load. */
  arrived(request: ObservedRequest): Observation | undefined {
    const asset = assetRequest(request);
    if (asset === undefined) return undefined;
    const { referer, ...asked } = asset;
    const current = this.#loads.find(request.client, referer);
    const load = current ?? this.#loads.past(request.client, referer);
    if (load === undefined) return undefined;
    const sighting = load.add({ ...asked, byDocument: referer === load.start.page });
    this.#loads.touch(load);
    return {
      ended: (status, sent) => {
        this.#ended(load, sighting, status, sent);
        if (current === undefined && sighting !== undefined) this.#later(load, sighting);
      },
    };
  }

  /** What comes when a load is over is known, and never announced. */
  #later(load: PageLoad, sighting: Sighting): void {
    const { target, count, shared } = sighting;
    const { version, rules, needs } = load.start;
    if (!shared || count > 1 || target.includes("?") || needs.entries.some((entry) => entry.target === target)) return;
    const key = keyOfLoad(load);
    this.#whenLearned(key, async () => {
      const learned = this.#pages.get(key) ?? newPage(load);
      if (!learned.isOf(version, rules)) return;
      await noteLater(sighting, learned, this.#options.lookup);
      this.#keep(key, learned);
    });
  }

  #ended(load: PageLoad, sighting: Sighting | undefined, status: number, sent: OutgoingHttpHeaders) {
    load.ended();
    this.#loads.touch(load);
    if (sighting === undefined) return;
    if (!isShared(status, sent, sighting.destination)) sighting.shared = false;
    if (status === 200) sighting.afresh = true;
    if (isPublic(sent)) sighting.isPublic = true;
  }

  /** A connection has closed. */
  closed(connection: number): void {
    this.#loads.closed(connection);
  }

  /** Ends all loads; resolves when all has been learned from them, and written. */
  async close(): Promise<void> {
    this.#loads.close();
    await Promise.all(this.#learning.values());
    await this.#options.file?.close();
  }

  #of(page: PageVersion, key: string): LearnedPage | undefined {
    const learned = this.#pages.get(key);
    if (learned === undefined || learned.isOf(versionOf(page.file), page.rules)) return learned;
    this.#pages.delete(key);
    return undefined;
  }

  #over(load: PageLoad): void {
    const { version, rules } = load.start;
    const key = keyOfLoad(load);
    const known = this.#pages.get(key);
    const news = newsOf(load, known);
    // Most loads of a page have nothing to tell.
    if (!load.isDoubled && known?.isToldMore(load) !== true && news.length === 0) return;
    if (known?.isOf(version, rules) === true && news.length === 0 && !this.#learning.has(key)) {
      known.forgetUnused(load);
      this.#safely(() => this.#judge(load, known));
      return;
    }
    this.#whenLearned(key, () => this.#learn(load));
  }

  /** Does something for a page when what was begun for it before is done. */
  #whenLearned(key: string, act: () => Promise<void>): void {
    const learning = (this.#learning.get(key) ?? Promise.resolve())
      .then(act)
      .catch((error: unknown) => this.#options.report(errorOf(error)))
      .finally(() => {
        if (this.#learning.get(key) === learning) this.#learning.delete(key);
      });
    this.#learning.set(key, learning);
  }

  /** Nothing that learning does ends a request, or the program. */
  #safely(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#options.report(errorOf(error));
    }
  }

  async #learn(load: PageLoad): Promise<void> {
    const { version, rules } = load.start;
    const key = keyOfLoad(load);
    const known = this.#pages.get(key);
    // Another version is loaded by now.
    if (known?.isOf(version, rules) === false) return;
    const learned = known ?? newPage(load);
    learned.forgetUnused(load);
    if (await learnFrom(load, newsOf(load, known), learned, this.#options.lookup)) this.#judge(load, learned);
    else this.#pages.delete(key);
  }

  /** Takes what a load shows of what is known, and keeps what there is. */
  #judge(load: PageLoad, learned: LearnedPage): void {
    const { page, isFirst } = load.start;
    if (isFirst && this.#options.judges) for (const target of learned.judge(load)) this.#tellWrong(page, target);
    this.#keep(keyOfLoad(load), learned);
  }

  #keep(key: string, learned: LearnedPage): void {
    if (learned.isEmpty) this.#pages.delete(key);
    else this.#pages.set(key, learned);
    this.#options.file?.write(() => this.#pages.entries());
  }

  /** Whether what was learned still holds: other code may ask for other things, and what is gone is announced no more. */
  #look(key: string, learned: LearnedPage): Promise<void> {
    learned.looking ??= this.#lookNow(key, learned).finally(() => (learned.looking = undefined));
    return learned.looking;
  }

  async #lookNow(key: string, learned: LearnedPage): Promise<void> {
    const versions = new Map([
      ...learned.code,
      ...[...learned.entries].map(([target, { version }]) => [target, version] as const),
    ]);
    const look = async ([target, version]: readonly [string, string | undefined]) =>
      version === undefined ||
      versionIfAny(await this.#options.lookup({ target, navigates: false }, undefined)) === version
        ? []
        : [target];
    const changed = (await Promise.all([...versions].map(look))).flat();
    learned.lookedAt = loopTime();
    if (changed.some((target) => learned.code.has(target))) this.#pages.delete(key);
    for (const target of changed) learned.delete(target);
  }

  #tellWrong(page: string, target: string): void {
    this.#options.notice(
      `${page}: ${target} is fetched twice when it is announced, and is left to the browser from now on`,
    );
  }
}

/** Of phones it is learned apart: what scripts load there often depends on how wide the window is. */
const keyOf = (pathname: string, kind: string) => (/\bMobi/.test(kind) ? `${pathname} mobile` : pathname);

const keyOfLoad = ({ start }: PageLoad) => keyOf(start.page, start.client.kind);

/** What is known of a page after its first load. */
function newPage({ start }: PageLoad): LearnedPage {
  const learned = new LearnedPage(start.version, start.rules);
  learned.begins();
  learned.lookedAt = loopTime();
  return learned;
}
