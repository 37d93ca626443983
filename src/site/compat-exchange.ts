import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import type { Connection } from "../server/listen/connection.js";
import { NO_POLICIES } from "../server/http/exchange.js";
import { withoutConnectionFields } from "../server/http/fetch-adapter.js";
import { Http1Exchange } from "../server/http/http1-exchange.js";
import { Http2Exchange } from "../server/http/http2-exchange.js";
import type { ForeignConnections } from "./foreign-connections.js";

/** A request as node:http, node:https and the compatibility API of node:http2 have it. */
export type CompatRequest = IncomingMessage | Http2ServerRequest;
export type CompatResponse = ServerResponse | Http2ServerResponse;

/** One of them, as we answer it. */
export type CompatExchange = CompatHttp1Exchange | CompatHttp2Exchange;

/**
 * The exchange of such a request; undefined when its client has gone.
 *
 * @param target path and query as the client sent them: a framework may have changed `request.url`
 */
export function compatExchange(
  request: CompatRequest,
  response: CompatResponse,
  connections: ForeignConnections,
  target: string,
): CompatExchange | undefined {
  if ("stream" in request && "stream" in response) {
    const connection = request.stream.destroyed ? undefined : connections.ofStream(request.stream);
    return connection && new CompatHttp2Exchange(request, response, connection, target);
  }
  if ("stream" in request || "stream" in response) throw new TypeError("request and response are not of one exchange");
  return new CompatHttp1Exchange(request, response, connections.ofSocket(request.socket), target);
}

/** The values of a field. */
export function policiesOf(field: OutgoingHttpHeaders[string]): readonly string[] {
  return field === undefined ? NO_POLICIES : [field].flat().map(String);
}

/** Fields that are lists, to which we add. */
const LISTS = ["vary", "link"] as const;

/** The fields of a response, on top of those that others have given it before. */
function onTopOf(response: CompatResponse, fields: OutgoingHttpHeaders): OutgoingHttpHeaders {
  if (response.getHeaderNames().length === 0) return fields;
  const given: OutgoingHttpHeaders = response.getHeaders();
  const all = { ...given, ...fields };
  for (const name of LISTS) {
    const [before, ours] = [given[name], fields[name]].map((field) => [field ?? []].flat().join(", "));
    if (before && ours && !ours.includes(before)) all[name] = `${before}, ${ours}`;
  }
  return all;
}

/** A request over HTTP/1.1, and the response that others may have given fields. */
export class CompatHttp1Exchange extends Http1Exchange {
  readonly #given: ServerResponse;

  constructor(request: IncomingMessage, response: ServerResponse, connection: Connection, target: string) {
    super(request, response, connection, undefined, target);
    this.#given = response;
    this.policies = policiesOf(response.getHeader("content-security-policy"));
  }

  override writeHead(status: number, fields: OutgoingHttpHeaders, end: boolean): void {
    super.writeHead(status, onTopOf(this.#given, fields), end);
  }
}

/** A request over HTTP/2. Its response goes on the stream itself, with the fields that others have set before. */
export class CompatHttp2Exchange extends Http2Exchange {
  readonly #response: Http2ServerResponse;

  constructor(
    { stream, headers }: Http2ServerRequest,
    response: Http2ServerResponse,
    connection: Connection,
    target: string,
  ) {
    super(stream, headers, connection, target);
    this.#response = response;
    this.policies = policiesOf(response.getHeader("content-security-policy"));
  }

  override writeHead(status: number, fields: OutgoingHttpHeaders, end: boolean): void {
    const response = this.#response;
    // Who logs the response asks there.
    response.statusCode = status;
    const all = onTopOf(response, fields);
    super.writeHead(status, all === fields ? fields : withoutConnectionFields(all), end);
  }
}
