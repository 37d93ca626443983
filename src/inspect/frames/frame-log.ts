import { FieldDecoder, type DecodedField } from "./field-decoder.js";
import { blockIn, contentOf, type FrameContent } from "./frame-content.js";
import { FrameBudget } from "./frame-budget.js";
import { FrameReader, type WireFrame } from "./frame-reader.js";
import { FLAG, flagNames } from "./protocol.js";
import { Windows, type WindowState } from "./windows.js";

/** Who has sent a frame. */
export type Sender = "client" | "server";

/** A frame of a connection, as it is told. */
export interface LoggedFrame extends FrameContent {
  /** From 0, in the order in which they passed. */
  readonly number: number;
  /** Milliseconds since the connection began. */
  readonly time: number;
  readonly from: Sender;
  readonly type: string;
  readonly stream: number;
  /** Bytes of the payload. */
  readonly length: number;
  readonly flags: readonly string[];
  /** What a header block says that ends with this frame. */
  readonly fields?: readonly DecodedField[];
  /** Bytes of that block. */
  readonly block?: number;
  /** Of the windows that it has changed: those for what the server sends, or the client. */
  readonly window?: WindowState & { readonly of: Sender };
}

/** Frames of a connection that are kept; further ones are counted. */
const MAX_FRAMES = 20_000;

/** Bytes of payloads and of fields that are kept of a connection. */
const MAX_BYTES = 8 * 1024 * 1024;

/** Bytes that a frame takes beside its payload and its fields, and a field beside its texts (about). */
const FRAME_BYTES = 400;
const FIELD_BYTES = 100;

/** Fields of one block that are kept. */
const MAX_FIELDS = 200;

/** Bytes of one frame's payload that can be looked at. */
const MAX_PAYLOAD_BYTES = 4096;

/** A header block that needs more can't be read, nor can any after it (bytes). */
const MAX_BLOCK_BYTES = 256 * 1024;

/** One direction: its reader, the state of its HPACK, and the windows for what goes that way. */
interface Direction {
  readonly reader: FrameReader;
  readonly windows: Windows;
  decoder: FieldDecoder | undefined;
  block: Buffer[];
}

/** A header block: its fields, where it could be read, and its bytes. */
interface Block {
  readonly fields: readonly DecodedField[] | undefined;
  readonly block: number;
}

/** The frames of one connection in both directions, read from its first byte on. */
export class FrameLog {
  readonly frames: LoggedFrame[] = [];
  readonly #payloads: Buffer[] = [];
  readonly #directions: Readonly<Record<Sender, Direction>>;
  readonly #now: () => number;
  readonly #dataBytes = new Map<number, number>();
  readonly #budget: FrameBudget;
  /** Bytes of payloads and fields. */
  #kept = 0;
  /** Bytes of the budget. */
  #taken = 0;
  #isReleased = false;
  #omitted = 0;

  /**
   * @param now milliseconds since the connection began
   * @param budget what it shares with others
   */
  constructor(now: () => number, budget = new FrameBudget(Infinity)) {
    this.#now = now;
    this.#budget = budget;
    this.#directions = { client: this.#direction("client"), server: this.#direction("server") };
  }

  /** Bytes that have passed. Never throws. */
  push(from: Sender, bytes: Buffer): void {
    this.#directions[from].reader.push(bytes);
  }

  /** Frames that have passed and are not kept. */
  get omitted(): number {
    return this.#omitted;
  }

  /** Bytes that it takes, about. */
  get size(): number {
    return this.#taken;
  }

  /** Nobody asks for it any more: what it took is for others, and nothing more is kept. */
  release(): void {
    this.#isReleased = true;
    this.#budget.give(this.#taken);
    this.#taken = 0;
  }

  /** Whether everything that passed could be read as frames. */
  get isReadable(): boolean {
    return this.#directions.client.reader.isReadable && this.#directions.server.reader.isReadable;
  }

  /** The beginning of a frame's payload; undefined when it is not kept. */
  payload(number: number): Buffer | undefined {
    return this.#payloads[number];
  }

  /** Bytes of content that the server has sent on a stream. */
  dataBytes(stream: number): number {
    return this.#dataBytes.get(stream) ?? 0;
  }

