import type { Destination } from "../manifest/destination.js";

/** How one target of a page reached the client, or why it did not. */
export interface DeliveredTarget {
  readonly target: string;
  readonly as: Destination;
  readonly bytes: number;
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
const REMEMBERED = 1024;
const DELIVERIES = 100;

/**
 * What one connection has carried. Owned by the connection, and gone with it:
 * a client's cache outlives it, but no header tells us what is in there.
 */
export class History {
  readonly #carried = new Map<string, string>();
  readonly #deliveries: Delivery[] = [];
  #taken = 0;
  #refused = 0;

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

  /** Whether this version of the target was served or pushed already. */
  seen(target: string, etag: string): boolean {
    return this.#carried.get(target) === etag;
  }

  carried(target: string, etag: string): void {
    this.#carried.delete(target);
    this.#carried.set(target, etag);
    if (this.#carried.size > REMEMBERED) {
      for (const oldest of this.#carried.keys()) {
        this.#carried.delete(oldest);
        break;
      }
    }
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
    this.#deliveries.push(delivery);
    if (this.#deliveries.length > DELIVERIES) this.#deliveries.shift();
  }

  /** Puts what became of it in its place. */
  correct(planned: Delivery, done: Delivery): void {
    const at = this.#deliveries.indexOf(planned);
    if (at !== -1) this.#deliveries[at] = done;
  }
}
