import type { IncomingHttpHeaders, ServerHttp2Stream } from "node:http2";
import type { Site } from "../server/context.js";
import { errorOf } from "../errors.js";
import { deferred } from "../io/deferred.js";
import { EarlyHints } from "../server/page-delivery/early-hints.js";
import { answerRequest, beginRequest, whenAnswered, type Observed } from "../server/request-lifecycle.js";
import type { RequestRecord } from "../server/request-record.js";
import {
  compatExchange,
  CompatHttp1Exchange,
  type CompatExchange,
  type CompatRequest,
  type CompatResponse,
} from "./compat-exchange.js";
import { beginOwnDelivery, type OwnDelivery } from "./deliver-own.js";
import { FetchExchange } from "./fetch-exchange.js";
import { ForeignConnections } from "./foreign-connections.js";
import { holdPage } from "./held-response.js";
import { deliverOwnPage } from "./own-page.js";

/** A request that others answer, and who is told of that. */
interface LeftRequest {
  readonly exchange: CompatExchange;
  readonly observed: Observed | undefined;
}

/** Rejects when nobody wants the response any more. */
const abortOf = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => {
    const abort = () => reject(errorOf(signal.reason));
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
  });

/** The requests of a server that a site is mounted in. */
export class MountedRequests {
  readonly #site: Site;
  readonly #onRequest: ((record: RequestRecord) => void) | undefined;
  readonly #connections: ForeignConnections;

  constructor(site: Site, onRequest: ((record: RequestRecord) => void) | undefined) {
    this.#site = site;
    this.#onRequest = onRequest;
    this.#connections = new ForeignConnections(site.connections);
  }

  async handle(request: CompatRequest, response: CompatResponse, target: string): Promise<boolean> {
    // Somebody has answered, or nobody is there any more.
    if (response.headersSent) return true;
    const exchange = compatExchange(request, response, this.#connections, target);
    if (exchange === undefined) return true;
    const observed = beginRequest(this.#site, exchange, this.#onRequest);
    const answering = answerRequest(this.#site, exchange, observed);
    if (answering !== undefined) await answering;
    if (exchange.isLeft) this.#hold(response, { exchange, observed });
    return !exchange.isLeft;
  }

  accompany(request: CompatRequest, response: CompatResponse, target: string): void {
    if (response.headersSent) return;
    const exchange = compatExchange(request, response, this.#connections, target);
    if (exchange === undefined) return;
    exchange.isLeft = true;
    this.#hold(response, { exchange, observed: beginRequest(this.#site, exchange, this.#onRequest) });
  }

  /** Has a page go with what it needs, whoever sends it. */
  #hold(response: CompatResponse, { exchange, observed }: LeftRequest): void {
    const { method } = exchange;
    if (method !== "GET" && method !== "HEAD") return;
    const site = this.#site;
    const begun = deferred();
    response.once("close", begun.resolve);
    void new EarlyHints(exchange, site).whileSlow(begun.promise);
    holdPage(response, {
      onHead: ({ fields }) => {
        begun.resolve();
        if (exchange instanceof CompatHttp1Exchange) exchange.sent = fields;
      },
      onPage: (head, content, own) => {
        exchange.isLeft = false;
        if (exchange instanceof CompatHttp1Exchange && !("stream" in own)) exchange.through(own);
        // Most pages are written at once: what they need is read from the whole.
        setImmediate(() => {
          const delivering = deliverOwnPage(site, exchange, { ...head, content }, undefined);
          void whenAnswered(site, exchange, delivering, observed);
        });
      },
    });
  }

  async fetch(request: Request): Promise<Response | undefined> {
    // No other request can be told to belong to the same load.
    const site = { ...this.#site, traffic: undefined };
    const exchange = new FetchExchange(request);
    const answering = answerRequest(site, exchange, beginRequest(site, exchange, this.#onRequest));
    const left = Promise.resolve(answering).then(() => (exchange.isLeft ? undefined : exchange.response));
    return Promise.race([exchange.response, left, abortOf(request.signal)]);
  }

  deliver(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, page: string | undefined): OwnDelivery {
    const connection = stream.destroyed ? undefined : this.#connections.ofStream(stream);
    return beginOwnDelivery(this.#site, stream, headers, { connection, page, onRequest: this.#onRequest });
  }
}
