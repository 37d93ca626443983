import type { Scanner } from "../../scanner/scanner.js";
import type { PageNeeds } from "../../scanner/types.js";
import { withInsertion, type Inserter } from "../../files/representation/insertion.js";
import { isHtml } from "../../files/media-type.js";
import type { Connections } from "../listen/connections.js";
import type { HeaderTransform } from "../http/exchange.js";
import { sendError } from "../http/error-page.js";
import type { Exchange } from "../http/exchange.js";
import { responseFields, sendContent } from "../http/fetch-adapter.js";
import { pathOf } from "../../io/request-target.js";
import { clientScript, FEW_CONNECTIONS, LOAD, SCRIPT, STREAM } from "./client.js";
import { eventStream } from "./sse.js";
import { scriptInsertion, textOf } from "./script-insertion.js";
import { OpenPages, type OpenPagesOptions } from "./open-pages.js";
import { PagePolicies, type PagePoliciesOptions } from "./page-policies.js";

export interface LiveOptions extends OpenPagesOptions, PagePoliciesOptions {
  readonly connections: Connections;
  /** Aborted when the server begins to close. */
  readonly closing: AbortSignal;
}

/** Pages load anew when what they need has changed, stylesheets without that. */
export interface Live {
  /** The scanner, which tells of each page that is served. */
  readonly scanner: Scanner;
  /** Puts the script into pages. */
  readonly inserter: Inserter;
  /** Names the responses of pages, in a `server-timing` field, and says aloud where a policy keeps a page from being told. */
  readonly headerTransform: HeaderTransform;
  /** Whether a request is for the script or the event stream. */
  owns(target: string): boolean;
  /** The path of the page that its event stream is about. */
  pageOf(target: string): string | undefined;
  answer(exchange: Exchange): Promise<undefined>;
  /** A page that is not there is asked for: what is sent in its place loads anew when it is. */
  missing(exchange: Exchange): void;
  /** A page that somebody else makes for a request, with the script in it. */
  made(target: string, needs: PageNeeds, content: Buffer, contentType: string): Buffer;
  /** A page of our own with the script in it, and the policy that lets it run. */
  withScript(content: Buffer): { readonly content: Buffer; readonly policy: string };
  /** Files may have changed. */
  changed(): void;
}

export function createLive(options: LiveOptions): Live {
  const pages = new OpenPages(options);
  const policies = new PagePolicies(options);
  return {
    scanner: tellingScanner(options.scanner, pages),
    inserter: {
      tag: "live",
      into(start, contentType, file) {
        policies.learn(file, textOf(start, contentType));
        return scriptInsertion(start, contentType);
      },
    },
    headerTransform: pageDresser(pages, policies),
    owns: (target) => pathOf(target) === SCRIPT || pathOf(target) === STREAM,
    pageOf: (target) => (pathOf(target) === STREAM ? pageIn(queryOf(target)) : undefined),
    answer: (exchange) => answer(exchange, pages, options),
    missing({ method, target, authority }) {
      if (method === "GET") pages.missing(pathOf(target), authority);
    },
    made(target, needs, content, contentType) {
      pages.made(pathOf(target), needs);
      return withInsertion(content, scriptInsertion(content, contentType));
    },
    withScript: (content) => ({
      content: withInsertion(content, scriptInsertion(content, "text/html")),
      policy: OWN_POLICY,
    }),
    changed: () => pages.look(),
  };
}

/** What live reload asks for, beside the styles of our own pages. */
const OWN_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; connect-src 'self'";

const tellingScanner = (scanner: Scanner, pages: OpenPages): Scanner => ({
  async page(pathname, file, context) {
    const needs = await scanner.page(pathname, file, context);
    if (context?.ahead !== true) pages.served(pathname, file, needs, context?.audience);
    return needs;
  },
  // Each time that a page is served has to be told.
  peek: () => undefined,
  invalidate: () => scanner.invalidate(),
});

/** Names the response that a page comes with, for its script. */
const pageDresser =
  (pages: OpenPages, policies: PagePolicies): HeaderTransform =>
  (request) => {
    if (request.method !== "GET") return undefined;
    return (status, fields) => {
      const page = status === 200 && isHtml(String(fields["content-type"]));
      if (page) policies.check(request, fields);
      const load = page || status === 304 || status === 404 ? pages.loadOf(pathOf(request.target)) : undefined;
      if (load === undefined) return fields;
      const timing = [fields["server-timing"] ?? [], `${LOAD};desc="${load}"`].flat().join(", ");
      return { ...fields, "server-timing": timing };
    };
  };

async function answer(exchange: Exchange, pages: OpenPages, options: LiveOptions): Promise<undefined> {
  const { method, target } = exchange;
  if (method !== "GET" && method !== "HEAD") {
    return sendError(exchange, 405, `${method} is not possible here.`, { allow: "GET, HEAD" });
  }
  const response = pathOf(target) === SCRIPT ? scriptResponse() : streamResponse(exchange, pages);
  const bare = method === "HEAD";
  exchange.writeHead(response.status, responseFields(response), bare);
  if (bare) {
    await response.body?.cancel();
    return undefined;
  }
  // An open page is no request that others would have to wait for.
  const busyAgain = options.connections.markIdle(exchange.connection);
  try {
    await sendContent(response, exchange, options.closing, (bytes) => exchange.progress(bytes));
  } finally {
    busyAgain();
  }
  return undefined;
}

const scriptResponse = () =>
  new Response(clientScript, {
    headers: { "content-type": "text/javascript; charset=utf-8", "cache-control": "no-cache" },
  });

const queryOf = (target: string) => new URLSearchParams(target.slice(pathOf(target).length));

const pageIn = (query: URLSearchParams) => query.get("page") ?? "/";

/** no-transform: what compresses on the way would hold events back. */
function streamResponse({ target, authority, fields, httpVersion }: Exchange, pages: OpenPages): Response {
  const query = queryOf(target);
  const last = fields["last-event-id"];
  const visitor = {
    pathname: pageIn(query),
    authority,
    load: query.get("load") ?? "",
    version: typeof last === "string" ? last : (query.get("version") ?? ""),
    brief: query.has("brief"),
    hello: httpVersion === "2" ? "" : FEW_CONNECTIONS,
  };
  const stream = eventStream((listener) => pages.open(visitor, listener));
  const headers = { "content-type": "text/event-stream", "cache-control": "no-cache, no-transform" };
  return new Response(stream, { headers });
}
