import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Delivery } from "../delivery/history.js";
import type { Progress } from "../static/respond.js";
import type { Exchange } from "./exchange.js";

/** What a route is told beside the request. */
export interface RouteContext {
  /** "2" over HTTP/2, "1.1" over HTTP/1.1. */
  readonly httpVersion: "2" | "1.1";
  /** Number of the connection, from 1, for as long as the server runs. */
  readonly connection: number;
  /** Whether this client takes pushes at this moment (SETTINGS_ENABLE_PUSH, RFC 9113 §6.5.2). */
  readonly pushEnabled: boolean;
  /** The latest pages that this connection was given, oldest first, 100 at most. */
  readonly deliveries: readonly Delivery[];
}

/**
 * Answers a request, or leaves it to the next route, and in the end to the
 * files, by returning undefined. `request.signal` is aborted when the client
 * goes away. A response's `Link` fields are delivered like a page's own.
 */
export type Route = (request: Request, context: RouteContext) => Response | undefined | Promise<Response | undefined>;

/** The first answer that a route has for the request. Rejects when a route throws. */
export async function askRoutes(routes: readonly Route[], exchange: Exchange): Promise<Response | undefined> {
  if (routes.length === 0) return undefined;
  const request = toRequest(exchange);
  if (request === undefined) return undefined;
  const { httpVersion, connection } = exchange;
  const context = {
    httpVersion,
    connection: connection.id,
    pushEnabled: exchange.pushEnabled,
    deliveries: connection.history.deliveries,
  };
  for (const route of routes) {
    const response = await route(request, context);
    if (response !== undefined) return response;
  }
  return undefined;
}

/** The request as the Fetch standard has it, or undefined when it can't be expressed there (TRACE, a broken host). */
function toRequest({ method, authority, target, fields, content, body }: Exchange): Request | undefined {
  const gone = new AbortController();
  body.once("close", () => gone.abort());
  const headers = new Headers();
  for (const [name, value] of Object.entries(fields)) {
    if (name.startsWith(":") || value === undefined) continue;
    for (const line of Array.isArray(value) ? value : [value]) headers.append(name, line);
  }
  const init: RequestInit = { method, headers, signal: gone.signal };
  if (method !== "GET" && method !== "HEAD") Object.assign(init, { body: Readable.toWeb(content), duplex: "half" });
  try {
    return new Request(`https://${authority}${target}`, init);
  } catch {
    return undefined;
  }
}

/** Fields that speak of a connection of HTTP/1.1 and are an error over HTTP/2 (RFC 9113 §8.2.2). */
const connectionFields = new Set(["connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"]);

/** The fields of a route's response, `link` left out: those are delivered. */
export function responseFields(response: Response): Record<string, string | string[]> {
  const fields: Record<string, string | string[]> = {};
  for (const [name, value] of response.headers) {
    if (!connectionFields.has(name) && name !== "link" && name !== "set-cookie") fields[name] = value;
  }
  const cookies = response.headers.getSetCookie();
  if (cookies.length > 0) fields["set-cookie"] = cookies;
  return fields;
}

/**
 * Sends the content of a route's response, piece by piece as it comes. A
 * stream of events ends by itself never: it ends with the server.
 *
 * @throws when the client goes away or the route's stream fails
 */
export async function sendContent(
  response: Response,
  { body }: Exchange,
  closing: AbortSignal,
  progress: Progress,
): Promise<void> {
  if (response.body === null) return;
  const reader = response.body.getReader();
  const cancel = () => void reader.cancel().catch(() => undefined);
  const endless = response.headers.get("content-type")?.startsWith("text/event-stream") === true;
  // A reader that waits for the next piece would not notice that its client has gone.
  body.once("close", cancel);
  if (endless) closing.addEventListener("abort", cancel);
  try {
    await pipeline(pieces(reader, progress), body);
  } finally {
    closing.removeEventListener("abort", cancel);
    cancel();
  }
}

async function* pieces(reader: ReadableStreamDefaultReader<Uint8Array>, progress: Progress) {
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
    progress(value.byteLength);
  }
}
