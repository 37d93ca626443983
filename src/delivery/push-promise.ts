import { constants, type IncomingHttpHeaders, type OutgoingHttpHeaders, type ServerHttp2Stream } from "node:http2";
import { errorOf } from "../errors.js";
import type { Destination } from "../manifest/destination.js";

/** Node's words for "the client takes no push (now)": each is a normal outcome. */
const declined = new Set([
  "ERR_HTTP2_PUSH_DISABLED",
  "ERR_HTTP2_NESTED_PUSH",
  "ERR_HTTP2_INVALID_STREAM",
  "ERR_HTTP2_INVALID_SESSION",
  "ERR_HTTP2_GOAWAY_SESSION",
  "ERR_HTTP2_OUT_OF_STREAMS",
  "ERR_HTTP2_STREAM_CANCEL",
]);

/** Of the client's own fields those that select a representation without naming the user. */
const inherited = ["user-agent", "accept-encoding", "accept-language", "cache-control"] as const;

/**
 * The request that a promise stands for (RFC 9113 §8.4.1): what the client
 * would have asked, with the fields that its request for the page shows.
 */
export function promisedRequest(page: IncomingHttpHeaders, target: string, as: Destination): IncomingHttpHeaders {
  const request: IncomingHttpHeaders = {
    [constants.HTTP2_HEADER_METHOD]: "GET",
    [constants.HTTP2_HEADER_SCHEME]: "https",
    [constants.HTTP2_HEADER_AUTHORITY]: page[constants.HTTP2_HEADER_AUTHORITY] ?? page.host ?? "",
    [constants.HTTP2_HEADER_PATH]: target,
    accept: acceptOf(as),
  };
  for (const name of inherited) {
    const value = page[name];
    if (value !== undefined) request[name] = value;
  }
  return request;
}

/** What browsers send for a destination (Fetch §4.1, step 13). */
const accepted: Partial<Record<Destination, string>> = {
  document: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
  image: "image/avif,image/webp,image/*,*/*;q=0.8",
  json: "application/json,*/*;q=0.5",
  style: "text/css,*/*;q=0.1",
};

/** The `accept` of a request for a destination. */
export const acceptOf = (as: Destination): string => accepted[as] ?? "*/*";

/**
 * Sends PUSH_PROMISE for a request and returns the promised stream, or
 * undefined when the client does not take pushes (any more).
 *
 * A client that declines is not an error: it has the response already, or
 * wants no more. Anything else goes to `report`, never to the parent stream,
 * whose own response must not suffer for it.
 */
export function promise(
  parent: ServerHttp2Stream,
  request: OutgoingHttpHeaders,
  report: (error: Error) => void,
): Promise<ServerHttp2Stream | undefined> {
  return new Promise((resolve) => {
    const fail = (error: Error) => {
      if (!("code" in error && declined.has(String(error.code)))) report(error);
      resolve(undefined);
    };
    try {
      parent.pushStream(request, (error, stream) => {
        if (error !== null) {
          fail(error);
          return;
        }
        // A cancelled push may still emit an 'error'; the rest is told by 'close' and its code.
        stream.on("error", () => undefined);
        resolve(stream);
      });
    } catch (error) {
      fail(errorOf(error));
    }
  });
}
