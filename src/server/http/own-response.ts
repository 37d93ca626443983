import type { Connections } from "../listen/connections.js";
import { sendError } from "./error-page.js";
import type { Exchange } from "./exchange.js";
import { responseFields, sendContent } from "./fetch-adapter.js";

/** The server that a response of its own goes out from. */
interface Sender {
  readonly connections: Pick<Connections, "idly">;
  /** Aborted when the server begins to close. */
  readonly closing: AbortSignal;
}

/** Answers a GET or HEAD for something that is the server's own, and no part of the site; others get 405. */
export async function sendOwn(
  exchange: Exchange,
  { connections, closing }: Sender,
  make: () => Response,
): Promise<undefined> {
  const { method } = exchange;
  if (method !== "GET" && method !== "HEAD") {
    return sendError(exchange, 405, `${method} is not possible here.`, { allow: "GET, HEAD" });
  }
  const response = make();
  const bare = method === "HEAD";
  exchange.writeHead(response.status, responseFields(response), bare);
  if (bare) {
    await response.body?.cancel();
    return undefined;
  }
  // An open page is no request that others would have to wait for.
  await connections.idly(exchange.connection, () =>
    sendContent(response, exchange, closing, (bytes) => exchange.progress(bytes)),
  );
  return undefined;
}
