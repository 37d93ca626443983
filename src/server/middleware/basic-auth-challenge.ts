import { sendError } from "../http/error-page.js";
import type { Exchange } from "../http/exchange.js";

/** RFC 7617 §2.1: names and passwords beyond ASCII come in UTF-8. */
const FIELDS = { "www-authenticate": 'Basic realm="h2push", charset="UTF-8"' };

/** 401: asks for a name and a password (RFC 7617 §2). */
export function challenge(exchange: Exchange): undefined {
  return sendError(exchange, 401, "A user name and a password are needed here.", FIELDS);
}
