import { HeldBack, type AnnouncedTargets } from "./held-back.js";
import { RateLimit } from "../io/rate-limit.js";
import type { Destination } from "../manifest/destination.js";

/** How one target of a page reached the client, or why it did not. */
export interface DeliveredTarget {
  readonly target: string;
  readonly as: Destination;
  readonly bytes: number;
  /** Observation has added it to what reading the files tells. */
  readonly by?: "traffic" | "browser";
  readonly means: "push" | "hint" | "link" | "skipped";
  /** Why it was skipped ("seen", "declined", "push count"), absent otherwise. */
  readonly reason?: string;
}

/** What was done for one page. */
export interface Delivery {
  /** Request target of the page. */
  readonly page: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly targets: readonly DeliveredTarget[];
}

/** Versions remembered for a connection, as H2O's diary. The oldest go first. */
const MAX_VERSIONS = 1024;
const MAX_DELIVERIES = 100;
/** Longer targets are not remembered, nor pushed therefore: a client may make them up to fill the memory. */
export const MAX_TARGET_LENGTH = 1024;

interface Hint {
  /** By `performance.now()`. */
  readonly at: number;
  readonly pageMs: number;
}

/** A hint or link that no request has followed by then was answered from the client's cache (milliseconds). */
const HINT_LIFE_MS = 10_000;

/**
 * How many more pushes a connection stands when its client cancels every one
 * of them: promises at once, and promises more with each second. The library
 * under Node ends a session with ENHANCE_YOUR_CALM after a burst of 1,000
 * resets, or 33 a second for long; and a cancel that comes when the push was
 * sent already, as from a client a long way off, counts there but is never
 * told to us. So we stay below it with promises alone.
 */
const BURST_PROMISES = 800;
const PROMISES_PER_SECOND = 25;

/**
 * What one connection was sent. Owned by the connection, and gone with it:
 * a client's cache outlives it, but no header tells us what is in there.
 */
export class History {
  readonly #sent = new Map<string, string>();
  readonly #deliveries: Delivery[] = [];
  readonly #hinted = new Map<string, Hint>();
  readonly #rateLimit = new RateLimit(BURST_PROMISES, PROMISES_PER_SECOND);
  /** What `Link` fields have the client ask for, ahead of something that it needs more. */
  heldBack: HeldBack | undefined;
  readonly #isReturning: boolean;
  #taken = 0;
  #refused = 0;

  /** @param isReturning the client has been here before, over another connection, and may have kept anything */
  constructor(isReturning = false) {
    this.#isReturning = isReturning;
  }

  /** The latest pages, oldest first. */
  get deliveries(): readonly Delivery[] {
    return this.#deliveries;
  }

  /**
   * Whether to give up on pushes here. OkHttp leaves ENABLE_PUSH at 1 and
   * cancels every push; after about 1,000 cancelled streams Node ends the
   * session (measured), so stop long before.
   */
  get refuses(): boolean {
    return this.#refused >= 100 || (this.#taken === 0 && this.#refused >= 3);
  }

  /** Pushes that may still be promised now, whatever becomes of them. */
  get pushesLeft(): number {
    return this.#rateLimit.left(performance.now());
  }

  /** Whether this version of the target was served or pushed already. */
  wasSent(target: string, etag: string): boolean {
    return this.#sent.get(target) === etag;
  }

  /** Whether any version of the target was served or pushed. */
  hasSent(target: string): boolean {
    return this.#sent.has(target);
  }

