import { Duplex } from "node:stream";

const TYPES = [
  "DATA",
  "HEADERS",
  "PRIORITY",
  "RST_STREAM",
  "SETTINGS",
  "PUSH_PROMISE",
  "PING",
  "GOAWAY",
  "WINDOW_UPDATE",
  "CONTINUATION",
];

/** A frame of HTTP/2 (RFC 9113 §4.1). */
export interface Frame {
  readonly type: string;
  readonly stream: number;
  /** Bytes of its payload. */
  readonly length: number;
  /** The server's last on that stream. */
  readonly last: boolean;
  /** For PUSH_PROMISE, the stream that it reserves. */
  readonly promised: number | undefined;
}

const HEADER = 9;
const END_STREAM = 1;
const PADDED = 8;

/** Stands between a client and its socket, and takes down the frames that the server sends. */
export class FrameTap extends Duplex {
  readonly frames: Frame[] = [];
  readonly #socket: Duplex;
  #rest: Buffer = Buffer.alloc(0);

  constructor(socket: Duplex) {
    super();
    this.#socket = socket;
    socket.on("data", (bytes: Buffer) => {
      this.#take(bytes);
      if (!this.push(bytes)) socket.pause();
    });
    socket.on("end", () => this.push(null));
    socket.on("close", () => this.destroy());
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(bytes, done);
  }

  override _final(done: () => void): void {
    this.#socket.end(done);
  }

  override _destroy(_error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.destroy();
    done();
  }

  #take(bytes: Buffer): void {
    let left = Buffer.concat([this.#rest, bytes]);
    while (left.length >= HEADER) {
      const length = left.readUIntBE(0, 3);
      if (left.length < HEADER + length) break;
      const type = TYPES[left.readUInt8(3)] ?? "unknown";
      const flags = left.readUInt8(4);
      const padded = (flags & PADDED) !== 0;
      const ends = (type === "DATA" || type === "HEADERS") && (flags & END_STREAM) !== 0;
      const promised = type === "PUSH_PROMISE" ? left.readUInt32BE(HEADER + (padded ? 1 : 0)) : undefined;
      const last = ends || type === "RST_STREAM";
      this.frames.push({ type, stream: left.readUInt32BE(5) & 0x7fffffff, length, last, promised });
      left = left.subarray(HEADER + length);
    }
    this.#rest = left;
  }
}
