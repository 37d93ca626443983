import { RateLimit } from "../../io/rate-limit.js";

/**
 * So many connections may a client leave with requests under way, and so many
 * more with each second. A browser leaves one when a window is closed, and
 * over HTTP/1.1 six with each page that is left.
 */
const BURST = 50;
const PER_SECOND = 10;

/** Its next connections begin so far apart for each that was too many (milliseconds): no more end than are forgiven. */
const APART_MS = 10;

/** None waits longer: others may have the same address (milliseconds). */
const MAX_WAIT_MS = 1000;

/** Addresses that are remembered. */
const MAX_ADDRESSES = 1000;

interface Known {
  readonly left: RateLimit;
  /** When its next connection may begin (`performance.now()`). */
  next: number;
}

/**
 * Counts, for each address, the connections that end in the middle of a
 * response or with a flood. A client that asks, leaves and connects again is held to no limit
 * of a connection, and costs the others a handshake and a page each time.
 */
export class ReconnectLimits {
  readonly #addresses = new Map<string, Known>();

  /** Counts a connection that its client left with requests under way, or that ended as it broke the rules, as so many. */
  left(address: string, now: number, count = 1): void {
    const known = this.#addresses.get(address) ?? { left: new RateLimit(BURST, PER_SECOND), next: 0 };
    // What is beyond is forgiven in a few seconds, however much it was.
    if (known.left.left(now) > -BURST) known.left.take(now, count);
    // Who has left last is remembered longest.
    this.#addresses.delete(address);
    this.#addresses.set(address, known);
    if (this.#addresses.size <= MAX_ADDRESSES) return;
    const [oldest = address] = this.#addresses.keys();
    this.#addresses.delete(oldest);
  }

  /** How long a new connection from there has to wait before it begins (milliseconds). */
  wait(address: string, now: number): number {
    const known = this.#addresses.get(address);
    const tooMany = -(known?.left.left(now) ?? 0);
    if (known === undefined || tooMany <= 0) return 0;
    known.next = Math.min(Math.max(known.next + tooMany * APART_MS, now), now + MAX_WAIT_MS);
    return known.next - now;
  }
}
