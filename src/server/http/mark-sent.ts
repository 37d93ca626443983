import type { Exchange } from "./exchange.js";

/** Remembers that the connection carries this version of the target, unless it gets lost on the way. */
export async function markingSent<T>(
  { method, target, connection: { history } }: Exchange,
  etag: string | null,
  send: () => Promise<T>,
): Promise<T> {
  if (method !== "GET" || etag === null) return send();
  history.carried(target, etag);
  try {
    return await send();
  } catch (error) {
    history.lost(target, etag);
    throw error;
  }
}
