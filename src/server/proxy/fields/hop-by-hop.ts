import type { IncomingHttpHeaders } from "node:http";
import { namedBy } from "../../http/fetch-adapter.js";

/** Fields that speak of one connection alone (RFC 9110 §7.6.1) or of its protocol (RFC 9113 §8.2.2). */
const HOP_BY_HOP = new Set([
  "connection",
  "http2-settings",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authentication-info",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/**
 * The fields of a message that go on to the next connection.
 *
 * @param connection those that its `connection` field names stay behind: that of the head, for its trailers
 */
export function endToEnd(
  fields: IncomingHttpHeaders,
  connection = fields.connection,
): Record<string, string | string[]> {
  const named = namedBy(connection);
  const passed: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined || name.startsWith(":")) continue;
    if (!HOP_BY_HOP.has(name) && !named.has(name)) passed[name] = value;
  }
  return passed;
}
