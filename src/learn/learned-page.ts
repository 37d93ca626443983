import type { ManifestEntry } from "../manifest/types.js";
import type { PageNeeds } from "../scanner/types.js";
import { withLearned } from "./learned-needs.js";
import type { Client, PageLoad, Sighting } from "./page-load.js";
import { WrongForms } from "./wrong-forms.js";

/** What was learned of a target, and the version of its file. */
export interface LearnedEntry extends ManifestEntry {
  /** Undefined for what no file answers. */
  readonly version: string | undefined;
  /** `user-agent` of a client that asked for it once when it was not announced. */
  readonly askedOnceBy: string | undefined;
}

/** Entries of one page, and targets with a query that may become some. */
const MAX_ENTRIES = 200;

/** Stylesheets and scripts of one page whose versions are remembered. */
const MAX_CODE_FILES = 500;

/** Targets of one page that are asked for when it has loaded. */
const MAX_LATER = 50;

/** Each tenth load goes without what was learned: what is not asked for then is needed no more. */
const LOADS_PER_CONTROL = 10;

/** What two such loads did without is not learned again for so many loads; each further time for twice as many. */
const LEFT_OUT_LOADS = 20;

const MAX_LEFT_OUT_LOADS = 160;

/** Where so many targets were done without, another load has to ask for a new one before it is learned. */
const VARIED_TARGETS = 4;

/** How often clients did without a target that others ask for. */
interface Missed {
  readonly times: number;
  /** Number of the load from which on it may be learned again. */
  readonly until: number;
}

export const NONE: ReadonlySet<string> = new Set();

/** What was learned of one version of a page. */
export class LearnedPage {
  /** Version of the page's file. */
  readonly version: string;
  /** In the order in which they were asked for first. */
  readonly entries = new Map<string, LearnedEntry>();
  /** What is asked for when the page has loaded, which is never announced. */
  readonly later = new Set<string>();
  /** Versions of the stylesheets and scripts that were loaded with it: another one may ask for something else. */
  readonly code = new Map<string, string>();
  /** When its files were looked at last (`loopTime()`). */
  lookedAt = 0;
  /** Ends with the look that is under way. */
  looking: Promise<void> | undefined;
  /** Number of the site's rules when it was learned; undefined when that was before the server began. */
  #rules: number | undefined;
  readonly #forms = new WrongForms();
  /** Targets that one load has asked for, where another has to ask for them too. */
  readonly #seenOnce = new Map<string, Pick<Sighting, "isOpen"> & { readonly name: string }>();
  /** What some clients ask for and others do without: the texts of their language, candidates of an image. */
  readonly #missed = new Map<string, Missed>();
  /** Loads so far. */
  #loads = 0;
  /** A load asked for more than what was learned, so another visitor may ask for less. */
  #isDoubted = false;
  #known: { readonly key: string | number; readonly needs: PageNeeds; readonly merged: PageNeeds } | undefined;
  #revision = 0;

  constructor(version: string, rules?: number) {
    this.version = version;
    this.#rules = rules;
  }

