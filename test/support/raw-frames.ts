import { EventEmitter, once } from "node:events";
import { connect as connectTls, type TLSSocket } from "node:tls";

/** Types of frames (RFC 9113 §6, RFC 9218 §7.1). */
export const FRAME = {
  DATA: 0,
  HEADERS: 1,
  PRIORITY: 2,
  RST_STREAM: 3,
  SETTINGS: 4,
  PUSH_PROMISE: 5,
  PING: 6,
  GOAWAY: 7,
  WINDOW_UPDATE: 8,
  CONTINUATION: 9,
  PRIORITY_UPDATE: 16,
} as const;

/** Flags of frames: END_STREAM is ACK in SETTINGS and PING. */
export const FLAG = { ACK: 1, END_STREAM: 1, END_HEADERS: 4, PADDED: 8, PRIORITY: 0x20 } as const;

/** Identifiers of settings (RFC 9113 §6.5.2). */
export const SETTING = {
  HEADER_TABLE_SIZE: 1,
  ENABLE_PUSH: 2,
  MAX_CONCURRENT_STREAMS: 3,
  INITIAL_WINDOW_SIZE: 4,
  MAX_FRAME_SIZE: 5,
  MAX_HEADER_LIST_SIZE: 6,
} as const;

/** Error codes (RFC 9113 §7) that tests name. */
export const CODE = { NO_ERROR: 0, PROTOCOL_ERROR: 1, REFUSED_STREAM: 7, CANCEL: 8, ENHANCE_YOUR_CALM: 11 } as const;

export interface RawFrame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
const HEADER = 9;
const EMPTY = Buffer.alloc(0);

