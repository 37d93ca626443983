import { deferred, type Deferred } from "../io/deferred.js";

/** Some of what a page's `Link` names, and what comes before that. */
export interface AnnouncedTargets {
  readonly targets: readonly string[];
  /** What the page's HTML names, and needs more. */
  readonly before: readonly string[];
}

/** An announcement of which not all is sent yet that comes before. */
interface Waiting {
  readonly targets: ReadonlySet<string>;
  readonly before: Set<string>;
  readonly time: number;
  /** Present from the first request on that waits. */
  held?: Deferred<void>;
}

/** What waits for something that nobody asks for, as the client has it, goes on after this (milliseconds). */
const MAX_HOLD_MS = 100;

/** A page's own requests have come by then (milliseconds). */
const LOADED_MS = 5000;

/** Announcements remembered for a connection. */
const MAX_ANNOUNCEMENTS = 16;

/**
 * Holds back what a `Link` field had a browser ask for until more needed
 * things that the page's HTML names have been sent. The browser asks for these
 * some 20 to 100 ms later, when it reads the HTML; an image that fills the line
 * until then makes the first paint later (Chromium 156 at 10 Mbit/s: by 80 ms).
 */
export class HeldBack {
  #waiting: Waiting[] = [];

  add({ targets, before }: AnnouncedTargets): void {
    if (targets.length === 0 || before.length === 0) return;
    this.#waiting.push({ targets: new Set(targets), before: new Set(before), time: performance.now() });
    if (this.#waiting.length > MAX_ANNOUNCEMENTS) this.#end(this.#waiting[0]);
  }

  /** Resolves when a response for the target may go on; undefined when it need not wait. */
  hold(target: string): Promise<void> | undefined {
    const since = performance.now() - LOADED_MS;
    const found = this.#waiting.find(({ targets, time }) => time > since && targets.has(target));
    if (found === undefined) return undefined;
    if (found.held === undefined) {
      found.held = deferred();
      setTimeout(() => this.#end(found), MAX_HOLD_MS).unref();
    }
    return found.held.promise;
  }

  /** Whether something may wait for the target. */
  waitsFor(target: string): boolean {
    return this.#waiting.some(({ before }) => before.has(target));
  }

  /** A response for the target has ended. */
  sent(target: string): void {
    for (const one of this.#waiting) {
      one.before.delete(target);
      if (one.before.size === 0) this.#end(one);
    }
  }

  #end(waiting: Waiting | undefined): void {
    this.#waiting = this.#waiting.filter((other) => other !== waiting);
    waiting?.held?.resolve();
  }
}
