import { errorName, FLAG, settingName } from "./protocol.js";
import type { WireFrame } from "./frame-reader.js";

/** What a frame says beside its fields, in numbers and words; absent where its type has no such part. */
export interface FrameContent {
  /** Bytes of content in DATA, padding left out. */
  readonly data?: number;
  /** SETTINGS by their names. */
  readonly settings?: Readonly<Record<string, number>>;
  /** Error code of RST_STREAM and GOAWAY. */
  readonly code?: string;
  /** Last stream that GOAWAY answers for. */
  readonly lastStream?: number;
  /** Stream that PUSH_PROMISE reserves, or PRIORITY_UPDATE is about. */
  readonly about?: number;
  /** Bytes that WINDOW_UPDATE adds. */
  readonly increment?: number;
  /** Value of PRIORITY_UPDATE, opaque data of PING (hexadecimal), debug data of GOAWAY. */
  readonly text?: string;
}

/** Settings of one frame that are told; a server ends a connection that sends more. */
const MAX_SETTINGS = 64;

/** Characters of a text that a peer chose. */
const MAX_TEXT = 200;

/**
 * Reads the payload of a frame (RFC 9113 §6).
 *
 * @throws {RangeError} for one that is too short for its type
 */
export function contentOf({ type, flags, payload }: WireFrame): FrameContent {
  switch (type) {
    case "DATA":
      return { data: withoutPadding(payload, flags).length };
    case "SETTINGS":
      return (flags & FLAG.ACK) === 0 ? { settings: readSettings(payload) } : {};
    case "RST_STREAM":
      return { code: errorName(payload.readUInt32BE()) };
    case "GOAWAY":
      return {
        lastStream: streamAt(payload, 0),
        code: errorName(payload.readUInt32BE(4)),
        ...(payload.length > 8 ? { text: textOf(payload.subarray(8)) } : {}),
      };
    case "PUSH_PROMISE":
      return { about: streamAt(withoutPadding(payload, flags), 0) };
    case "PRIORITY_UPDATE":
      return { about: streamAt(payload, 0), text: textOf(payload.subarray(4)) };
    case "WINDOW_UPDATE":
      return { increment: streamAt(payload, 0) };
    case "PING":
      return { text: payload.toString("hex", 0, 8) };
    default:
      return {};
  }
}

/** The part of a header block that a frame carries; undefined for a frame that carries none. */
export function blockIn({ type, flags, payload }: WireFrame): Buffer | undefined {
  if (type === "CONTINUATION") return payload;
  if (type === "PUSH_PROMISE") return withoutPadding(payload, flags).subarray(4);
  if (type !== "HEADERS") return undefined;
  // A dependency and a weight, which RFC 9113 §5.3.2 has deprecated.
  return withoutPadding(payload, flags).subarray((flags & FLAG.PRIORITY) === 0 ? 0 : 5);
}

function withoutPadding(payload: Buffer, flags: number): Buffer {
  if ((flags & FLAG.PADDED) === 0) return payload;
  return payload.subarray(1, Math.max(1, payload.length - payload.readUInt8()));
}

function readSettings(payload: Buffer): Record<string, number> {
  const settings: Record<string, number> = {};
  for (let at = 0; at + 6 <= payload.length && at < 6 * MAX_SETTINGS; at += 6) {
    settings[settingName(payload.readUInt16BE(at))] = payload.readUInt32BE(at + 2);
  }
  return settings;
}

/** 31 bits behind a reserved one. */
const streamAt = (payload: Buffer, at: number) => payload.readUInt32BE(at) & 0x7fffffff;

const textOf = (bytes: Buffer) => bytes.toString("latin1", 0, MAX_TEXT);
