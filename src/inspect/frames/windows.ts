import type { FrameContent } from "./frame-content.js";

/** Both windows of a flow-controlled frame after it: what may still be sent (bytes). */
export interface WindowState {
  readonly connection: number;
  /** Absent for a frame of stream 0. */
  readonly stream?: number;
}

/** A window before anybody has changed it (bytes, RFC 9113 §6.9.2). */
const INITIAL_BYTES = 65_535;

/** Streams whose windows are remembered. */
const MAX_STREAMS = 10_000;

/** The windows of one direction: DATA takes from them, WINDOW_UPDATE of the other direction gives (RFC 9113 §6.9). */
export class Windows {
  #connection = INITIAL_BYTES;
  #initial = INITIAL_BYTES;
  /** What each stream has gained or used; its window is that and the initial one. */
  readonly #streams = new Map<number, number>();

  /** DATA was sent: padding counts, too. */
  sent(stream: number, length: number): WindowState {
    this.#connection -= length;
    return this.#change(stream, -length);
  }

  /** The receiver has sent WINDOW_UPDATE. */
  opened(stream: number, { increment = 0 }: FrameContent): WindowState {
    if (stream !== 0) return this.#change(stream, increment);
    this.#connection += increment;
    return { connection: this.#connection };
  }

  /** The receiver's SETTINGS change the windows of all streams, and not that of the connection (§6.9.2). */
  settled({ settings = {} }: FrameContent): void {
    this.#initial = settings["INITIAL_WINDOW_SIZE"] ?? this.#initial;
  }

  #change(stream: number, bytes: number): WindowState {
    const change = (this.#streams.get(stream) ?? 0) + bytes;
    if (this.#streams.size < MAX_STREAMS || this.#streams.has(stream)) this.#streams.set(stream, change);
    return { connection: this.#connection, stream: this.#initial + change };
  }
}