  markSent(target: string, etag: string): void {
    if (target.length > MAX_TARGET_LENGTH) return;
    this.#sent.delete(target);
    this.#sent.set(target, etag);
    if (this.#sent.size > MAX_VERSIONS) deleteOldest(this.#sent);
  }

  /** The version was on its way and did not arrive. */
  unmark(target: string, etag: string): void {
    if (this.wasSent(target, etag)) this.#sent.delete(target);
  }

  /**
   * A 103 named the target: the client asks for it ahead of the page.
   *
   * @param pageMs in which the page itself will be there, as far as that is known
   */
  hinted(target: string, pageMs: number): void {
    this.#hinted.delete(target);
    this.#hinted.set(target, { at: performance.now(), pageMs });
    if (this.#hinted.size > MAX_VERSIONS) deleteOldest(this.#hinted);
  }

  /**
   * In how many milliseconds the page most likely asks for what this request, brought about by its 103, has fetched
   * ahead. Told once for each hint.
   */
  answersHint(target: string): number | undefined {
    const hint = this.#hinted.get(target);
    if (hint === undefined) return undefined;
    this.#hinted.delete(target);
    const elapsed = performance.now() - hint.at;
    return elapsed < HINT_LIFE_MS ? Math.max(hint.pageMs, useMs(elapsed)) : undefined;
  }

  pushPromised(): void {
    this.#rateLimit.take(performance.now());
  }

  pushTaken(): void {
    this.#taken++;
  }

  /** The client refused a push: it has the target, or does not want it. Either way it is not pushed again. */
  pushRefused(): void {
    this.#refused++;
  }

  /** Enters what is about to be done, so that the page's own scripts find it when they ask. */
  record(delivery: Delivery): void {
    this.#deliveries.push(shortened(delivery));
    if (this.#deliveries.length > MAX_DELIVERIES) this.#deliveries.shift();
  }

  /**
   * Whether the `Link` of a page named the target in the last seconds: it is asked for ahead of what the page itself
   * names. A browser loads the pages of several tabs over one connection.
   */
  linked(target: string): boolean {
    return this.answersLink(target) !== undefined;
  }

  /** As `answersHint`, for what a `Link` field has brought about (milliseconds). */
  answersLink(target: string): number | undefined {
    const now = Date.now();
    const since = now - HINT_LIFE_MS;
    let looked: Delivery["targets"] | undefined;
    for (let at = this.#deliveries.length - 1; at >= 0; at--) {
      const delivery = this.#deliveries[at];
      if (delivery === undefined || delivery.time < since) return undefined;
      // A page that is asked for again and again goes with the same.
      if (delivery.targets === looked) continue;
      looked = delivery.targets;
      if (linkedIn(looked).has(target)) return useMs(now - delivery.time);
    }
    return undefined;
  }

  /** A page's `Link` is about to go. What the client was given before it may have kept, and not ask for again. */
  announce(announcements: readonly AnnouncedTargets[]): void {
    if (this.#isReturning) return;
    for (const { targets, before } of announcements) {
      (this.heldBack ??= new HeldBack()).add({ targets, before: before.filter((target) => !this.#sent.has(target)) });
    }
  }

  /** Puts what became of it in its place. */
  correct(planned: Delivery, done: Delivery): void {
    const at = this.#deliveries.findLastIndex(
      ({ time, targets }) => time === planned.time && targets === planned.targets,
    );
    if (at !== -1) this.#deliveries[at] = shortened(done);
  }
}

const shortened = (delivery: Delivery): Delivery =>
  delivery.page.length > MAX_TARGET_LENGTH
    ? { ...delivery, page: delivery.page.slice(0, MAX_TARGET_LENGTH) }
    : delivery;

/** The later a client asks for what was announced, the slower are it and its line: so much later its page uses it. */
const useMs = (askedAfterMs: number) => 3 * askedAfterMs;

function deleteOldest(map: Map<string, unknown>): void {
  for (const oldest of map.keys()) {
    map.delete(oldest);
    return;
  }
}

/** The targets that `Link` has named, of those that were looked through before. */
const linkedTargets = new WeakMap<Delivery["targets"], ReadonlySet<string>>();

function linkedIn(targets: Delivery["targets"]): ReadonlySet<string> {
  let linked = linkedTargets.get(targets);
  if (linked === undefined) {
    linked = new Set(targets.flatMap(({ means, target }) => (means === "link" ? target : [])));
    linkedTargets.set(targets, linked);
  }
  return linked;
}
