import { loadHar } from "../../inspect/formats/load-har.js";
import { loadSvg } from "../../inspect/formats/load-svg.js";
import { assets, pageIn } from "../../inspect/page/assets.js";
import { languageFor } from "../../inspect/page/language.js";
import { isLoopback } from "../../io/loopback.js";
import { pathOf } from "../../io/request-target.js";
import { sendError } from "../http/error-page.js";
import type { Exchange } from "../http/exchange.js";
import { sendOwn } from "../http/own-response.js";
import { eventStream } from "../live-reload/sse.js";
import type { Settings } from "../options/options-table.js";
import type { Step } from "../context.js";
import { refusal } from "./access.js";
import type { Inspector } from "./inspector.js";
import { LiveFeed } from "./live-feed.js";
import { OWN_PATH } from "../own-path.js";

/** Fields of every answer: nothing of another origin is loaded or let in, and nothing is kept. */
const FIELDS = {
  "cache-control": "no-store",
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "same-origin",
};

/** Streams of events at a time, with those that have ended and wait for a reader who takes nothing. */
const MAX_WATCHERS = 32;

/** Answers what lies below `/.h2push/`, for those who may look. */
export function inspectStep(inspector: Inspector, { host, inspectPublic }: Settings): Step {
  const rules = { isPublic: inspectPublic, isLocal: host.startsWith("unix:") || isLoopback(host) };
  const watching = new Set<Exchange>();
  return (exchange, site) => {
    if (!exchange.target.startsWith(OWN_PATH)) return "next";
    const answer = answerTo(exchange, inspector, watching);
    if (answer === undefined) return "next";
    // What the site says of its own responses is not meant for these.
    exchange.transformHeaders = undefined;
    const refused = refusal(exchange, rules);
    return refused === undefined ? sendOwn(exchange, site, answer) : sendError(exchange, 403, refused);
  };
}

type Answer = () => Response;

/** What there is for a request; undefined when there is nothing. */
function answerTo(exchange: Exchange, inspector: Inspector, watching: Set<Exchange>): Answer | undefined {
  const { target, fields } = exchange;
  const path = pathOf(target).slice(OWN_PATH.length);
  const query = new URLSearchParams(target.slice(pathOf(target).length));
  const asset = assets.get(path);
  if (asset !== undefined) return () => response(asset.type, asset.content);
  switch (path) {
    case "":
      return () => page(target, fields["accept-language"]);
    case "events":
      return () => events(exchange, inspector, watching);
    case "loads.json":
      return () => json({ loads: inspector.loads });
    case "connections.json":
      return () => json({ connections: inspector.connections });
    default:
      return loadAnswer(path, inspector) ?? framesAnswer(path, query, inspector);
  }
}

/** `loads/ID.json`, `.har` or `.svg`. */
function loadAnswer(path: string, inspector: Inspector): Answer | undefined {
  const [, id, format] = /^loads\/(\d+)\.(json|har|svg)$/.exec(path) ?? [];
  const load = id === undefined ? undefined : inspector.load(Number(id));
  if (load === undefined) return undefined;
  const keep = { "content-disposition": `attachment; filename="h2push-load-${id}.${format}"` };
  if (format === "json") return () => json(load, keep);
  if (format === "svg") return () => response("image/svg+xml", loadSvg(load), keep);
  return () => json(loadHar(load), keep);
}

/** `connections/ID/frames.json?from=N`, and `connections/ID/frames/N.json` for the bytes of one. */
function framesAnswer(path: string, query: URLSearchParams, inspector: Inspector): Answer | undefined {
  const [, id, number] = /^connections\/(\d+)\/frames(?:\/(\d+))?\.json$/.exec(path) ?? [];
  const log = id === undefined ? undefined : inspector.frames(Number(id));
  if (log === undefined) return undefined;
  const { omitted, isReadable } = log;
  if (number === undefined) {
    return () => json({ frames: log.frames.slice(Number(query.get("from")) || 0), omitted, isReadable });
  }
  const frame = log.frames[Number(number)];
  return frame && (() => json({ frame, bytes: log.payload(frame.number)?.toString("hex") ?? "" }));
}

function page(target: string, accepted: string | undefined): Response {
  const html = pageIn(languageFor(target, accepted));
  return response("text/html; charset=utf-8", html, { vary: "accept-language" });
}

function events(exchange: Exchange, inspector: Inspector, watching: Set<Exchange>): Response {
  if (watching.size >= MAX_WATCHERS) return new Response("Too many look at once.", { status: 503 });
  watching.add(exchange);
  exchange.whenClosed(() => watching.delete(exchange));
  const stream = eventStream((listener) => new LiveFeed(inspector, listener).begin());
  // What compresses on the way would hold events back.
  const headers = { ...FIELDS, "content-type": "text/event-stream", "cache-control": "no-store, no-transform" };
  return new Response(stream, { headers });
}

const response = (type: string, content: string, more: Readonly<Record<string, string>> = {}) =>
  new Response(content, { headers: { ...FIELDS, "content-type": type, ...more } });

const json = (value: unknown, more: Readonly<Record<string, string>> = {}) =>
  response("application/json; charset=utf-8", JSON.stringify(value), more);
