import { RateLimit } from "../../io/rate-limit.js";

/**
 * So many connections may a client leave with requests under way, and so many
 * more with each second. A browser leaves one when a window is closed, and
 * over HTTP/1.1 six with each page that is left.
 */
const BURST = 50;
const PER_SECOND = 10;

/** Its next connections begin so far apart for each that was too many (milliseconds). */
const APART_MS = 10;

/** No further where none has sent a flood: a proxy leaves when its clients do (milliseconds). */
const MAX_APART_MS = 100;

/** None waits longer: others may have the same address (milliseconds). */
const MAX_WAIT_MS = 500;

/** The same two, where there were floods: each of those costs a handshake, its requests and a quarter of a second. */
const APART_FOR_FLOODS_MS = 20;
const MAX_WAIT_FOR_FLOODS_MS = 2000;

/** A flood counts as so many. */
const PER_FLOOD = 25;

/** Addresses that are remembered. */
const MAX_ADDRESSES = 1000;

interface Known {
  readonly left: RateLimit;
  readonly floods: RateLimit;
  /** When its next connection may begin (`performance.now()`). */
  next: number;
}

/**
 * Counts, for each address, the connections that end in the middle of a
 * response or with a flood. A client that asks, leaves and connects again is
 * held to no limit of a connection, and costs the others a handshake and a
 * page each time.
 */
export class ReconnectLimits {
  readonly #addresses = new Map<string, Known>();

  /** Counts a connection that its client left with requests under way, or that ended as it broke the rules. */
  left(address: string, now: number): void {
    take(this.#known(address).left, now, 1);
  }

  /** Counts a connection that was ended for a flood. */
  flooded(address: string, now: number): void {
    take(this.#known(address).floods, now, PER_FLOOD);
  }

  #known(address: string): Known {
    const limit = () => new RateLimit(BURST, PER_SECOND);
    const known = this.#addresses.get(address) ?? { left: limit(), floods: limit(), next: 0 };
    // Who has left last is remembered longest.
    this.#addresses.delete(address);
    this.#addresses.set(address, known);
    const [oldest = address] = this.#addresses.keys();
    if (this.#addresses.size > MAX_ADDRESSES) this.#addresses.delete(oldest);
    return known;
  }

  /** How long a new connection from there has to wait before it begins (milliseconds). */
  wait(address: string, now: number): number {
    const known = this.#addresses.get(address);
    if (known === undefined) return 0;
    const [left, floods] = [tooMany(known.left, now), tooMany(known.floods, now)];
    if (left + floods === 0) return 0;
    const apart = Math.min(left * APART_MS, MAX_APART_MS) + floods * APART_FOR_FLOODS_MS;
    const longest = floods > 0 ? MAX_WAIT_FOR_FLOODS_MS : MAX_WAIT_MS;
    known.next = Math.min(Math.max(known.next + apart, now), now + longest);
    return known.next - now;
  }
}

/** What is beyond is forgiven in a few seconds, however much it was. */
function take(limit: RateLimit, now: number, count: number): void {
  if (limit.left(now) > -BURST) limit.take(now, count);
}

const tooMany = (limit: RateLimit, now: number) => Math.max(0, -limit.left(now));
