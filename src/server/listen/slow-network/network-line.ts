import type { Bandwidth, SlowNetwork } from "./bandwidth.js";
import { CongestionWindow } from "./congestion-window.js";

/** The content of a segment of TCP over Ethernet, with timestamps (bytes). */
const SEGMENT_BYTES = 1448;

/** Segments behind it that have arrived show that one is lost (RFC 8985 §6.2; RFC 5681 §3.2). */
const DUPLICATES = 3;

/** Where nothing comes behind it, a segment is sent again after two round trips, or so long at least (RFC 8985 §7.2; milliseconds). */
const MIN_PROBE_MS = 10;
/** The next time after this, and then after twice as long (RFC 6298 §2, as Linux has it; milliseconds). */
const MIN_TIMEOUT_MS = 200;

/** Timers may be early by so much (milliseconds). */
const EARLY_MS = 0.5;

/** One segment of TCP; one without content marks a place among the others. */
interface Segment {
  content: Buffer;
  readonly arrive: (content: Buffer) => void;
  hasArrived: boolean;
}

/** A segment on its way: the first time, or again. */
interface Transmission {
  readonly segment: Segment;
  /** Its place among all that were sent. */
  readonly number: number;
  readonly sent: number;
  /** When it is there; its acknowledgement is half a round trip later. */
  readonly arrives: number;
  /** Transmissions behind it whose acknowledgement has come. */
  duplicates: number;
}

/**
 * One direction of a connection as TCP carries it: segment by segment, no more
 * than the congestion window under way, the lost ones sent again, and handed
 * over in order.
 */
export class Line {
  readonly #network: SlowNetwork;
  readonly #bandwidth: Bandwidth;
  readonly #window: CongestionWindow;
  readonly #random: () => number;
  /** When the connection is there (`performance.now()`). */
  readonly #opens: number;
  /** Takes what has arrived. */
  readonly #deliver: (content: Buffer) => void;
  /** Called when it is no longer full. */
  onRoom: () => void = () => undefined;
  /** Not sent yet; what has to be sent again comes first. */
  readonly #waiting: Segment[] = [];
  /** Not handed over. */
  readonly #order: Segment[] = [];
  /** What arrives, and what is acknowledged then. */
  readonly #arriving: Transmission[] = [];
  readonly #acknowledging: Transmission[] = [];
  /** What does not arrive. */
  #lost: Transmission[] = [];
  #last: Transmission | undefined;
  #bytes = 0;
  #waitingBytes = 0;
  /** Times that nothing was heard any more, since something was. */
  #probes = 0;
  #timer: NodeJS.Timeout | undefined;
  /** When the timer ends. */
  #due = Infinity;
  #isCut = false;

  constructor(
    network: SlowNetwork,
    bandwidth: Bandwidth,
    opens: number,
    deliver: (content: Buffer) => void,
    random: () => number = Math.random,
  ) {
    this.#network = network;
    this.#bandwidth = bandwidth;
    this.#opens = opens;
    this.#deliver = deliver;
    this.#window = new CongestionWindow(network.rtt);
    this.#random = random;
  }

  /** Bytes that were given and have not arrived. */
  get bytesUnderWay(): number {
    return this.#bytes;
  }

  /** As much waits as may be under way, which is what Linux takes from a program ahead of time: `onRoom` tells when it is less. */
  get isFull(): boolean {
    return this.#waitingBytes >= this.#window.size * SEGMENT_BYTES;
  }

  /** How long it takes until all that was sent has left (milliseconds). */
  get busy(): number {
    return this.#bandwidth.free - performance.now();
  }

  /** Sends bytes behind those sent before. */
  send(content: Buffer): void {
    if (this.#isCut) return;
    const filled = this.#fill(content);
    for (let at = filled; at < content.length; at += SEGMENT_BYTES)
      this.#append(content.subarray(at, at + SEGMENT_BYTES), this.#deliver);
    this.#begin();
  }

  /** Calls `arrive` when all that was sent before is there. */
  mark(arrive: () => void): void {
    if (this.#isCut) return;
    this.#append(Buffer.alloc(0), arrive);
    this.#begin();
  }

  /** What waits goes in full segments, as a system sends it: adds to the last, returns how many bytes. */
  #fill(content: Buffer): number {
    const last = this.#waiting.at(-1);
    if (last === undefined || last !== this.#order.at(-1) || last.content.length === 0) return 0;
    const part = content.subarray(0, SEGMENT_BYTES - last.content.length);
    last.content = Buffer.concat([last.content, part]);
    this.#count(part.length);
    return part.length;
  }

  #append(content: Buffer, arrive: Segment["arrive"]): void {
    const segment = { content, arrive, hasArrived: false };
    this.#count(content.length);
    this.#order.push(segment);
    this.#waiting.push(segment);
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    this.#waitingBytes += bytes;
  }

  #begin(): void {
    this.#transmit(performance.now());
    this.#wait();
  }

