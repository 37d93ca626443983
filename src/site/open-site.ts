import { EventEmitter, setMaxListeners } from "node:events";
import type { IncomingHttpHeaders, ServerHttp2Stream } from "node:http2";
import { H2PushError } from "../errors.js";
import { openContext, type OpenContext } from "../server/create-context.js";
import type { ServerOptions } from "../server/options/server-options.js";
import { Connections } from "../server/listen/connections.js";
import { Hosts } from "../server/middleware/host-check.js";
import type { CompatRequest, CompatResponse } from "./compat-exchange.js";
import type { OwnDelivery } from "./deliver-own.js";
import { MountedRequests } from "./mounted-requests.js";
import { SiteLinks, type LinksOptions, type PageLinks } from "./site-links.js";
import { checkSiteOptions, type SiteOptions } from "./site-options.js";

/** A site that is a part of another server. Each method throws or rejects with H2PushError "closed" when it has been closed. */
export interface OpenSite {
  /**
   * Answers a request of node:http, node:https or the compatibility API of
   * node:http2 as h2push itself would: files, pages with what they need,
   * `_headers` and `_redirects`, live reload. What is pushed, hinted or linked
   * is decided for the client.
   *
   * Left are methods other than GET and HEAD, and paths for which the site has
   * nothing. `accompany` then holds for the response: a page that somebody
   * else answers with goes with what it needs, too.
   *
   * @param target path and query as the client sent them, where `request.url` is no longer that
   * @returns whether it answered. What fails meanwhile is answered 500 and told to `onError`.
   */
  handle(request: CompatRequest, response: CompatResponse, target?: string): Promise<boolean>;
  /**
   * Has a page that somebody else answers with go with what it needs: HTML
   * with status 200 or 304, for GET and HEAD. It needs what its content says;
   * where that comes piece by piece or compressed, what the site's page for
   * the path needs. Its own `Link` preloads are pushed and announced like the rest.
   * A 103 goes ahead when it is slow. To be called before anything is sent.
   */
  accompany(request: CompatRequest, response: CompatResponse, target?: string): void;
  /**
   * The same as `handle` for what speaks Fetch: nothing is pushed or hinted,
   * as nobody knows the connection, and nothing is learned.
   *
   * @returns undefined where `handle` would leave the request: `(await site.fetch(request)) ?? app.fetch(request)`
   */
  fetch(request: Request): Promise<Response | undefined>;
  /**
   * What goes with the page that answers for a path, for whoever sends it.
   *
   * @param path request target: URL path, percent-encoded, with or without a query
   * @returns no entries where no page of the site answers for the path
   */
  linksFor(path: string, options?: LinksOptions): Promise<PageLinks>;
  /**
   * Begins to deliver one's own page over a stream of node:http2. Where it
   * helps (a navigation, with `trusted` or `delivery: "hints"`), a 103 goes at once.
   *
   * @param headers fields of the request, as the 'stream' event has them
   * @param path the page of the site whose list goes with it; without one, its content says what it needs
   */
  deliver(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, path?: string): OwnDelivery;
  /**
   * Calls back when files that pages need may have changed: what `linksFor` has said may be another.
   * They are watched from the first request for a page on, unless `watch` is false.
   *
   * @returns what ends that
   */
  on(event: "change", listener: () => void): () => void;
  /** Looks at the files again with the next request, and says so. */
  invalidate(): void;
  /** Ends streams of live reload, keeps what was learned, and watches nothing any more. Responses under way end by themselves. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Opens a directory as a part of another server: everything that h2push knows
 * of pages and of their delivery, and no listener. Nothing is printed: errors
 * that nobody takes (`onError`) go to standard error.
 *
 * @param root the directory
 * @throws {H2PushError} "usage" for an invalid or unknown option, "root", "manifest", "unavailable" for what the user can put right
 */
export async function openSite(root: string, options: SiteOptions = {}): Promise<OpenSite> {
  const settings = checkSiteOptions(options);
  const given: ServerOptions = { ...options, root };
  const closing = new AbortController();
  setMaxListeners(0, closing.signal);
  const connections = new Connections();
  const events = new EventEmitter<{ change: [] }>();
  const context = await openContext({
    options: given,
    settings,
    hosts: new Hosts(settings.allowHost),
    connections,
    closing: closing.signal,
    mounted: { changed: () => events.emit("change") },
  });
  setImmediate(() => void context.lookAhead());
  return new MountedSite({ context, closing, events, requests: new MountedRequests(context.site, options.onRequest) });
}

interface Parts {
  readonly context: OpenContext;
  readonly closing: AbortController;
  readonly events: EventEmitter<{ change: [] }>;
  readonly requests: MountedRequests;
}

class MountedSite implements OpenSite {
  readonly #parts: Parts;
  readonly #links: SiteLinks;
  #closed: Promise<void> | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#links = new SiteLinks(parts.context.site);
  }

  async handle(request: CompatRequest, response: CompatResponse, target = request.url ?? ""): Promise<boolean> {
    return this.#open.requests.handle(request, response, target);
  }

  accompany(request: CompatRequest, response: CompatResponse, target = request.url ?? ""): void {
    this.#open.requests.accompany(request, response, target);
  }

  async fetch(request: Request): Promise<Response | undefined> {
    return this.#open.requests.fetch(request);
  }

  async linksFor(path: string, options?: LinksOptions): Promise<PageLinks> {
    if (this.#closed !== undefined) throw closedError();
    return this.#links.of(path, options);
  }

  deliver(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, path?: string): OwnDelivery {
    return this.#open.requests.deliver(stream, headers, path);
  }

  on(event: "change", listener: () => void): () => void {
    const { events } = this.#open;
    events.on(event, listener);
    return () => void events.off(event, listener);
  }

  invalidate(): void {
    const { context, events } = this.#open;
    context.invalidate();
    events.emit("change");
  }

  close(): Promise<void> {
    return (this.#closed ??= this.#close());
  }

  async #close(): Promise<void> {
    const { closing, context, events } = this.#parts;
    closing.abort();
    events.removeAllListeners();
    await context.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** What it is made of, as long as it is open. */
  get #open(): Parts {
    if (this.#closed !== undefined) throw closedError();
    return this.#parts;
  }
}

const closedError = () => new H2PushError("closed", "the site was closed", "openSite() opens it again");
