import type { Duplex } from "node:stream";
import type { Exchange } from "../http/exchange.js";

/** One end of a connection that has left HTTP, with the first bytes that came on it. */
export interface End {
  readonly socket: Duplex;
  readonly head: Buffer;
}

/** How long an end may take for what is on its way when the other has gone (milliseconds). */
const LINGER_MS = 2000;

/** Joins client and upstream both ways until one of them ends, or the server. */
export function tunnel(exchange: Pick<Exchange, "progress">, client: End, upstream: End, closing: AbortSignal): void {
  join(client, upstream);
  join(upstream, client);
  exchange.progress(upstream.head.length);
  upstream.socket.on("data", (bytes: Buffer) => exchange.progress(bytes.length));
  const end = () => client.socket.destroy();
  if (closing.aborted) end();
  // Its client went away before it could be told.
  if (client.socket.destroyed) upstream.socket.destroy();
  closing.addEventListener("abort", end);
  client.socket.once("close", () => closing.removeEventListener("abort", end));
}

function join(from: End, to: End): void {
  to.socket.write(from.head);
  from.socket.pipe(to.socket);
  from.socket.on("error", () => from.socket.destroy());
  from.socket.once("close", () => {
    to.socket.end();
    setTimeout(() => to.socket.destroy(), LINGER_MS).unref();
    to.socket.once("finish", () => to.socket.destroy());
  });
}
