import type { OutgoingHttpHeaders } from "node:http";
import { isHtml } from "../../files/media-type.js";
import { withInsertion } from "../../files/representation/insertion.js";
import { START_BYTES } from "../../files/representation/read-content.js";
import { inPieces } from "../../files/write-pieces.js";
import { acceptsPage, type Exchange } from "../http/exchange.js";
import { isPlaceCertain } from "./insertion-point.js";
import { scriptInsertion, textOf } from "./script-insertion.js";

/** Where a browser shows what it asks for: what a script fetches may be a part of a page. */
const SHOWN = new Set(["document", "frame", "iframe"]);

/** Whether a request asks for a page that is to be shown. */
export function asksForPage({ method, fields }: Pick<Exchange, "method" | "fields">): boolean {
  if (method !== "GET" && method !== "HEAD" && method !== "POST") return false;
  const destination = fields["sec-fetch-dest"];
  return typeof destination === "string" ? SHOWN.has(destination) : acceptsPage({ fields });
}

/** Why a page of another server is passed on as it is; undefined where the script goes into it. */
export type Obstacle = "not a page" | "no-transform" | "coding";

/**
 * Whether the script may go into a response of another server. One that is
 * not to be transformed stays as it is (RFC 9110 §7.7), as does a part of one,
 * and what is coded in a way that nobody here can undo.
 *
 * @param decodes whether that coding can be undone
 */
export function obstacleTo(
  status: number,
  fields: OutgoingHttpHeaders,
  decodes: (coding: string) => boolean,
): Obstacle | undefined {
  const whole = status === 200 || status >= 400;
  const attached = /^\s*attachment/i.test(fields["content-disposition"] ?? "");
  if (!whole || attached || !isHtml(String(fields["content-type"] ?? ""))) return "not a page";
  if (/(?:^|[\s,])no-transform(?:$|[\s,])/i.test(fields["cache-control"] ?? "")) return "no-transform";
  return decodes(fields["content-encoding"] ?? "identity") ? undefined : "coding";
}

/** What a response says of its very bytes, which are others then. */
const OF_THE_BYTES = new Set([
  "accept-ranges",
  "content-digest",
  "content-encoding",
  "content-length",
  "content-md5",
  "digest",
  "etag",
  "last-modified",
  "repr-digest",
]);

/** The fields of a page that the script goes into. */
export function fieldsWithScript(fields: OutgoingHttpHeaders): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !OF_THE_BYTES.has(name)));
}

/**
 * The content of a page with the script in it, as it comes. Held back is no
 * more than what may stand before the script: up to the first tag that belongs
 * into the page, 64 KB at most.
 *
 * @param nonce the one that the policy of the page asks of scripts
 */
export async function* withScript(
  pieces: AsyncIterable<Uint8Array>,
  contentType: string,
  nonce: string | undefined,
): AsyncGenerator<Uint8Array, void> {
  let start: Buffer | undefined = Buffer.alloc(0);
  const inserted = (content: Buffer) =>
    withInsertion(content, scriptInsertion(content, contentType, { nonce, upstream: true }));
  for await (const piece of pieces) {
    if (start === undefined) {
      yield piece;
      continue;
    }
    start = Buffer.concat([start, piece]);
    if (start.length < START_BYTES && !isPlaceCertain(textOf(start, contentType), contentType.includes("xml")))
      continue;
    yield* inPieces(inserted(start));
    start = undefined;
  }
  if (start !== undefined && start.length > 0) yield* inPieces(inserted(start));
}
