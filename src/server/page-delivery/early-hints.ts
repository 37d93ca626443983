import type { OutgoingHttpHeaders } from "node:http";
import { constants } from "node:http2";
import { isNavigation } from "../../delivery/navigation.js";
import { withoutBlocked } from "../../delivery/integrity-policy.js";
import { linksBesideImportMap, readLinks, type LinkValue } from "../../delivery/link.js";
import { isShared } from "../../learn/shared-response.js";
import { debug } from "../../io/debug.js";
import { LruMap } from "../../io/lru-map.js";
import { pathOf } from "../../io/request-target.js";
import type { Site } from "../context.js";
import type { Exchange } from "../http/exchange.js";
import { fieldText } from "../http/field-text.js";
import { pageLinks } from "./preload-links.js";

/** A response that takes longer is worth a 103 (milliseconds); one that is ready sooner carries its own `Link`. */
const SLOW_MS = 20;

/** Pages whose links are remembered; the oldest go first. */
const MAX_PAGES = 1000;

/** What was seen of a path's latest response. */
interface SlowPage {
  /** Its `Link` field, as far as a 103 may say that. */
  readonly link: string | undefined;
  /** How long it took (milliseconds). */
  readonly tookMs: number;
}

/**
 * The `Link` values that a route gave with its latest response for a path, and
 * how long that took: a slow route will most likely give them again, and a 103
 * can say so while it is at work.
 */
export class RememberedLinks {
  readonly #byPath = new LruMap<SlowPage>(MAX_PAGES);

  of(exchange: Exchange): SlowPage | undefined {
    return this.#byPath.get(keyOf(exchange));
  }

  /** @param fields of the response that is about to begin, `link` and `integrity-policy` among them */
  learn(exchange: Exchange, status: number, fields: OutgoingHttpHeaders): void {
    const { arrived, hinted } = exchange;
    const isForAll = isShared(status, fields, "document") && exchange.fields.authorization === undefined;
    const allowed = withoutBlocked(
      fieldText(fields["link"]) ?? "",
      [fields["integrity-policy"] ?? []].flat().map(String),
    );
    const values = readLinks(allowed).filter((value) => isForAll || isCode(value));
    const text = values.map((value) => value.text).join(", ");
    const link = isField(text) && values.some(isHint) ? text : undefined;
    if (link === undefined && hinted === undefined) this.#byPath.delete(keyOf(exchange));
    else this.#byPath.set(keyOf(exchange), { link, tookMs: performance.now() - arrived });
  }
}

const keyOf = ({ authority, target }: Exchange) => `${authority}${pathOf(target)}`;

/** Destinations of what is the same for all; what else a response for one client names may be data of theirs. */
const CODE = new Set(["style", "script", "font"]);

const isCode = ({ rel, attributes }: LinkValue) =>
  rel.includes("modulepreload") || rel.includes("preconnect") || CODE.has(attributes.get("as") ?? "");

/** Visible ASCII: Node checks the fields of a 103 only from 24.18 and 26.2 on. */
export const isField = (value: string) => /^[\t\x20-\x7e]*$/.test(value);

/** What a browser does ahead of the page (HTML §4.6.7.4, "process early hint headers"). */
const isHint = ({ rel }: LinkValue) =>
  rel.some((type) => type === "preload" || type === "modulepreload" || type === "preconnect");

/**
 * The 103 of one response (RFC 8297). At most one: a browser reads only the
 * first; over HTTP/2 and for a navigation, as it reads no other; and never
 * after the final response.
 */
export class EarlyHints {
  readonly #exchange: Exchange;
  readonly #help: boolean;
  readonly #learned: SlowPage | undefined;
  readonly #inspector: Site["inspector"];

  constructor(exchange: Exchange, { hintsHelp, hints, inspector }: Site) {
    this.#inspector = inspector;
    this.#exchange = exchange;
    this.#help = hintsHelp;
    this.#learned = hints.of(exchange);
  }

  /**
   * @param links values of a `Link` field
   * @returns whether they were sent
   * @throws {TypeError} for a value with characters that a field can't hold
   */
  send(links: string | readonly string[]): boolean {
    const values = typeof links === "string" ? [links] : links;
    for (const value of values) {
      if (!isField(value)) throw new TypeError(`not a Link value: ${JSON.stringify(value)}`);
    }
    const { stream, connection, target, authority, rules } = this.#exchange;
    const allowed = withoutBlocked(values.join(", "), rules.page.integrityPolicy);
    if (stream === undefined || !this.#possible || !readLinks(allowed).some(isHint)) return false;
    // The page is not there yet: it may have an import map.
    const field = linksBesideImportMap(allowed);
    stream.additionalHeaders({ [constants.HTTP2_HEADER_STATUS]: 103, link: field });
    debug("%s: 103 with %s", target, field);
    this.#exchange.hinted = allowed;
    this.#inspector?.hinted(this.#exchange);
    for (const link of pageLinks({ target, authority }, field, [])) {
      connection.history.hinted(link.target, this.#learned?.tookMs ?? Infinity);
    }
    return true;
  }

  /** Without what the client has from this connection (see the plan's own 103). */
  #withoutSent(field: string): readonly string[] {
    const { target, authority, connection } = this.#exchange;
    const isSent = (value: string) =>
      pageLinks({ target, authority }, value, []).some((link) => connection.history.hasSent(link.target));
    return readLinks(field).flatMap(({ text }) => (isSent(text) ? [] : text));
  }

  /** Only once, to a navigation, while its response has not begun and its client is there. */
  get #possible(): boolean {
    const { stream, hinted } = this.#exchange;
    if (!this.#help || hinted !== undefined || !isNavigation(this.#exchange)) return false;
    return stream !== undefined && !stream.headersSent && !stream.closed && !stream.destroyed;
  }

  /** Waits for an answer; when it is slow, says meanwhile what came with the one before. */
  async whileSlow<T>(answer: Promise<T>): Promise<T> {
    const link = this.#learned?.link;
    if (link === undefined) return answer;
    const timer = setTimeout(() => this.send(this.#withoutSent(link)), SLOW_MS);
    try {
      return await answer;
    } finally {
      clearTimeout(timer);
    }
  }
}

/**
 * What the response to a hinted target says of its freshness, when it has no
 * word of its own on that: a hinted asset goes through the browser's cache,
 * and one that is stale when the page comes is fetched again (Chromium,
 * measured).
 */
export const hintedFreshness = ({ connection, target }: Exchange) => freshFor(connection.history.answersHint(target));

/**
 * The same for what a `Link` field has named: Firefox takes it through its
 * cache, too.
 */
export const linkedFreshness = ({ connection, target }: Exchange) => freshFor(connection.history.answersLink(target));

/**
 * No longer than the page most likely takes, as it is also what a reload
 * shows: twice that time, and a second for the way.
 */
function freshFor(pageMs: number | undefined): OutgoingHttpHeaders | undefined {
  if (pageMs === undefined) return undefined;
  return { "cache-control": `max-age=${Math.min(10, Math.max(2, 1 + Math.ceil(pageMs / 500)))}` };
}
