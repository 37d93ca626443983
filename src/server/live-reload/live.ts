import type { OutgoingHttpHeaders } from "node:http";
import type { Scanner } from "../../scanner/scanner.js";
import type { PageNeeds } from "../../scanner/types.js";
import { withInsertion, type Inserter } from "../../files/representation/insertion.js";
import { isHtml } from "../../files/media-type.js";
import type { Connections } from "../listen/connections.js";
import type { HeaderTransform } from "../http/exchange.js";
import type { Exchange } from "../http/exchange.js";
import { sendOwn } from "../http/own-response.js";
import { tellOnce } from "../../io/tell-once.js";
import { pathOf } from "../../io/request-target.js";
import { clientScript, FEW_CONNECTIONS, LOAD, SCRIPT, STREAM } from "./client.js";
import { eventStream } from "./sse.js";
import { scriptInsertion, textOf } from "./script-insertion.js";
import { OpenPages, type OpenPagesOptions } from "./open-pages.js";
import { nonceAsked } from "./csp-warnings.js";
import { asksForPage, fieldsWithScript, obstacleTo, withScript, type Obstacle } from "./passed-page.js";
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
  /** Whether a request asks for a page: of another server, the script goes into that too. */
  asksForPage(exchange: Exchange): boolean;
  /**
   * The page of another server with the script in it; undefined for what stays as it is.
   *
   * @param decodes whether a content coding can be undone
   */
  passed(
    exchange: Exchange,
    response: { readonly status: number; readonly fields: OutgoingHttpHeaders },
    decodes: (coding: string) => boolean,
  ): PassedPage | undefined;
  /** Files may have changed. */
  changed(): void;
  /** Has every open page load anew: how many listen. */
  reload(): number;
}

/** A page of another server on its way. */
export interface PassedPage {
  readonly fields: OutgoingHttpHeaders;
  /** @param pieces its content without its coding */
  readonly through: (pieces: AsyncIterable<Uint8Array>) => AsyncGenerator<Uint8Array, void>;
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
    headerTransform: liveHeaderTransform(pages, policies),
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
    asksForPage,
    passed: passing(policies, options),
    changed: () => pages.look(),
    reload: () => pages.reload(),
  };
}

/** Files that a page of another server is told of at most. */
const MAX_FILES = 300;

/** Puts the script into pages of other servers, and says once of a page why it stays as it is. */
function passing(policies: PagePolicies, { notice }: Pick<LiveOptions, "notice">): Live["passed"] {
  const tell = tellOnce(notice);
  return (exchange, { status, fields }, decodes) => {
    const obstacle = asksForPage(exchange) ? obstacleTo(status, fields, decodes) : "not a page";
    if (obstacle !== undefined) {
      const reason = REASONS[obstacle];
      const path = pathOf(exchange.target);
      if (reason !== undefined) tell(path, `${path} does not reload by itself: ${reason}`);
      return undefined;
    }
    policies.passesOn(exchange);
    const type = String(fields["content-type"]);
    const nonce = nonceAsked([fields["content-security-policy"] ?? []].flat().map(String).join(","));
    return { fields: fieldsWithScript(fields), through: (pieces) => withScript(pieces, type, nonce) };
  };
}

/** What is said of a page that is passed on as it is. */
const REASONS: Readonly<Record<Obstacle, string | undefined>> = {
  "not a page": undefined,
  "no-transform": "its server says no-transform in cache-control",
  coding: "its content-encoding can't be undone here",
};

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
const liveHeaderTransform =
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

const answer = (exchange: Exchange, pages: OpenPages, options: LiveOptions): Promise<undefined> =>
  sendOwn(exchange, options, () =>
    pathOf(exchange.target) === SCRIPT ? scriptResponse() : streamResponse(exchange, pages),
  );

const scriptResponse = () =>
  new Response(clientScript, {
    headers: { "content-type": "text/javascript; charset=utf-8", "cache-control": "no-cache" },
  });

const queryOf = (target: string) => new URLSearchParams(target.slice(pathOf(target).length));

const pageIn = (query: URLSearchParams) => query.get("page") ?? "/";

/** The files of ours that a page of another server has loaded: what it says, within bounds. */
const filesIn = (query: URLSearchParams) =>
  (query.get("files") ?? "").split("\n", MAX_FILES).filter((path) => path.startsWith("/"));

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
    files: query.has("files") ? filesIn(query) : undefined,
    hello: httpVersion === "2" ? "" : FEW_CONNECTIONS,
  };
  const stream = eventStream((listener) => pages.open(visitor, listener));
  const headers = { "content-type": "text/event-stream", "cache-control": "no-cache, no-transform" };
  return new Response(stream, { headers });
}
