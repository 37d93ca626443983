import type { PageLoad } from "./page-load.js";

/** So many connections have to show it before a target is left alone for everybody. */
const MIN_CONNECTIONS = 2;

/** Loads of the page after which an announcement that was wrong is tried once more. */
const RETRY_AFTER_LOADS = 20;

/** Each time nobody takes it once, it is tried twice as late: but no later than after so many. */
const MAX_RETRY_AFTER_LOADS = 160;

/** Kinds of clients that are told apart for one target. */
const MAX_KINDS = 8;

/** What loads by one kind of client have shown of a target. */
interface Evidence {
  /** Connections on which it was asked for twice when it was announced. */
  readonly twice: Set<number>;
  /** How it was asked for when it was not announced: once, or twice without our doing. */
  unannounced: "once" | "twice" | undefined;
}

interface Suspect {
  readonly kinds: Map<string, Evidence>;
  /** Number of the load from which on it is tried again, when it is left alone. */
  offUntil: number;
  /** How long it was left alone the last time, in loads. */
  span: number;
}

/**
 * Which targets of a page are announced in the wrong form: asked for twice
 * where they were announced, and once, by a client of the same kind, where
 * they were not. Such a target is left to the browser.
 */
export class WrongForms {
  readonly #suspects = new Map<string, Suspect>();

  get isEmpty(): boolean {
    return this.#suspects.size === 0;
  }

  /** Targets that are left to the browser in the load of that number. */
  off(load: number): ReadonlySet<string> {
    const off = new Set<string>();
    for (const [target, { offUntil }] of this.#suspects) if (load < offUntil) off.add(target);
    return off;
  }

  /** Targets that such a client is given without an announcement, to see how it asks for them then. */
  trials(kind: string): ReadonlySet<string> {
    const trials = new Set<string>();
    for (const [target, { kinds, offUntil }] of this.#suspects) {
      const evidence = kinds.get(kind);
      if (
        offUntil === 0 &&
        evidence !== undefined &&
        evidence.twice.size >= MIN_CONNECTIONS &&
        evidence.unannounced === undefined
      ) {
        trials.add(target);
      }
    }
    return trials;
  }

  /**
   * Takes what a load has shown.
   *
   * @param number of the load
   * @param askedOnce whether such a client has asked for the target once when it was not announced
   * @returns targets that are left alone from now on
   */
  judge(load: PageLoad, number: number, askedOnce: (target: string, kind: string) => boolean): string[] {
    const { client } = load.start;
    const announced = load.start.announced();
    const wrong: string[] = [];
    if (announced === undefined) return wrong;
    for (const [target, { count }] of load.sightings) {
      const isAnnounced = announced.has(target);
      // Nearly all are asked for once: nothing is kept of them.
      if (!this.#suspects.has(target) && (!isAnnounced || count === 1)) continue;
      const evidence = this.#evidence(target, client.kind);
      if (evidence === undefined) continue;
      if (askedOnce(target, client.kind)) evidence.unannounced ??= "once";
      if (!isAnnounced) evidence.unannounced = count === 1 ? "once" : "twice";
      else if (count === 1) this.#taken(target, evidence);
      else evidence.twice.add(client.connection);
      if (this.#isWrong(target, evidence, number)) wrong.push(target);
    }
    return wrong;
  }

  #evidence(target: string, kind: string): Evidence | undefined {
    const suspect = this.#suspects.get(target) ?? {
      kinds: new Map<string, Evidence>(),
      offUntil: 0,
      span: RETRY_AFTER_LOADS,
    };
    this.#suspects.set(target, suspect);
    const known = suspect.kinds.get(kind);
    if (known !== undefined || suspect.kinds.size >= MAX_KINDS) return known;
    const evidence: Evidence = { twice: new Set(), unannounced: undefined };
    suspect.kinds.set(kind, evidence);
    return evidence;
  }

  /** What was shown before was another's fault, or a forgery. */
  #taken(target: string, { twice }: Evidence): void {
    twice.clear();
    const suspect = this.#suspects.get(target);
    if (suspect !== undefined) suspect.span = RETRY_AFTER_LOADS;
  }

  #isWrong(target: string, { twice, unannounced }: Evidence, number: number): boolean {
    const suspect = this.#suspects.get(target);
    if (suspect === undefined || twice.size < MIN_CONNECTIONS || unannounced !== "once" || number < suspect.offUntil)
      return false;
    suspect.offUntil = number + suspect.span;
    suspect.span = Math.min(MAX_RETRY_AFTER_LOADS, suspect.span * 2);
    twice.clear();
    return true;
  }
}
