import { sendError } from "../http/error-page.js";
import type { Step } from "../step.js";
import { challenge } from "./basic-auth-challenge.js";

/** Asks for a name and a password, where one is needed: by `--auth`, or by a rule. */
export const password: Step = (exchange, { rules }) => {
  if (rules.unknown) return sendError(exchange, 503, "The rules of this site can't be read.", { "retry-after": "1" });
  return exchange.rules.isRefused ? challenge(exchange) : "next";
};