  #direction(from: Sender): Direction {
    return {
      reader: new FrameReader(from, (frame) => this.#passed(from, frame)),
      windows: new Windows(),
      decoder: new FieldDecoder(),
      block: [],
    };
  }

  #passed(from: Sender, frame: WireFrame): void {
    const content = readContent(frame);
    const window = this.#windowAfter(from, frame, content);
    const decoded = this.#decode(this.#directions[from], frame);
    if (from === "server" && content.data !== undefined) this.#count(frame.stream, content.data);
    if (this.frames.length >= MAX_FRAMES || !this.#take(FRAME_BYTES + sizeOf(content))) return void this.#omitted++;
    const { type, stream, payload } = frame;
    this.#keep(payload);
    this.frames.push({
      number: this.frames.length,
      time: this.#now(),
      from,
      type,
      stream,
      length: payload.length,
      flags: flagNames(type, frame.flags),
      ...content,
      ...this.#keptFields(decoded?.fields),
      ...(decoded === undefined ? {} : { block: decoded.block }),
      ...(window === undefined ? {} : { window }),
    });
  }

  #count(stream: number, bytes: number): void {
    if (this.#dataBytes.size < MAX_FRAMES) this.#dataBytes.set(stream, this.dataBytes(stream) + bytes);
  }

  /** A copy: the bytes are part of a larger piece, which would stay. */
  #keep(payload: Buffer): void {
    const length = Math.min(payload.length, MAX_PAYLOAD_BYTES);
    if (this.#hasRoom(length)) this.#payloads[this.frames.length] = Buffer.from(payload.subarray(0, length));
  }

  /** Whether so many bytes of a payload or of fields can be kept: they are taken then. */
  #hasRoom(bytes: number): boolean {
    if (this.#kept + bytes > MAX_BYTES || !this.#take(bytes)) return false;
    this.#kept += bytes;
    return true;
  }

  #take(bytes: number): boolean {
    if (this.#isReleased || !this.#budget.take(bytes)) return false;
    this.#taken += bytes;
    return true;
  }

  #windowAfter(from: Sender, { type, stream, payload }: WireFrame, content: FrameContent): LoggedFrame["window"] {
    const other = from === "client" ? "server" : "client";
    if (type === "SETTINGS") this.#directions[other].windows.settled(content);
    if (type === "DATA") return { of: from, ...this.#directions[from].windows.sent(stream, payload.length) };
    if (type !== "WINDOW_UPDATE") return undefined;
    return { of: other, ...this.#directions[other].windows.opened(stream, content) };
  }

  /** A few octets can stand for many long fields: these count as if each were written out. */
  #keptFields(all: readonly DecodedField[] = []): Pick<LoggedFrame, "fields"> {
    const fields = all.slice(0, MAX_FIELDS);
    const bytes = fields.reduce((sum, { plain }) => sum + FIELD_BYTES + plain, 0);
    return fields.length > 0 && this.#hasRoom(bytes) ? { fields } : {};
  }

  /** A header block may go on in CONTINUATION frames (RFC 9113 §4.3). */
  #decode(direction: Direction, frame: WireFrame): Block | undefined {
    const part = direction.decoder && readBlock(frame);
    if (part === undefined) return undefined;
    direction.block.push(part);
    const block = Buffer.concat(direction.block);
    if (block.length > MAX_BLOCK_BYTES) direction.decoder = undefined;
    if ((frame.flags & FLAG.END_HEADERS) === 0) return undefined;
    direction.block = [];
    try {
      return { fields: direction.decoder?.decode(block), block: block.length };
    } catch {
      direction.decoder = undefined;
      return { fields: undefined, block: block.length };
    }
  }
}

const sizeOf = ({ settings = {}, text = "" }: FrameContent) => Object.keys(settings).length * FIELD_BYTES + text.length;

/** A frame that is broken says nothing: it is still a frame, and its connection ends by it. */
function readContent(frame: WireFrame): FrameContent {
  try {
    return contentOf(frame);
  } catch {
    return {};
  }
}

function readBlock(frame: WireFrame): Buffer | undefined {
  try {
    return blockIn(frame);
  } catch {
    return undefined;
  }
}
