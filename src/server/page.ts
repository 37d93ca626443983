import type { OutgoingHttpHeaders } from "node:http";
import { constants } from "node:http2";
import { deliver, type Hold, type RespondPage, type RespondPush } from "../delivery/deliver.js";
import type { Delivery } from "../delivery/history.js";
import { plan, type PageRequest, type Peer, type PreloadLink } from "../delivery/plan.js";
import { serverTiming } from "../delivery/summary.js";
import type { ManifestEntry } from "../manifest/manifest.js";
import type { Progress } from "../static/respond.js";
import { freeStreams, sendWindow } from "./connection.js";
import { http2Exchange, type Exchange } from "./exchange.js";
import { responseFields, sendContent } from "./fetch.js";
import { pageLinks } from "./page-links.js";
import { prepareFile } from "./prepare-file.js";
import { pushSources, withSource, type PushSource } from "./push-source.js";
import type { Site } from "./site.js";

/** A page that is ready to go. */
export interface ReadyPage {
  readonly status: number;
  /** Bytes of its content, as far as they are known. */
  readonly bytes: number;
  /** The response's own `Link` field. */
  readonly link: string | undefined;
  /** `Link` values that a 103 carried already. */
  readonly hinted: readonly string[];
  /** What the manifest knows of the page. */
  readonly entries: readonly ManifestEntry[];
  /** Targets without which it can't be rendered. */
  readonly blocking: ReadonlySet<string>;
  /** Sends the page with these fields beside its own. */
  readonly send: (extra: OutgoingHttpHeaders, progress: Progress, hold?: Hold) => Promise<void>;
}

/** The links of a page, each with what would answer a push of it. */
type Sources = ReadonlyMap<PreloadLink, PushSource | undefined>;

/** A page of this size and more does not go whole before its stylesheets (bytes). */
const LARGE = 64 * 1024;

/** Sends a page together with what it needs, by the means that are right for this client. */
export async function deliverPage(site: Site, exchange: Exchange, page: ReadyPage): Promise<Delivery> {
  const { connection, stream, fields, method, target } = exchange;
  const named = pageLinks(target, page.link, page.entries);
  // Only what may be pushed has to be looked up: a browser looks itself.
  const asks = exchange.pushEnabled && method === "GET" && site.limits.mode !== "none";
  const sources = asks ? await pushSources(site, exchange, named) : new Map<PreloadLink, PushSource>();
  const bySource = new Map(named.map((link) => [withSource(link, sources.get(link)), sources.get(link)]));
  const links = [...bySource.keys()];
  const decided = plan(links, requestOf(exchange, page), peerOf(exchange, page), site.limits);
  const delivery = deliver({
    plan: decided,
    mode: site.limits.mode,
    hinted: targetsIn(page.hinted, target, links),
    large: page.bytes > LARGE,
    blocksRendering: ({ target }) => page.blocking.has(target),
    stream,
    request: fields,
    page: target,
    history: connection.history,
    mayPromise: () => exchange.pushEnabled && freeStreams(connection) >= 1,
    windowOpen: () => sendWindow(connection) > 0,
    promised: (stream) => {
      site.connections.enter(connection);
      stream.once("close", () => site.connections.leave(connection));
    },
    respondPush: respondPush(site, exchange, bySource),
    respondPage: respondPage(site, exchange, page),
    report: site.report,
  });
  return delivery.finally(() => discardUnsent(bySource));
}

/** The page's own response, with the fields that delivery adds. */
function respondPage(site: Site, exchange: Exchange, { link, send }: ReadyPage): RespondPage {
  return (values, { targets }, moved, hold) => {
    const links = link === undefined ? values : [link, ...values];
    const extra = {
      ...(links.length === 0 ? {} : { link: links.join(", ") }),
      ...(site.serverTiming ? { "server-timing": serverTiming(targets) } : {}),
    };
    const progress = (bytes: number) => {
      moved();
      exchange.progress(bytes);
    };
    return send(extra, progress, hold);
  };
}

/** Ends what routes began to answer and nobody was sent. */
function discardUnsent(sources: Sources): void {
  for (const source of sources.values()) {
    if (source?.kind === "route" && !source.response.bodyUsed) void source.response.body?.cancel();
  }
}

function requestOf({ method, fields, stream }: Exchange, { status }: ReadyPage): PageRequest {
  return {
    method,
    status,
    saveData: fields["save-data"] === "on",
    navigation: stream !== undefined && fields["sec-fetch-dest"] === "document",
  };
}

function peerOf(exchange: Exchange, page: ReadyPage): Peer {
  const { connection, pushEnabled } = exchange;
  const { history } = connection;
  return {
    pushEnabled,
    refuses: history.refuses,
    freeStreams: freeStreams(connection),
    freeWindow: Math.max(0, sendWindow(connection) - page.bytes),
    seen: (target, etag) => history.seen(target, etag),
  };
}

/** The links of the page that link-values name. */
function targetsIn(values: readonly string[], page: string, links: readonly PreloadLink[]): PreloadLink[] {
  if (values.length === 0) return [];
  const named = new Set(pageLinks(page, values.join(", "), []).map(({ target }) => target));
  return links.filter(({ target }) => named.has(target));
}

/** A pushed response is what a request with the promised fields would get. */
function respondPush(site: Site, { connection }: Exchange, sources: Sources): RespondPush {
  return async (stream, request, link, progress) => {
    const source = sources.get(link);
    const reply = http2Exchange(stream, request, connection);
    if (source?.kind === "route") {
      reply.head(200, responseFields(source.response), false);
      return sendContent(source.response, stream, site.closing, progress);
    }
    const prepared =
      source === undefined ? "changed" : await prepareFile(site.representations, source.found, "GET", request);
    // The file has changed since it was promised: a client that wants it asks.
    if (typeof prepared === "string") return stream.close(constants.NGHTTP2_CANCEL);
    try {
      return await prepared.response.send(reply, {}, progress);
    } finally {
      await prepared.response.close();
    }
  };
}