  /** Whether it tells of this version of the page. */
  isOf(version: string, rules: number): boolean {
    return this.version === version && (this.#rules === undefined || this.#rules === rules);
  }

  /** There is nothing to remember. */
  get isEmpty(): boolean {
    const kept = [this.entries, this.later, this.#seenOnce, this.#missed];
    return kept.every(({ size }) => size === 0) && this.#forms.isEmpty;
  }

  /** Counts a load that begins. */
  begins(rules?: number): void {
    this.#rules ??= rules;
    if (this.isControl) this.#isDoubted = false;
    this.#loads++;
  }

  /** What was learned does not go with the next load, to see whether all of it is asked for then. */
  doubt(): void {
    this.#isDoubted = true;
  }

  /** Whether the load that begins next goes without what was learned. */
  get isControl(): boolean {
    return this.#isDoubted || (this.#loads + 1) % LOADS_PER_CONTROL === 0;
  }

  /** Targets that the next load by a client of that kind is to go without. */
  withheld(kind: string): ReadonlySet<string> {
    if (this.#forms.isEmpty) return NONE;
    const off = this.#forms.off(this.#loads);
    const trials = this.#forms.trials(kind);
    return trials.size === 0 ? off : new Set([...off, ...trials]);
  }

  /** What the page is given in its next load: the same object as long as nothing changes. */
  needs(needs: PageNeeds, kind: string): PageNeeds {
    const off = this.withheld(kind);
    const isControl = this.isControl;
    if (off.size === 0 && (isControl || this.entries.size === 0)) return needs;
    const key = off.size === 0 ? this.#revision : `${isControl} ${this.#revision} ${[...off].join(" ")}`;
    if (this.#known?.key !== key || this.#known.needs !== needs) {
      this.#known = { key, needs, merged: withLearned(needs, isControl ? [] : this.entries.values(), off) };
    }
    return this.#known.merged;
  }

  /** Remembers a stylesheet or a script that was loaded. False when it was learned with another version of it. */
  restsOn(target: string, version: string): boolean {
    const known = this.code.get(target);
    if (known === undefined && this.code.size < MAX_CODE_FILES) this.code.set(target, version);
    return known === undefined || known === version;
  }

  /**
   * Whether an earlier load asked for the same target: one by another client
   * where it has a query that may be one person's own (a token).
   */
  isSeenAgain(sighting: Sighting, { name }: Client): boolean {
    const { target } = sighting;
    const isOpen = sighting.isOpen || !target.includes("?");
    const before = this.#seenOnce.get(target);
    if (before !== undefined && (before.name !== name || (before.isOpen && isOpen)))
      return this.#seenOnce.delete(target);
    this.#seenOnce.set(target, before ?? { name, isOpen });
    const [oldest] = this.#seenOnce.keys();
    if (oldest !== undefined && this.#seenOnce.size > MAX_ENTRIES) this.#seenOnce.delete(oldest);
    return false;
  }

  /** Whether its loads ask for different things: each visitor for his own data, say. */
  get isVaried(): boolean {
    return this.#missed.size >= VARIED_TARGETS;
  }

  /** Whether it is settled what becomes of a target. */
  knows(target: string): boolean {
    return this.entries.has(target) || this.#loads < (this.#missed.get(target)?.until ?? 0);
  }

  /** Takes an entry, unless there are too many. */
  add(entry: LearnedEntry): void {
    if (this.entries.size >= MAX_ENTRIES) return;
    this.entries.set(entry.target, entry);
    this.later.delete(entry.target);
    this.#revision++;
  }

  /** Notes what was asked for when the page had loaded. */
  addLater(target: string): void {
    if (this.later.size < MAX_LATER && !this.entries.has(target)) this.later.add(target);
  }

  delete(target: string): void {
    if (this.entries.delete(target)) this.#revision++;
  }

  /** Whether a load tells more than what it has asked for: what it did without, or how it asked for what is doubted. */
  isToldMore({ start }: PageLoad): boolean {
    return start.withoutLearned || !this.#forms.isEmpty;
  }

  /**
   * Forgets what a client that had nothing of the page did without. Where
   * visitors differ, it comes back, and is left out when it was done without
   * again; an image in whose place others are asked for, at once.
   */
  forgetUnused({ isCold, start, sightings }: PageLoad): void {
    if (!start.withoutLearned || !isCold) return;
    const read = new Set(start.needs.entries.map(({ target }) => target));
    const asksForOthers = [...sightings.values()].some(
      ({ destination, target }) => destination === "image" && !read.has(target) && !this.entries.has(target),
    );
    for (const { target, as } of this.entries.values()) {
      if (sightings.has(target)) this.#forgive(target);
      else {
        this.#miss(target, as === "image" && asksForOthers);
        this.delete(target);
      }
    }
  }

  #miss(target: string, isForGood: boolean): void {
    const times = (this.#missed.get(target)?.times ?? 0) + 1;
    const span = times === 1 ? 0 : Math.min(MAX_LEFT_OUT_LOADS, LEFT_OUT_LOADS * 2 ** (times - 2));
    // What was missed last is remembered longest.
    this.#missed.delete(target);
    this.#missed.set(target, { times, until: isForGood ? Infinity : this.#loads + span });
    const [oldest] = this.#missed.keys();
    if (oldest !== undefined && this.#missed.size > MAX_ENTRIES) this.#missed.delete(oldest);
  }

  /** A load that went without what was learned asked for it: one that did without counts less. */
  #forgive(target: string): void {
    const missed = this.#missed.get(target);
    if (missed === undefined) return;
    if (missed.times > 1) this.#missed.set(target, { ...missed, times: missed.times - 1 });
    else this.#missed.delete(target);
  }

  /** Targets whose announcement a load has shown to be wrong. */
  judge(load: PageLoad): string[] {
    const askedOnce = (target: string, kind: string) => this.entries.get(target)?.askedOnceBy === kind;
    return this.#forms.judge(load, this.#loads, askedOnce);
  }
}