  /** Loses what is on its way. */
  cut(): void {
    this.#isCut = true;
    clearTimeout(this.#timer);
  }

  #transmit(now: number): void {
    for (let [segment] = this.#waiting; segment !== undefined && this.#window.hasRoom(now);) {
      this.#waiting.shift();
      this.#waitingBytes -= segment.content.length;
      this.#window.sent(now);
      // The handshake holds up its own connection alone, and not the line.
      const left = Math.max(this.#bandwidth.take(segment.content.length, now), this.#opens);
      const arrives = left + this.#network.rtt / 2;
      const number = (this.#last?.number ?? 0) + 1;
      this.#last = { segment, number, sent: now, arrives, duplicates: 0 };
      if (segment.content.length > 0 && this.#random() < this.#network.loss) this.#lost.push(this.#last);
      else {
        this.#arriving.push(this.#last);
        this.#acknowledging.push(this.#last);
      }
      [segment] = this.#waiting;
    }
  }

  #wait(): void {
    const next = this.#nextEvent();
    if (next >= this.#due) return;
    clearTimeout(this.#timer);
    this.#due = next;
    this.#timer = setTimeout(() => this.#advance(), Math.max(0, next - performance.now()));
  }

  #nextEvent(): number {
    const [arrival] = this.#arriving;
    const [acknowledgement] = this.#acknowledging;
    const heard = acknowledgement === undefined ? this.#probeAt() : acknowledgement.arrives + this.#network.rtt / 2;
    return Math.min(arrival?.arrives ?? Infinity, heard);
  }

  /** When nothing is heard any more of what was sent last. */
  #probeAt(): number {
    if (this.#last === undefined || this.#lost.length === 0) return Infinity;
    const { rtt } = this.#network;
    const left = this.#last.arrives - rtt / 2;
    if (this.#probes === 0) return left + Math.max(2 * rtt, MIN_PROBE_MS);
    return left + (rtt + MIN_TIMEOUT_MS) * 2 ** (this.#probes - 1);
  }

  #advance(): void {
    this.#due = Infinity;
    const now = performance.now();
    const wasFull = this.isFull;
    this.#arrive(now + EARLY_MS);
    if (this.#acknowledging.length > 0) this.#acknowledge(now + EARLY_MS);
    else if (this.#probeAt() <= now + EARLY_MS) this.#probe(now);
    this.#transmit(now);
    if (wasFull && !this.isFull) this.onRoom();
    if (!this.#isCut) this.#wait();
  }

  #arrive(now: number): void {
    for (let [first] = this.#arriving; first !== undefined && first.arrives <= now; [first] = this.#arriving) {
      first.segment.hasArrived = true;
      this.#arriving.shift();
    }
    for (let [next] = this.#order; next?.hasArrived === true && !this.#isCut; [next] = this.#order) {
      this.#order.shift();
      this.#bytes -= next.content.length;
      next.arrive(next.content);
    }
  }

  #acknowledge(now: number): void {
    const until = now - this.#network.rtt / 2;
    for (let [first] = this.#acknowledging; first !== undefined && first.arrives <= until;) {
      this.#acknowledging.shift();
      this.#probes = 0;
      this.#window.acknowledged(now);
      for (const lost of this.#lost) if (lost.number < first.number) lost.duplicates++;
      [first] = this.#acknowledging;
    }
    this.#sendAgain(({ duplicates }) => duplicates >= DUPLICATES, now);
  }

  #probe(now: number): void {
    this.#probes++;
    this.#sendAgain(() => true, now);
  }

  #sendAgain(isKnown: (lost: Transmission) => boolean, now: number): void {
    const known = this.#lost.filter(isKnown);
    if (known.length === 0) return;
    for (const { segment, sent } of known) {
      this.#window.lost(sent, now);
      this.#waitingBytes += segment.content.length;
    }
    this.#lost = this.#lost.filter((one) => !known.includes(one));
    this.#waiting.unshift(...known.map(({ segment }) => segment));
  }
}
