import { H2PushError } from "../../errors.js";
import type { Delivery } from "../../delivery/history.js";
import type { AcceptedWebSocket, WebSocketOptions } from "./web-socket.js";

/** What a route is told beside the request. */
export interface RouteContext {
  /** "2" over HTTP/2, "1.1" over HTTP/1.1. */
  readonly httpVersion: "2" | "1.1";
  /** Number of the connection, from 1, for as long as the server runs. */
  readonly connection: number;
  /**
   * IP address of the client, an IPv4 one without `::ffff:`; undefined over a Unix domain socket. Behind another
   * server it is that server's.
   */
  readonly remoteAddress: string | undefined;
  /** Whether this client takes pushes at this moment (SETTINGS_ENABLE_PUSH, RFC 9113 §6.5.2). */
  readonly pushEnabled: boolean;
  /** The latest pages that this connection was given, oldest first, 100 at most. */
  readonly deliveries: readonly Delivery[];
  /**
   * Sends `Link` values ahead of the response, in a 103 (RFC 8297), where
   * that helps: a navigation over HTTP/2, with a certificate that is trusted
   * or under `delivery: "hints"`, and once for a response.
   *
   * @returns whether it was sent
   * @throws {TypeError} when a value has characters that a field can't hold
   */
  earlyHints(links: string | readonly string[]): boolean;
  /**
   * Accepts a WebSocket, over HTTP/1.1 (RFC 6455) or HTTP/2 (RFC 8441); return
   * its `response`. Only there when the request is a handshake. One by a page
   * of another origin is answered 403, and no route is asked.
   */
  readonly upgradeWebSocket?: (options?: WebSocketOptions) => AcceptedWebSocket;
}

/**
 * Answers a request, or leaves it to the next route, and in the end to the
 * files, by returning undefined. `request.signal` is aborted when the client
 * goes away. A response's `Link` fields are delivered like a page's own.
 * What it throws, and an answer that is no unread Response (null, a text),
 * goes to `onError`, and the client gets 500.
 */
export interface Route {
  (request: Request, context: RouteContext): Response | undefined | Promise<Response | undefined>;
  /**
   * Says of a request target (path and query) that a GET for it is answered,
   * without answering: what pages refer to there is not told as missing. It is
   * asked often, and must be quick.
   */
  readonly answers?: (target: string) => boolean;
}

/**
 * The first answer that a route has for the request.
 *
 * @throws what a route throws, and H2PushError "route" for an answer that is none
 */
export async function askRoutes(
  routes: readonly Route[],
  request: Request,
  context: RouteContext,
): Promise<Response | undefined> {
  for (const route of routes) {
    const response: unknown = await route(request, context);
    if (response !== undefined) return checkAnswer(response, request);
  }
  return undefined;
}

function checkAnswer(answer: unknown, { method, url }: Request): Response {
  const wrong = (what: string, hint: string) =>
    new H2PushError("route", `a route returned ${what}: ${method} ${new URL(url).pathname}`, hint);
  if (!isResponse(answer)) {
    throw wrong(
      `${kindOf(answer)} instead of a Response`,
      "return new Response(…) or Response.json(…), or undefined to leave it",
    );
  }
  if (answer.bodyUsed || answer.body?.locked === true) {
    throw wrong("a Response that has been read", "make a new one for each request, or return response.clone()");
  }
  if (answer.type === "error") throw wrong("Response.error()", "return a Response with a status");
  return answer;
}

/** Other implementations of Fetch have classes of their own. */
function isResponse(value: unknown): value is Response {
  return value instanceof Response || kindOf(value) === "Response";
}

/** "String", "Null", "Object", and the like. */
const kindOf = (value: unknown) => Object.prototype.toString.call(value).slice(8, -1);
