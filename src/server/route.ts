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
}

/**
 * Answers a request, or leaves it to the next route, and in the end to the
 * files, by returning undefined. `request.signal` is aborted when the client
 * goes away. A response's `Link` fields are delivered like a page's own.
 */
export type Route = (request: Request, context: RouteContext) => Response | undefined | Promise<Response | undefined>;
