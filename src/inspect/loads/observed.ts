import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";
import type { Delivery } from "../../delivery/history.js";
import type { Load } from "./inspected-load.js";

/** A connection, as far as its loads are told. */
export interface ObservedConnection {
  readonly id: number;
  readonly remoteAddress: string | undefined;
  /** When it began (`performance.now()`). */
  readonly opened: number;
  readonly history: { readonly deliveries: readonly Delivery[] };
}

/** A request and its response, as a server sees them. */
export interface ObservedExchange {
  readonly httpVersion: "2" | "1.1";
  readonly connection: ObservedConnection;
  /** `performance.now()`, as is `begun`, which is 0 until the final response has. */
  readonly arrived: number;
  readonly begun: number;
  readonly method: string;
  readonly target: string;
  readonly authority: string;
  readonly fields: IncomingHttpHeaders;
  readonly status: number;
  readonly bytes: number;
  readonly sent: OutgoingHttpHeaders;
  readonly stream:
    | { readonly id?: number | undefined; readonly rstCode: number; readonly aborted: boolean }
    | undefined;
  readonly responseBody: { readonly writableFinished: boolean };
  /** Where the inspector keeps what it knows of it. */
  inspected: InspectedRecord | undefined;
}

/** What is known of a request. Times are those of `performance.now()`. */
export interface InspectedRecord {
  readonly stream: number;
  readonly connection: number;
  readonly method: string;
  readonly target: string;
  readonly by: string;
  readonly isPush: boolean;
  readonly priority: string;
  readonly start: number;
  /** Undefined until it is known to which load it belongs. */
  load: Load | undefined;
  /** The response while it runs; what is below counts when it has ended. */
  running: ObservedExchange | undefined;
  end: number;
  first: number;
  status: number;
  bytes: number;
  encoding: string;
  type: string;
  /** It went to its end. */
  complete: boolean;
  /** Error code of a reset; 0 for none. */
  code: number;
}

/** Characters of a text of the client's that are kept. */
const MAX_TEXT = 1024;

/** A text of the client's, as much of it as is kept: a copy, as a part of a string keeps the whole. */
export const cut = (text: string) =>
  text.length <= MAX_TEXT ? text : Buffer.from(text.slice(0, MAX_TEXT), "utf16le").toString("utf16le");

/** What is known of a request when it arrives, or of a promise when it is made. */
export function openRecord(exchange: ObservedExchange, isPush: boolean): InspectedRecord {
  const { connection, method, target, authority, fields, arrived, stream } = exchange;
  const { referer = "", priority } = fields;
  const origin = `https://${authority}`;
  return {
    stream: stream?.id ?? 0,
    connection: connection.id,
    method: cut(method),
    target: cut(target),
    by: cut(referer.startsWith(`${origin}/`) ? referer.slice(origin.length) : referer),
    isPush,
    priority: typeof priority === "string" ? cut(priority) : "",
    start: arrived,
    load: undefined,
    running: exchange,
    end: 0,
    first: 0,
    status: 0,
    bytes: 0,
    encoding: "",
    type: "",
    complete: false,
    code: 0,
  };
}

/** Writes down how it stands with a response, which has ended by then or still runs. */
export function note(record: InspectedRecord, exchange: ObservedExchange): void {
  const { begun, status, bytes, sent, stream, responseBody } = exchange;
  record.first = begun;
  record.status = status;
  record.bytes = bytes;
  record.encoding = cut(sent["content-encoding"] ?? "");
  record.type = cut(String(sent["content-type"] ?? ""));
  record.code = stream?.rstCode ?? 0;
  record.complete = responseBody.writableFinished && stream?.aborted !== true;
}

/** Characters that a record keeps. */
export const sizeOf = ({ method, target, by, priority, encoding, type }: InspectedRecord) =>
  method.length + target.length + by.length + priority.length + encoding.length + type.length;
