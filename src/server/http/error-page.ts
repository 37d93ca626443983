import type { OutgoingHttpHeaders } from "node:http";
import type { Exchange } from "./exchange.js";
import { escapeHtml } from "../../io/text/escape-html.js";
import { page } from "./html-page.js";

const reasons: Readonly<Record<number, string>> = {
  400: "Bad request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not found",
  405: "Method not allowed",
  412: "Precondition failed",
  416: "Range not satisfiable",
  421: "Misdirected request",
  500: "Internal server error",
  502: "Bad gateway",
  503: "Service unavailable",
  504: "Gateway timeout",
  508: "Loop detected",
};

/** Sends a small page for a status of 400 or more. `detail` is shown as text. */
export function sendError(
  exchange: Exchange,
  status: number,
  detail: string,
  fields: OutgoingHttpHeaders = {},
): undefined {
  sendPage(exchange, status, errorPage(status, detail), fields);
}

/** A small page for a status of 400 or more. `detail` is shown as text. */
export function errorPage(status: number, detail: string): Buffer {
  const title = `${status} ${reasons[status] ?? ""}`.trim();
  return page(title, `<h1>${title}</h1>\n<p>${escapeHtml(detail)}</p>`);
}

/** Sends a page that was made here. */
export function sendPage(
  exchange: Exchange,
  status: number,
  content: Buffer,
  fields: OutgoingHttpHeaders = {},
): undefined {
  const bare = exchange.method === "HEAD";
  const common = {
    "content-type": "text/html; charset=utf-8",
    "content-length": content.length,
    "cache-control": "no-cache",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
    "x-content-type-options": "nosniff",
  };
  exchange.writeHead(status, { ...common, ...fields }, bare);
  if (!bare) exchange.responseBody.end(content, () => exchange.progress(content.length));
}
