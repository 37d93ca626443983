import type { OutgoingHttpHeaders } from "node:http";
import { constants, type ServerHttp2Stream } from "node:http2";
import { deliver, type PageDelivery } from "../../delivery/deliver.js";
import type { Delivery } from "../../delivery/history.js";
import { blockedDestinations, isBlocked } from "../../delivery/integrity-policy.js";
import { linksBesideImportMap } from "../../delivery/link.js";
import type { PreloadLink } from "../../delivery/announcement.js";
import { considersPushes, plan } from "../../delivery/plan.js";
import { serverTiming } from "../../delivery/delivery-summary.js";
import type { ManifestEntry } from "../../manifest/types.js";
import type { FoundFile } from "../../files/file.js";
import { prepareFile } from "../../files/send-response.js";
import { PIECE_BYTES, type Progress } from "../../files/write-pieces.js";
import { pushableStreams, keepPromised } from "../listen/connection.js";
import { track, untrack } from "../listen/connections.js";
import { isOver, type Exchange } from "../http/exchange.js";
import { Http2Exchange } from "../http/http2-exchange.js";
import { responseFields, sendContent } from "../http/fetch-adapter.js";
import { pageLinks } from "./preload-links.js";
import { peerOf, requestOf, withStaleness } from "./plan-input.js";
import { pushSources, withSource, type PushSource } from "./push-candidates.js";
import type { Site } from "../context.js";

/** A page that is ready to go. */
export interface ReadyPage {
  readonly status: number;
  /** Bytes of its content; undefined when nobody knows before its end. */
  readonly bytes: number | undefined;
  /** The response's own `Link` field. */
  readonly link: string | undefined;
  /** The response's own `Integrity-Policy` field. */
  readonly integrityPolicy?: string | undefined;
  /** What the manifest knows of the page. */
  readonly entries: readonly ManifestEntry[];
  /** It has an import map, or it can't be excluded that it gets one. */
  readonly mayHaveImportMap: boolean;
  /** Sends the page with these fields beside its own. */
  readonly send: (extra: OutgoingHttpHeaders, progress: Progress) => Promise<void>;
}

/** The links of a page, each with what would answer a push of it. */
type Sources = ReadonlyMap<PreloadLink, PushSource | undefined>;

/** A page of this size and more does not go whole before its stylesheets (bytes). */
const LARGE_BYTES = 64 * 1024;

/** Sends a page together with what it needs, by the means that are right for this client. */
export async function deliverPage(site: Site, exchange: Exchange, page: ReadyPage): Promise<Delivery> {
  const { connection, stream, fields, target, authority } = exchange;
  site.inspector?.delivering(exchange);
  const request = requestOf(exchange, page);
  const all = pageLinks({ target, authority }, fieldOf(exchange, page), page.entries);
  const policies = [page.integrityPolicy ?? [], exchange.rules.page.integrityPolicy].flat();
  const named = withRefused(policies, withStaleness(site, exchange, all));
  const looks = considersPushes(request, peerOf(exchange, page, []), site.limits);
  if (looks) await site.connections.turns.next(connection);
  const sources =
    looks && !isOver(exchange) ? await pushSources(site, exchange, named) : new Map<PreloadLink, PushSource>();
  const bySource = new Map(named.map((link) => [withSource(link, sources.get(link)), sources.get(link)]));
  const links = [...bySource.keys()];
  const peer = peerOf(exchange, page, links);
  const large = page.bytes === undefined || page.bytes > LARGE_BYTES;
  if (!large) exchange.forceNonIncremental();
  const delivery = deliver({
    plan: (pushes) =>
      plan(links, request, { ...peer, pushableStreams: Math.min(peer.pushableStreams, pushes) }, site.limits),
    hinted: hintedLinks(exchange, links),
    large,
    stream,
    request: fields,
    page: target,
    navigates: request.navigation,
    history: connection.history,
    mayPromise: () => exchange.pushEnabled && pushableStreams(connection) >= 1,
    writer: exchange.writer,
    writes: connection.writes,
    begin: () => site.connections.begin(connection),
    promised: (stream) => keepPromised(connection, stream),
    hintSent: () => site.inspector?.hinted(exchange),
    respondPush: respondPush(site, exchange, bySource),
    respondPage: respondPage(site, exchange, page),
    report: site.report,
  });
  return delivery.finally(() => discardUnsent(bySource));
}

