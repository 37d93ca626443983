/** Types of frames by their number (RFC 9113 §6, RFC 9218 §7.1). */
export const FRAME_TYPES: ReadonlyMap<number, string> = new Map([
  [0, "DATA"],
  [1, "HEADERS"],
  [2, "PRIORITY"],
  [3, "RST_STREAM"],
  [4, "SETTINGS"],
  [5, "PUSH_PROMISE"],
  [6, "PING"],
  [7, "GOAWAY"],
  [8, "WINDOW_UPDATE"],
  [9, "CONTINUATION"],
  [10, "ALTSVC"],
  [12, "ORIGIN"],
  [16, "PRIORITY_UPDATE"],
]);

/** Bits of a frame's flags. ACK is END_STREAM in other types. */
export const FLAG = { ACK: 1, END_STREAM: 1, END_HEADERS: 4, PADDED: 8, PRIORITY: 0x20 } as const;

type NamedFlag = readonly [bit: number, name: string];

const ACK: NamedFlag = [FLAG.ACK, "ACK"];
const END_STREAM: NamedFlag = [FLAG.END_STREAM, "END_STREAM"];
const END_HEADERS: NamedFlag = [FLAG.END_HEADERS, "END_HEADERS"];
const PADDED: NamedFlag = [FLAG.PADDED, "PADDED"];

/** The flags that a type of frame knows. */
const FLAGS: Readonly<Record<string, readonly NamedFlag[]>> = {
  DATA: [END_STREAM, PADDED],
  HEADERS: [END_STREAM, END_HEADERS, PADDED, [FLAG.PRIORITY, "PRIORITY"]],
  SETTINGS: [ACK],
  PUSH_PROMISE: [END_HEADERS, PADDED],
  PING: [ACK],
  CONTINUATION: [END_HEADERS],
};

/** The names of the flags that are set in a frame. */
export const flagNames = (type: string, flags: number): string[] =>
  (FLAGS[type] ?? []).flatMap(([bit, name]) => ((flags & bit) === 0 ? [] : [name]));

const SETTINGS: ReadonlyMap<number, string> = new Map([
  [1, "HEADER_TABLE_SIZE"],
  [2, "ENABLE_PUSH"],
  [3, "MAX_CONCURRENT_STREAMS"],
  [4, "INITIAL_WINDOW_SIZE"],
  [5, "MAX_FRAME_SIZE"],
  [6, "MAX_HEADER_LIST_SIZE"],
  [8, "ENABLE_CONNECT_PROTOCOL"],
  [9, "NO_RFC7540_PRIORITIES"],
]);

/** The name of a setting (RFC 9113 §6.5.2, RFC 8441 §3, RFC 9218 §2.1), or its number. */
export const settingName = (setting: number): string => SETTINGS.get(setting) ?? `0x${setting.toString(16)}`;

const CODES = [
  "NO_ERROR",
  "PROTOCOL_ERROR",
  "INTERNAL_ERROR",
  "FLOW_CONTROL_ERROR",
  "SETTINGS_TIMEOUT",
  "STREAM_CLOSED",
  "FRAME_SIZE_ERROR",
  "REFUSED_STREAM",
  "CANCEL",
  "COMPRESSION_ERROR",
  "CONNECT_ERROR",
  "ENHANCE_YOUR_CALM",
  "INADEQUATE_SECURITY",
  "HTTP_1_1_REQUIRED",
];

/** The name of an error code (RFC 9113 §7), or its number. */
export const errorName = (code: number): string => CODES[code] ?? `0x${code.toString(16)}`;
