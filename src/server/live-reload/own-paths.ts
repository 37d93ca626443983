import { sendError } from "../http/error-page.js";
import { isFromOtherOrigin } from "../middleware/other-origin.js";
import { challenge } from "../middleware/password.js";
import type { Step } from "../context.js";

/** Live reload's own paths. What happens to a page is told to those who may see it. */
export const ownPaths: Step = (exchange, { live, rules }) => {
  if (live?.owns(exchange.target) !== true) return "next";
  const target = live.pageOf(exchange.target);
  const { method, authority, fields } = exchange;
  if (target !== undefined && isFromOtherOrigin(method, fields, authority)) {
    return sendError(exchange, 403, "This is for the pages of this server.");
  }
  if (target !== undefined && rules.of({ target, authority, fields }).isRefused) return challenge(exchange);
  return live.answer(exchange);
};
