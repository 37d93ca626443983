import type { IncomingHttpHeaders } from "node:http";
import { baseOf, resolve } from "../manifest/resolve.js";
import { pathOf } from "../io/request-target.js";
import type { TargetRequest, Client, Sighting } from "./page-load.js";
import { isPlain } from "./shared-response.js";

/** A request, as far as learning looks at it. */
export interface ObservedRequest {
  readonly client: Client;
  readonly method: string;
  readonly authority: string;
  readonly target: string;
  readonly fields: IncomingHttpHeaders;
}

/** Characters of a target or a page that is looked at: all `Link` fields together have 8 KB, and clients make up long ones. */
export const MAX_TARGET_LENGTH = 1024;

/** A query with more characters than a version has may be a token that only one person has. */
const MAX_OPEN_QUERY_LENGTH = 16;

/** A request that a page may have made as it was loaded. */
interface AssetRequest extends Omit<TargetRequest, "byDocument">, Pick<Sighting, "isOpen"> {
  /** Path and query of what has asked for it. */
  readonly referer: string;
}

/** What a request asks for in a load of a page; undefined when it belongs to none, or is not looked at. */
export function assetRequest({ method, authority, target, fields }: ObservedRequest): AssetRequest | undefined {
  const destination = fields["sec-fetch-dest"];
  const mode = fields["sec-fetch-mode"];
  if (method !== "GET" || mode === "navigate" || !isPlain(fields)) return undefined;
  if (!isWord(destination) || !isWord(mode) || target.length > MAX_TARGET_LENGTH) return undefined;
  const referer = ownPath(fields.referer, authority);
  return referer === undefined || !isAsBrowsersSend(target)
    ? undefined
    : { referer, target, destination, mode, isOpen: isOpen(target, fields) };
}

/** Clients make up what browsers say in one word. */
const isWord = (value: unknown): value is string => typeof value === "string" && /^[a-z-]{1,32}$/.test(value);

const ROOT = baseOf("/");

/** Browsers escape what would end a link-value (`>`), and what names another host (`//host`) is no target of this one. */
function isAsBrowsersSend(target: string): boolean {
  const resolved = resolve(target, ROOT);
  return "target" in resolved && resolved.target === target;
}

const isOpen = (target: string, fields: IncomingHttpHeaders) =>
  fields.cookie === undefined && target.length - pathOf(target).length <= MAX_OPEN_QUERY_LENGTH;

/** The user wants everything anew: what is asked for twice then has another reason. */
export const isReload = (fields: IncomingHttpHeaders) =>
  fields["cache-control"] !== undefined || fields.pragma !== undefined;

/** Path and query of a `referer` of the same origin. */
function ownPath(referer: string | undefined, authority: string): string | undefined {
  const origin = `https://${authority}`;
  if (referer === undefined || !referer.startsWith(`${origin}/`)) return undefined;
  return referer.slice(origin.length);
}
