import type { Http2Bindings, HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { MiddlewareHandler } from "hono";
import type { OpenSite } from "../site/open-site.js";

export type { OpenSite };

/**
 * Middleware for Hono 4 on @hono/node-server: answers by the site, and has the
 * pages of what comes behind it go with what they need. On other servers, and
 * for `app.request()`, it answers by Fetch alone: by `Link`, without pushes.
 */
export function h2push(site: OpenSite): MiddlewareHandler {
  return async (context, next) => {
    const { incoming, outgoing }: Partial<HttpBindings | Http2Bindings> = context.env ?? {};
    const { raw } = context.req;
    // To HEAD, Hono answers with a copy of what it was given: what says "already sent" is lost in it.
    if (incoming === undefined || outgoing === undefined || raw.method === "HEAD") {
      return (await site.fetch(raw)) ?? next();
    }
    return (await site.handle(incoming, outgoing)) ? RESPONSE_ALREADY_SENT : next();
  };
}
