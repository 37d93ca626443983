import type { Priority } from "./priority.js";

/** One response that writes its content to the connection. */
export interface Writer {
  readonly priority: Priority;
  /** Its number, in the order in which requests came and promises were made: `arrive` gives it. */
  readonly arrival: number;
  /** Whether it stands still by itself, and not with the connection. */
  isBlockedByStreamWindow(): boolean;
  /** Those that it goes one after another with. */
  sequence?: Sequence | undefined;
}

/** A writer's place among those of its urgency: its arrival, or for an incremental one that of its piece. */
interface Waiting {
  readonly writer: Writer;
  readonly bytes: number;
  readonly rank: number;
  readonly admit: (end: () => void) => void;
}

/** Responses that go one after another. Only the first may write. */
export interface Sequence {
  writers: readonly Writer[];
  /** When the first of them became so, or had a piece taken last. */
  since: number;
}

interface Piece {
  readonly writer: Writer;
  readonly bytes: number;
  readonly since: number;
  /** What had been taken when it began. */
  readonly takenBefore: number;
  /** Its place among those that are under way; -1 when it no longer is. */
  at: number;
}

/** What fits into one segment of TCP on Ethernet holds up nothing, and needs no turn (bytes). */
export const NEGLIGIBLE_BYTES = 1400;

/** What a line gets to carry at a time at least: one piece of a content (bytes). */
const PIECE_BYTES = 16 * 1024;
/** Taken for its first measure of what a line carries (bytes). */
const INITIAL_QUEUE_BYTES = 2 * PIECE_BYTES;
const MAX_QUEUE_BYTES = 4 * 1024 * 1024;
/** So long may a line be busy with what can't be put in order any more (milliseconds). */
const QUEUE_MS = 20;
/** A lower measure counts for so much less than what was measured before. */
const SLOWER_WEIGHT = 4;
/** What has not gone on for so long no longer holds up the others, when it waits alone (milliseconds). */
const STALLED_MS = 100;

/**
 * Decides which response may hand its next piece to a connection. Node takes
 * a piece of every stream that has one and sends them all before it looks
 * again: on a narrow line, what is needed first would wait behind the first
 * pieces of all else (measured in Chromium at 1,600 kbit/s: the last byte that
 * blocks rendering came 40 % later). So no more than what the line carries in
 * some milliseconds is under way, and the most urgent goes next; on a fast
 * line, nothing waits but what goes in sequence.
 */
export class WriteQueue {
  /**
   * Pieces under way, in no order. Not a set: V8 makes its table anew after
   * some changes, each of the old ones holds the next, and once one of them is
   * old all pieces that ever were stay alive until the whole heap is collected.
   */
  readonly #writing: Piece[] = [];
  #waiting: Waiting[] = [];
  #underWay = 0;
  /** Bytes that were taken since the connection began. */
  #taken = 0;
  #limit = INITIAL_QUEUE_BYTES;
  #tickets = 0;
  #watched = false;

  /** The number of the next writer. */
  arrive(): number {
    return ++this.#tickets;
  }

  /** Resolves when the piece may be written, with what is to be called when it was taken, or has come to nothing. */
  reserve(writer: Writer, bytes: number): Promise<() => void> {
    const begun = this.reserveNow(writer, bytes);
    if (begun !== undefined) return Promise.resolve(begun);
    const rank = writer.priority.incremental ? this.arrive() : writer.arrival;
    return new Promise((admit) => {
      this.#waiting.push({ writer, bytes, rank, admit });
      this.#watch();
    });
  }

  /** The same without waiting: undefined when the piece has to wait for its turn. */
  reserveNow(writer: Writer, bytes: number): (() => void) | undefined {
    const mayGo = this.#hasRoom(bytes) && !this.#isHeld(writer) && this.#mostUrgent() === undefined;
    return mayGo ? this.#begin(writer, bytes) : undefined;
  }

  /**
   * Has a page and what is pushed with it written one after another, however
   * wide the line is: what is needed first is whole first. One that stands
   * still, as its client reads something else, does not hold up the others.
   */
  inSequence(writers: readonly Writer[]): void {
    const sequence = { writers, since: performance.now() };
    for (const writer of writers) writer.sequence = sequence;
  }

  /** Resolves when those before it in its sequence have ended, or stand still, and there is room on the line. */
  async turn(writer: Writer): Promise<void> {
    (await this.reserve(writer, 1))();
  }

