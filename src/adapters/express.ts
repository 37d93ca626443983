import { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import { answerOrNext, type Next } from "./middleware.js";
import type { CompatRequest, CompatResponse } from "../site/compat-exchange.js";
import type { OpenSite } from "../site/open-site.js";

export type { CompatRequest, CompatResponse, Next, OpenSite };

/**
 * Middleware for Express 5: answers by the site, and has the pages of what
 * comes behind it go with what they need. Before it, what answers itself comes
 * first. Mounted below a path, the site has to have the same `base`.
 */
export function h2push(site: OpenSite) {
  return (request: CompatRequest & { readonly baseUrl?: string }, response: CompatResponse, next: Next): void => {
    const target = `${request.baseUrl ?? ""}${request.url ?? ""}`;
    answerOrNext(site, request, response, target, next);
  };
}

/** As much of an application of Express as `overHttp2` knows. */
export interface ExpressApplication {
  readonly request: object;
  readonly response: object;
  handle(request: object, response: object, next?: Next): void;
}

/**
 * The listener of an application of Express for a server of node:http2, over
 * whose HTTP/2 requests Express 5 stumbles: it puts the prototype of node:http
 * under each. Here they keep their own, with Express's methods on it.
 */
export function overHttp2(app: object): (request: CompatRequest, response: CompatResponse) => void {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the types of Express leave these out
  const express = app as ExpressApplication;
  const http2: ExpressApplication = Object.create(express, {
    request: { value: onto(Http2ServerRequest.prototype, express.request) },
    response: { value: onto(Http2ServerResponse.prototype, express.response) },
  });
  return (request, response) => {
    if ("stream" in request) express.handle.call(http2, request, response);
    else express.handle(request, response);
  };
}

/** What an application adds to requests or responses, over another prototype: its own part, and that of Express. */
function onto(prototype: object, ofApplication: object): object {
  const ofExpress: object = Object.getPrototypeOf(ofApplication);
  const base: object = Object.create(prototype, Object.getOwnPropertyDescriptors(ofExpress));
  return Object.create(base, Object.getOwnPropertyDescriptors(ofApplication));
}
