import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";
import type { ServerHttp2Stream } from "node:http2";
import type { Delivery } from "../delivery/history.js";
import { isNavigation } from "../delivery/navigation.js";
import { errorOf } from "../errors.js";
import type { Site } from "../server/context.js";
import type { Connection } from "../server/listen/connection.js";
import { isOver, type Exchange } from "../server/http/exchange.js";
import { Http2Exchange } from "../server/http/http2-exchange.js";
import { EarlyHints } from "../server/page-delivery/early-hints.js";
import type { RequestRecord } from "../server/request-record.js";
import { beginRequest, whenAnswered } from "../server/request-lifecycle.js";
import { bytesOf, contentOf, type Content, type PageContent } from "./page-content.js";
import { deliverOwnPage } from "./own-page.js";
import { sitePage } from "./mounted-needs.js";
import { hintValues } from "./site-links.js";

/** One's own page on its way: what it needs is known, its content not yet. */
export interface OwnDelivery {
  /**
   * Sends the page with what it needs: promises first, then the page with its
   * `Link`, then the pushes, in our order. Whatever the client does meanwhile is
   * no error.
   *
   * @param fields of the response; `:status` is 200 without it
   * @returns what went with it when that has been sent; undefined when the client went away
   */
  send(fields: OutgoingHttpHeaders, content: Content): Promise<Delivery | undefined>;
}

/** @param connection undefined when the client has gone */
export function beginOwnDelivery(
  site: Site,
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  {
    connection,
    page,
    onRequest,
  }: {
    readonly connection: Connection | undefined;
    readonly page: string | undefined;
    readonly onRequest: ((record: RequestRecord) => void) | undefined;
  },
): OwnDelivery {
  // What ends a stream is told by its 'close'.
  stream.on("error", () => undefined);
  if (connection === undefined) return { send: () => Promise.resolve(undefined) };
  const exchange = new Http2Exchange(stream, headers, connection);
  const observed = beginRequest(site, exchange, onRequest);
  const hinted = hintAhead(site, exchange, page).catch((error: unknown) => site.report(errorOf(error)));
  return {
    async send(fields, content) {
      await hinted;
      const { ":status": status = 200, ...rest } = fields;
      const own = { status: Number(status), fields: lowerCase(rest), content: contentOf(content) };
      const delivering = deliverOwnPage(site, exchange, own, page);
      feed(own.content, content);
      await whenAnswered(site, exchange, delivering, observed);
      return delivering.catch(() => undefined);
    },
  };
}

/** A 103 for a page whose content nobody knows yet. */
async function hintAhead(site: Site, exchange: Exchange, page: string | undefined): Promise<void> {
  if (!site.hintsHelp || !isNavigation(exchange)) return;
  const client = { userAgent: exchange.fields["user-agent"] ?? "", csp: [] };
  const known = await sitePage(site, page ?? exchange.target, client);
  if (known === undefined || isOver(exchange)) return;
  const values = hintValues(site, exchange.target, known);
  if (values.length > 0) new EarlyHints(exchange, site).send(values);
}

/** Hands on what comes piece by piece; a failure ends the response. */
function feed(page: PageContent, content: Content): void {
  if (typeof content === "string" || content instanceof Uint8Array) return;
  const write = async () => {
    for await (const chunk of content) {
      await new Promise<void>((taken) => page.push(bytesOf(chunk), taken));
      // The client has gone: what makes the rest is ended.
      if (page.isDiscarded) return;
    }
    page.end();
  };
  write().catch((error: unknown) => page.fail(errorOf(error)));
}

const lowerCase = (fields: OutgoingHttpHeaders): OutgoingHttpHeaders =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name.toLowerCase(), value]));
