/** A network to simulate, for those who study what delivery gains: on loopback nothing shows. */
export interface SlowNetwork {
  /** Round-trip time in milliseconds; 0 for none. */
  readonly rtt: number;
  /** Bandwidth of each direction in kilobits (1,000) per second, with the fields of TCP, IP and Ethernet; Infinity for no limit. */
  readonly kbps: number;
  /** Part of the segments that are lost, from 0 to 1. */
  readonly loss: number;
}

/** What goes over the line with each segment: the fields of TCP with timestamps, IPv4 and Ethernet (bytes). */
const FIELDS_BYTES = 66;

/** One direction of a client's line: all of its connections share it. */
export class Bandwidth {
  readonly #msPerByte: number;
  #free = 0;

  constructor({ kbps }: Pick<SlowNetwork, "kbps">) {
    this.#msPerByte = 8 / kbps;
  }

  /** When all that was sent has left (`performance.now()`). */
  get free(): number {
    return this.#free;
  }

  /** Sends so many bytes behind the others, returns when the last of them leaves. */
  take(bytes: number, from: number): number {
    this.#free = Math.max(this.#free, from) + (bytes + FIELDS_BYTES) * this.#msPerByte;
    return this.#free;
  }
}