/** Any frame, valid or not: nothing is checked. */
export function frame(type: number, flags: number, stream: number, payload: Buffer = EMPTY): Buffer {
  const head = Buffer.alloc(HEADER);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

export type Fields = readonly (readonly [name: string, value: string])[];

/** A block of fields (RFC 7541 §6.2.2): literals that are not indexed, without Huffman's code. */
export const encodeFields = (fields: Fields): Buffer =>
  Buffer.concat(fields.flatMap(([name, value]) => [Buffer.from([0]), text(name), text(value)]));

const text = (value: string) => Buffer.concat([integer(7, 0, Buffer.byteLength(value)), Buffer.from(value)]);

/** An integer with a prefix of so many bits, behind the bits of `first` (RFC 7541 §5.1). */
export function integer(bits: number, first: number, value: number): Buffer {
  const most = 2 ** bits - 1;
  if (value < most) return Buffer.from([first | value]);
  const bytes = [first | most];
  let rest = value - most;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return Buffer.from([...bytes, rest]);
}

/** The fields of a GET, or of `method`, and more behind them. */
export const requestFields = (path: string, more: Fields = [], method = "GET"): Fields => [
  [":method", method],
  [":scheme", "https"],
  [":authority", "localhost"],
  [":path", path],
  ...more,
];

export const headers = (stream: number, fields: Fields, flags = FLAG.END_STREAM | FLAG.END_HEADERS) =>
  frame(FRAME.HEADERS, flags, stream, encodeFields(fields));

export const get = (stream: number, path: string, more: Fields = []) => headers(stream, requestFields(path, more));

/** Begins a POST whose content follows in DATA frames. */
export const post = (stream: number, path: string, more: Fields = []) =>
  headers(stream, requestFields(path, more, "POST"), FLAG.END_HEADERS);

export const data = (stream: number, content: Buffer = EMPTY, flags = 0) => frame(FRAME.DATA, flags, stream, content);

export const continuation = (stream: number, block: Buffer, flags = 0) =>
  frame(FRAME.CONTINUATION, flags, stream, block);

export const reset = (stream: number, code: number = CODE.CANCEL) => frame(FRAME.RST_STREAM, 0, stream, number32(code));

export const windowUpdate = (stream: number, bytes: number) => frame(FRAME.WINDOW_UPDATE, 0, stream, number32(bytes));

export const ping = (flags = 0) => frame(FRAME.PING, flags, 0, Buffer.alloc(8));

export const goAway = (last = 0, code: number = CODE.NO_ERROR) =>
  frame(FRAME.GOAWAY, 0, 0, Buffer.concat([number32(last), number32(code)]));

export const priorityUpdate = (stream: number, value: string) =>
  frame(FRAME.PRIORITY_UPDATE, 0, 0, Buffer.concat([number32(stream), Buffer.from(value)]));

export function settings(values: readonly (readonly [setting: number, value: number])[]): Buffer {
  const payload = Buffer.alloc(values.length * 6);
  for (const [at, [setting, value]] of values.entries()) {
    payload.writeUInt16BE(setting, at * 6);
    payload.writeUInt32BE(value, at * 6 + 2);
  }
  return frame(FRAME.SETTINGS, 0, 0, payload);
}

function number32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** The status in the HEADERS frame of a response: it comes first. NaN for what can't be read. */
export function statusOf({ payload }: RawFrame): number {
  // Updates of the table's size may come before it (RFC 7541 §6.3).
  let at = 0;
  while (((payload[at] ?? 0) & 0xe0) === 0x20) at += 1;
  const first = payload[at] ?? 0;
  if (first >= 0x88 && first <= 0x8e) return [200, 204, 206, 304, 400, 404, 500][first - 0x88] ?? Number.NaN;
  const length = payload[at + 1] ?? 0;
  const value = payload.subarray(at + 2, at + 2 + (length & 0x7f));
  return Number(length >= 128 ? digits(value) : value.toString("latin1"));
}

/** Digits in Huffman's code (RFC 7541, Appendix B): five bits for 0 to 2, six for 3 to 9. */
function digits(coded: Buffer): string {
  const bits = [...coded].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  let read = "";
  for (let at = 0; read.length < 3 && at < bits.length;) {
    const five = Number.parseInt(bits.slice(at, at + 5), 2);
    const digit = five <= 2 ? five : Number.parseInt(bits.slice(at, at + 6), 2) - 22;
    at += five <= 2 ? 5 : 6;
    read += digit;
  }
  return read;
}

/** Frames in one piece, for streams that lie so much higher; what stands on stream 0 stays there. */
export function shifted(frames: Buffer, by: number): Buffer {
  const moved = Buffer.from(frames);
  for (let at = 0; at < moved.length; at += HEADER + moved.readUIntBE(at, 3)) {
    const stream = moved.readUInt32BE(at + 5);
    if (stream > 0) moved.writeUInt32BE(stream + by, at + 5);
  }
  return moved;
}

/** The code of a GOAWAY or RST_STREAM frame. */
export const codeOf = ({ type, payload }: RawFrame) => payload.readUInt32BE(type === FRAME.GOAWAY ? 4 : 0);

/** The stream that a PUSH_PROMISE frame reserves. */
export const promisedBy = ({ payload, flags }: RawFrame) =>
  payload.readUInt32BE((flags & FLAG.PADDED) === 0 ? 0 : 1) & 0x7fffffff;

export interface RawOptions {
  readonly host?: string;
  /** What is offered by ALPN: "h2" by default. */
  readonly protocol?: string;
  /** The settings that go with the preface; push is on and the table of fields empty where they do not say. */
  readonly settings?: readonly (readonly [setting: number, value: number])[];
  /** Whether the preface and the settings are sent at once; true by default. */
  readonly begins?: boolean;
  /** Whether SETTINGS and PING are acknowledged; true by default. */
  readonly acknowledges?: boolean;
  /** Whether windows are opened again for what has come; true by default. */
  readonly takes?: boolean;
  /** Whether `frames` holds what has come; true by default. */
  readonly keeps?: boolean;
}

/**
 * A client of HTTP/2 that sends whatever frames it is told to, and knows
 * nothing of what it may. It needs no library of HTTP/2, so it can do what
 * none of them would.
 */
export class RawClient {
  readonly socket: TLSSocket;
  /** What the server has sent, in the order of the wire. */
  readonly frames: RawFrame[] = [];
  /** Resolves when the connection has ended, in whatever way. */
  readonly closed: Promise<void>;
  readonly #options: RawOptions;
  readonly #events = new EventEmitter<{ frame: [] }>().setMaxListeners(0);
  #rest: Buffer = EMPTY;

  constructor(socket: TLSSocket, options: RawOptions = {}) {
    this.socket = socket;
    this.#options = options;
    this.closed = new Promise((resolve) => socket.once("close", () => resolve()));
    socket.on("error", () => socket.destroy());
    socket.on("data", (bytes: Buffer) => this.#read(bytes));
    if (options.begins !== false) this.begin();
  }

  /** Connects to a port of this machine. */
  static async connect(port: number, options: RawOptions = {}): Promise<RawClient> {
    const { host = "127.0.0.1", protocol = "h2" } = options;
    const socket = connectTls({
      port,
      host,
      servername: "localhost",
      ALPNProtocols: [protocol],
      rejectUnauthorized: false,
    });
    socket.setNoDelay();
    await once(socket, "secureConnect");
    return new RawClient(socket, options);
  }

  begin(): void {
    const { settings: given = [] } = this.#options;
    const defaults = [[SETTING.HEADER_TABLE_SIZE, 0]] as const;
    this.write(PREFACE, settings([...defaults, ...given]));
  }

  /** Sends frames together; false when what is sent waits for the server to read. */
  write(...frames: readonly Buffer[]): boolean {
    return frames.length === 0 || (this.socket.writable && this.socket.write(Buffer.concat(frames)));
  }

  /** Resolves when all that was written is with the system. */
  async flushed(): Promise<void> {
    // 'drain' comes only when more was written than the socket holds.
    if (this.socket.writableLength === 0) return;
    await Promise.race([new Promise<void>((resolve) => this.socket.write(EMPTY, () => resolve())), this.closed]);
  }

  /** The first frame that `is` is true for, come already or still to come; rejects when the connection ends before. */
  async next(is: (frame: RawFrame) => boolean): Promise<RawFrame> {
    for (let at = 0; ;) {
      for (; at < this.frames.length; at += 1) {
        const one = this.frames[at];
        if (one !== undefined && is(one)) return one;
      }
      if (this.socket.closed) throw new Error("the connection has ended");
      await Promise.race([once(this.#events, "frame"), this.closed]);
    }
  }

  /** The status of the response on a stream. */
  async status(stream: number): Promise<number> {
    return statusOf(await this.next((one) => one.type === FRAME.HEADERS && one.stream === stream));
  }

  /** When the server has answered all that was sent before. */
  async answersPing(): Promise<void> {
    const before = this.frames.length;
    this.write(ping());
    const isAnswer = (one: RawFrame) => one.type === FRAME.PING && (one.flags & FLAG.ACK) !== 0;
    await this.next((one) => isAnswer(one) && this.frames.indexOf(one) >= before);
  }

  /** Ends the connection without a word. */
  destroy(): void {
    this.socket.destroy();
  }

  #read(bytes: Buffer): void {
    let left = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    while (left.length >= HEADER && left.length >= HEADER + left.readUIntBE(0, 3)) {
      const end = HEADER + left.readUIntBE(0, 3);
      this.#take({
        type: left.readUInt8(3),
        flags: left.readUInt8(4),
        stream: left.readUInt32BE(5) & 0x7fffffff,
        payload: left.subarray(HEADER, end),
      });
      left = left.subarray(end);
    }
    this.#rest = left;
    this.#events.emit("frame");
  }

  #take(one: RawFrame): void {
    const { acknowledges = true, takes = true, keeps = true } = this.#options;
    if (keeps) this.frames.push(one);
    const asks = (one.type === FRAME.SETTINGS || one.type === FRAME.PING) && (one.flags & FLAG.ACK) === 0;
    if (acknowledges && asks) this.write(frame(one.type, FLAG.ACK, 0, one.type === FRAME.PING ? one.payload : EMPTY));
    if (!takes || one.type !== FRAME.DATA || one.payload.length === 0) return;
    this.write(windowUpdate(0, one.payload.length), windowUpdate(one.stream, one.payload.length));
  }
}