/** The links with word of those that a browser would refuse by the page's `Integrity-Policy`. */
function withRefused(policies: readonly string[], links: readonly PreloadLink[]): readonly PreloadLink[] {
  if (policies.length === 0) return links;
  const blocked = blockedDestinations(policies);
  return links.map((link) => (isBlocked(blocked, link) ? { ...link, blocked: true } : link));
}

/** The page's own `Link` field as it goes out: in the form that leaves an import map alone, whoever has set it. */
function fieldOf(exchange: Exchange, { link, mayHaveImportMap }: ReadyPage): string | undefined {
  if (link === undefined || !mayHaveImportMap) return link;
  const { transformHeaders = (_status, fields) => fields } = exchange;
  exchange.transformHeaders = (status, fields) => {
    const transformed = transformHeaders(status, fields);
    return typeof transformed["link"] === "string"
      ? { ...transformed, link: linksBesideImportMap(transformed["link"]) }
      : transformed;
  };
  return linksBesideImportMap(link);
}

/** The page's own response, with the fields that delivery adds. */
function respondPage(site: Site, exchange: Exchange, { link, send }: ReadyPage): PageDelivery["respondPage"] {
  return (values, { targets }, taken) => {
    const links = link === undefined ? values : [link, ...values];
    const extra = {
      ...(links.length === 0 ? {} : { link: links.join(", ") }),
      ...(site.serverTiming ? { "server-timing": serverTiming(targets) } : {}),
    };
    const progress = (bytes: number) => {
      exchange.progress(bytes);
      taken();
    };
    return send(extra, progress);
  };
}

/** Ends what routes began to answer and nobody was sent. */
function discardUnsent(sources: Sources): void {
  for (const source of sources.values()) {
    if (source?.kind === "route" && !source.response.bodyUsed) source.abandon();
  }
}

/** The links of the page that its 103 named. */
function hintedLinks(exchange: Exchange, links: readonly PreloadLink[]): PreloadLink[] {
  if (exchange.hinted === undefined) return [];
  const named = new Set(pageLinks(exchange, exchange.hinted, []).map(({ target }) => target));
  return links.filter(({ target }) => named.has(target));
}

/** A pushed response is what a request with the promised fields would get. */
function respondPush(site: Site, page: Exchange, sources: Sources): PageDelivery["respondPush"] {
  const { connection } = page;
  return (stream, request, link) => {
    const reply = new Http2Exchange(stream, request, connection);
    track(connection, reply);
    site.inspector?.promised(page, reply);
    stream.once("close", () => {
      untrack(connection, reply);
      if (reply.inspected !== undefined) site.inspector?.closed(reply);
    });
    const source = sources.get(link);
    if (source?.kind === "file") readAhead(site, source.found, reply);
    return { writer: reply, send: () => sendPush(site, reply, stream, source) };
  };
}

/** Small contents that are in memory by their turn go together, in few segments of TCP. */
function readAhead({ representations }: Site, found: FoundFile, { fields }: Exchange): void {
  if (found.size > PIECE_BYTES || representations.ready(found, fields) !== undefined) return;
  // An error is told when its turn comes.
  representations.select(found, fields).catch(() => undefined);
}

async function sendPush(site: Site, reply: Exchange, stream: ServerHttp2Stream, source: PushSource | undefined) {
  const { representations, rules, closing } = site;
  const progress = (bytes: number) => reply.progress(bytes);
  rules.apply(reply);
  if (source?.kind === "route") {
    stream.once("close", source.abandon);
    reply.writeHead(200, pushedFields(source.response), source.response.body === null);
    await sendContent(source.response, reply, closing, progress);
    return "sent";
  }
  const prepared =
    source === undefined ? "changed" : await prepareFile(representations, source.found, "GET", reply.fields);
  // The file has changed since it was promised: a client that wants it asks.
  if (typeof prepared === "string") {
    stream.close(constants.NGHTTP2_CANCEL);
    return "withdrawn";
  }
  try {
    await prepared.response.send(reply, {}, progress);
    return "sent";
  } finally {
    prepared.response.close();
  }
}

function pushedFields(response: Response): OutgoingHttpHeaders {
  const link = response.headers.get("link");
  return { ...responseFields(response), ...(link === null ? {} : { link }) };
}
