import type { Delivery } from "../delivery/history.js";

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
  /**
   * Sends `Link` values ahead of the response, in a 103 (RFC 8297), where
   * that helps: a navigation over HTTP/2, with a certificate that is trusted
   * or under `delivery: "hints"`, and once for a response.
   *
   * @returns whether it was sent
   * @throws {TypeError} when a value has characters that a field can't hold
   */
  earlyHints(links: string | readonly string[]): boolean;
}

/**
 * Answers a request, or leaves it to the next route, and in the end to the
 * files, by returning undefined. `request.signal` is aborted when the client
 * goes away. A response's `Link` fields are delivered like a page's own.
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

/** The first answer that a route has for the request. Rejects when a route throws. */
export async function askRoutes(
  routes: readonly Route[],
  request: Request,
  context: RouteContext,
): Promise<Response | undefined> {
  for (const route of routes) {
    const response = await route(request, context);
    if (response !== undefined) return response;
  }
  return undefined;
}