  /** Has the first of a sequence go on behind another one. */
  moveBehind(writer: Writer, other: Writer): void {
    this.#reorder(writer, (others) => others.flatMap((one) => (one === other ? [other, writer] : one)));
  }

  /** Those behind it in its sequence may go. */
  done(writer: Writer): void {
    this.#reorder(writer, (others) => others);
    writer.sequence = undefined;
  }

  #reorder(writer: Writer, change: (others: readonly Writer[]) => readonly Writer[]): void {
    const { sequence } = writer;
    if (sequence === undefined) return;
    sequence.writers = change(sequence.writers.filter((other) => other !== writer));
    sequence.since = performance.now();
    this.#admitNext();
  }

  /** Whether another one of its sequence comes first. */
  #isHeld(writer: Writer): boolean {
    return writer.sequence !== undefined && writer.sequence.writers[0] !== writer;
  }

  #hasRoom(bytes: number): boolean {
    return this.#underWay === 0 || this.#underWay + bytes <= this.#limit;
  }

  #begin(writer: Writer, bytes: number): () => void {
    const piece = { writer, bytes, since: performance.now(), takenBefore: this.#taken, at: this.#writing.length };
    this.#writing.push(piece);
    this.#underWay += bytes;
    return () => {
      if (!this.#end(piece)) return;
      this.#taken += bytes;
      this.#measure(piece);
      if (writer.sequence !== undefined) writer.sequence.since = performance.now();
      // Not at once: the response that wrote it has its next piece at hand, and may keep its turn.
      if (this.#waiting.length > 0) setImmediate(() => this.#admitNext());
    };
  }

  /**
   * What was taken while a piece was under way, its own bytes and those of
   * others, shows what the line carries; seldom more, as a piece also waits
   * for the event loop. So a higher measure counts at once, a lower one by degrees.
   */
  #measure({ since, takenBefore }: Piece): void {
    const taken = this.#taken - takenBefore;
    // The buffers before a line take a small piece at once, however narrow it is.
    if (taken < PIECE_BYTES) return;
    const rate = taken / Math.max(0.01, performance.now() - since);
    const carried = Math.min(MAX_QUEUE_BYTES, Math.max(PIECE_BYTES, rate * QUEUE_MS));
    this.#limit = carried > this.#limit ? carried : this.#limit + (carried - this.#limit) / SLOWER_WEIGHT;
  }

  #end(piece: Piece): boolean {
    const { at } = piece;
    if (at === -1) return false;
    const last = this.#writing.pop();
    if (last !== undefined && last !== piece) {
      this.#writing[at] = last;
      last.at = at;
    }
    piece.at = -1;
    this.#underWay -= piece.bytes;
    return true;
  }

  #admitNext(): void {
    for (let next = this.#mostUrgent(); next !== undefined && this.#hasRoom(next.bytes); next = this.#mostUrgent()) {
      const { writer, bytes, admit } = next;
      this.#waiting = this.#waiting.filter((waiting) => waiting !== next);
      admit(this.#begin(writer, bytes));
    }
  }

  #mostUrgent(): Waiting | undefined {
    let first: Waiting | undefined;
    for (const waiting of this.#waiting) {
      if (!this.#isHeld(waiting.writer) && (first === undefined || isBefore(waiting, first))) first = waiting;
    }
    return first;
  }

  #watch(): void {
    if (this.#watched || this.#waiting.length === 0) return;
    this.#watched = true;
    setTimeout(() => this.#passOver(), STALLED_MS);
  }

  /** Lets others go on where a client does not take what one stream has for it. */
  #passOver(): void {
    this.#watched = false;
    const now = performance.now();
    const stalled = this.#writing.filter(
      ({ since, writer }) => now - since >= STALLED_MS && writer.isBlockedByStreamWindow(),
    );
    for (const piece of stalled) this.#end(piece);
    for (const sequence of new Set(this.#waiting.map(({ writer }) => writer.sequence))) {
      const first = sequence?.writers[0];
      if (sequence === undefined || first === undefined || now - sequence.since < STALLED_MS) continue;
      if (first.isBlockedByStreamWindow()) this.done(first);
    }
    this.#admitNext();
    this.#watch();
  }
}

const isBefore = (a: Waiting, b: Waiting) =>
  (a.writer.priority.urgency - b.writer.priority.urgency || a.rank - b.rank) < 0;
