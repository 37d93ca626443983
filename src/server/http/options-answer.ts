import type { Exchange } from "./exchange.js";

/** Says what can be asked of a file, or of the server where the target is "*" (RFC 9110 §9.3.7). */
export function answerOptions(exchange: Exchange): undefined {
  exchange.head(204, { allow: "GET, HEAD, OPTIONS" }, true);
}
