/** A file that a page rests on, as it was at one look. */
export interface FileState {
  /** Names its version; undefined when there is none. */
  readonly version: string | undefined;
  /** Its real path. */
  readonly file: string | undefined;
  readonly empty: boolean;
  /** A stylesheet, which can be swapped in the page. */
  readonly style: boolean;
}

/** Files by the URL paths that they are asked for by. */
export type Files = ReadonlyMap<string, FileState>;

/** What a page is told: to load these stylesheets anew, or itself. */
export interface PageChange {
  readonly kind: "css" | "reload";
  /** URL paths of what changed. */
  readonly paths: readonly string[];
}

/** Nothing may have changed for so long before a page is told (milliseconds). */
export const QUIET_MS = 60;
/** The same where changes were seen one after another: a burst of edits is one change, on a busy machine too. */
const BURST_QUIET_MS = 100;
/** A page is told by then, though changes go on (milliseconds). */
const MAX_WAIT_MS = 5000;
/** A build that takes a file away, or empties it, writes it anew in that time (milliseconds). */
const REWRITE_MS = 500;

/** One page in a browser: what it was given, and what has become of that since. Knows no clock and no disk. */
export class OpenPage {
  /** What the page in the browser has. */
  readonly given: Files;
  /** The path of its own file among them. */
  readonly #page: string;
  readonly #delay: number;
  #latest: Files;
  #changedAt: number | undefined;
  #movedAt = 0;
  /** How often something has moved since it changed. */
  #moves = 0;

  /** @param delay for how long nothing may have changed, where that is longer than we would wait (milliseconds) */
  constructor(page: string, given: Files, delay = 0) {
    this.#delay = delay;
    this.#page = page;
    this.given = given;
    this.#latest = given;
  }

  /**
   * Takes what another look has found. Stylesheets alone are swapped; whatever
   * else changed, came or went makes the page load anew. "settling": it
   * changed, and is to be looked at again soon before the page is told; "gone":
   * the page's own file has been away for long, no haste.
   *
   * @param now milliseconds on any clock
   */
  look(current: Files, now: number): PageChange | "settling" | "gone" | undefined {
    if (changed(this.#latest, current).length > 0) {
      this.#movedAt = now;
      this.#moves++;
    }
    this.#latest = current;
    const paths = changed(this.given, current);
    if (paths.length === 0) {
      this.#changedAt = undefined;
      this.#moves = 0;
      return undefined;
    }
    this.#changedAt ??= now;
    // A page that has gone would be replaced by an error, which knows no way back.
    if (current.get(this.#page)?.version === undefined) return now - this.#movedAt < MAX_WAIT_MS ? "settling" : "gone";
    if (!this.#isSettled(current, now, this.#changedAt)) return "settling";
    const swappable = paths.every((path) => current.get(path)?.style === true && isThere(current.get(path)));
    return { kind: swappable ? "css" : "reload", paths };
  }

  /** URL paths of what has changed since the page was given it, at the last look. */
  get changed(): readonly string[] {
    return changed(this.given, this.#latest);
  }

  #isSettled(current: Files, now: number, changedAt: number): boolean {
    if (now - changedAt >= MAX_WAIT_MS + this.#delay) return true;
    const gone = [...this.given].some(([path, state]) => isThere(state) && !isThere(current.get(path)));
    const quiet = gone ? REWRITE_MS : this.#moves > 1 ? BURST_QUIET_MS : QUIET_MS;
    return now - this.#movedAt >= Math.max(quiet, this.#delay);
  }
}

const isThere = (state: FileState | undefined) => state?.version !== undefined && !state.empty;

function changed(before: Files, after: Files): string[] {
  return [...before].filter(([path, { version }]) => after.get(path)?.version !== version).map(([path]) => path);
}
