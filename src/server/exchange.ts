import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import { constants, type ServerHttp2Stream } from "node:http2";
import type { Readable, Writable } from "node:stream";
import { readPriority } from "../delivery/priority.js";
import { pushEnabled, waitsAlone, type Connection } from "./connection.js";
import type { RouteContext } from "./route.js";

/** One request, and the means to answer it: the same over both versions of HTTP. */
export interface Exchange {
  readonly httpVersion: "2" | "1.1";
  readonly connection: Connection;
  readonly method: string;
  /** Origin-form request target: path and query, as on the wire. */
  readonly target: string;
  /** `:authority` or `host`; "" when the request has neither. */
  readonly authority: string;
  readonly fields: IncomingHttpHeaders;
  /** The content of the request. */
  readonly content: Readable;
  /** Where the content of the response goes. */
  readonly body: Writable;
  /** The stream over HTTP/2: what a push is promised on. */
  readonly stream: ServerHttp2Stream | undefined;
  readonly pushEnabled: boolean;
  /** Content bytes that the client has taken. */
  readonly bytes: number;
  /** Counts content bytes. */
  readonly progress: (bytes: number) => void;
  /** Status of the final response; 0 until it has been sent. */
  readonly status: number;
  /** Sends status and fields; with `end`, nothing follows them. Does nothing when the client has gone. */
  head(status: number, fields: OutgoingHttpHeaders, end: boolean): void;
  /** Waits until so many bytes may be written; what it resolves with is called when they were taken. */
  admit(bytes: number): Promise<() => void>;
  /** Lets no other response of the same urgency in between, whatever the client says of it. */
  sendWhole(): void;
}

export function http2Exchange(
  stream: ServerHttp2Stream,
  fields: IncomingHttpHeaders,
  connection: Connection,
): Exchange {
  let bytes = 0;
  const { priority } = fields;
  const writer = {
    priority: readPriority(typeof priority === "string" ? priority : undefined),
    waitsAlone: () => waitsAlone(connection, stream, bytes),
  };
  return {
    httpVersion: "2",
    connection,
    method: String(fields[constants.HTTP2_HEADER_METHOD] ?? ""),
    target: String(fields[constants.HTTP2_HEADER_PATH] ?? ""),
    authority: String(fields[constants.HTTP2_HEADER_AUTHORITY] ?? fields.host ?? ""),
    fields,
    content: stream,
    body: stream,
    stream,
    get pushEnabled() {
      return pushEnabled(stream);
    },
    get bytes() {
      return bytes;
    },
    progress(more) {
      bytes += more;
    },
    get status() {
      return Number(stream.sentHeaders?.[constants.HTTP2_HEADER_STATUS] ?? 0);
    },
    head(status, response, end) {
      if (stream.destroyed || stream.closed) return;
      stream.respond({ [constants.HTTP2_HEADER_STATUS]: status, ...response }, { endStream: end });
    },
    admit: (bytes) => connection.writes.admit(writer, bytes),
    sendWhole() {
      writer.priority = { ...writer.priority, incremental: false };
    },
  };
}

export function http1Exchange(request: IncomingMessage, response: ServerResponse, connection: Connection): Exchange {
  let bytes = 0;
  return {
    httpVersion: "1.1",
    connection,
    method: request.method ?? "",
    target: originForm(request.url ?? ""),
    authority: request.headers.host ?? "",
    fields: request.headers,
    content: request,
    body: response,
    stream: undefined,
    pushEnabled: false,
    get bytes() {
      return bytes;
    },
    progress(more) {
      bytes += more;
    },
    get status() {
      return response.headersSent ? response.statusCode : 0;
    },
    head(status, fields, end) {
      if (response.destroyed) return;
      response.writeHead(status, fields);
      if (end) response.end();
    },
    // Over HTTP/1.1 one response follows the other anyway.
    admit: () => Promise.resolve(() => undefined),
    sendWhole: () => undefined,
  };
}

/** Aborted when the client goes away, or has its response. */
export function goneSignal({ body }: Exchange): AbortSignal {
  const gone = new AbortController();
  body.once("close", () => gone.abort());
  return gone.signal;
}

/** What a route is told of an exchange. */
export function contextOf(exchange: Exchange, earlyHints: RouteContext["earlyHints"]): RouteContext {
  const { httpVersion, connection, pushEnabled } = exchange;
  return { httpVersion, connection: connection.id, pushEnabled, deliveries: connection.history.deliveries, earlyHints };
}

/** A client may send the absolute form (RFC 9112 §3.2.2); a server has to take it. */
const originForm = (target: string) => target.replace(/^https?:\/\/[^/?#]*/i, "") || "/";
