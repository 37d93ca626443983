import type { Step } from "../step.js";
import { sendError } from "./error-page.js";
import type { Exchange } from "./exchange.js";

/** Says what can be asked of a file, or of the server where the target is "*" (RFC 9110 §9.3.7). */
export function answerOptions(exchange: Exchange): undefined {
  exchange.head(204, { allow: "GET, HEAD, OPTIONS" }, true);
}

/** `OPTIONS *`. */
export const optionsOfServer: Step = (exchange) =>
  exchange.method === "OPTIONS" && exchange.target === "*" ? answerOptions(exchange) : "next";

/** What comes after this has a path. */
export const pathOnly: Step = (exchange) =>
  exchange.target.startsWith("/") ? "next" : sendError(exchange, 400, "This request has no path.");
