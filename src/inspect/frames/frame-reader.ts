import { FRAME_TYPES } from "./protocol.js";

/** A frame as it stands on the wire (RFC 9113 §4.1). */
export interface WireFrame {
  readonly type: string;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

/** What a client sends before its first frame (RFC 9113 §3.4). */
const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

/** Bytes of a frame's header. */
const HEADER = 9;

/** A longer frame is not waited for (bytes): neither Node nor any browser sends one. */
const MAX_FRAME_BYTES = 1024 * 1024;

const EMPTY = Buffer.alloc(0);

/** Cuts the bytes of one direction into frames. It changes nothing, and nobody waits for it. */
export class FrameReader {
  readonly #take: (frame: WireFrame) => void;
  #awaited: Buffer;
  #chunks: Buffer[] = [];
  #length = 0;
  #isReadable = true;

  /** @param from whose bytes they are: a client's begin with the preface */
  constructor(from: "client" | "server", take: (frame: WireFrame) => void) {
    this.#awaited = from === "client" ? PREFACE : EMPTY;
    this.#take = take;
  }

  /** Whether all that came could be read as frames. */
  get isReadable(): boolean {
    return this.#isReadable;
  }

  /** Takes the next bytes, and gives away each frame that is whole. */
  push(chunk: Buffer): void {
    if (!this.#isReadable) return;
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    if (!this.#skipPreface()) return;
    while (this.#isReadable && this.#length >= HEADER) {
      const head = this.#peek(HEADER);
      const length = head.readUIntBE(0, 3);
      if (length > MAX_FRAME_BYTES) return this.giveUp();
      if (this.#length < HEADER + length) return;
      this.#give(this.#shift(HEADER + length));
    }
  }

  /** Reads nothing more. */
  giveUp(): void {
    this.#isReadable = false;
    this.#chunks = [];
    this.#length = 0;
  }

  #skipPreface(): boolean {
    const awaited = this.#awaited;
    if (awaited.length === 0) return true;
    if (this.#length < awaited.length) return false;
    if (!this.#shift(awaited.length).equals(awaited)) this.giveUp();
    this.#awaited = EMPTY;
    return this.#isReadable;
  }

  #give(bytes: Buffer): void {
    const number = bytes.readUInt8(3);
    this.#take({
      type: FRAME_TYPES.get(number) ?? `0x${number.toString(16)}`,
      flags: bytes.readUInt8(4),
      stream: bytes.readUInt32BE(5) & 0x7fffffff,
      payload: bytes.subarray(HEADER),
    });
  }

  /** The first bytes, in one piece: what has come in several is joined once. */
  #peek(length: number): Buffer {
    const [first = EMPTY] = this.#chunks;
    if (first.length >= length) return first;
    const joined = Buffer.concat(this.#chunks);
    this.#chunks = [joined];
    return joined;
  }

  #shift(length: number): Buffer {
    const bytes = this.#peek(length);
    this.#length -= length;
    if (bytes.length > length) this.#chunks[0] = bytes.subarray(length);
    else this.#chunks.shift();
    return bytes.subarray(0, length);
  }
}
