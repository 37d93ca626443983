import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";
import { digestOf } from "./digest.js";
import type { Selected } from "./content-coding.js";
import type { FoundFile } from "../file.js";
import type { Insertion } from "./insertion.js";
import { isHtml } from "../media-type.js";
import { byteRanges, type Multipart } from "../conditions/multipart.js";
import { evaluate, rangeApplies, type Validators } from "../conditions/precondition.js";
import { contentRange, parseRange, resolveRanges, type ByteRange } from "../conditions/range.js";

/** What all representations of one version of a file have in common. Described once for each version. */
export interface Description extends Named {
  readonly contentType: string;
}

/** What is known of a version before anything of it has been read. */
export interface Named {
  /** Names the version of the file, whatever its coding. */
  readonly version: string;
  readonly cacheControl: string;
  /** Whether there are several, and the request's `accept-encoding` selects one of them. */
  readonly varies: boolean;
}

/** One version of a file in one content coding (RFC 9110 §3.2). */
export interface Representation {
  /** Where its bytes lie. */
  readonly found: FoundFile;
  /** Its bytes, when they are in memory. */
  readonly content: Buffer | undefined;
  /** What goes in between those that are read from `found`. */
  readonly insertion: Insertion | undefined;
  /** Bytes. */
  readonly size: number;
  readonly contentType: string;
  /** It is an HTML page. */
  readonly isPage: boolean;
  readonly validators: Validators;
  /** See `Description`. */
  readonly version: string;
  /** The response to a GET without conditions. */
  readonly whole: Decision;
  /** The response to a client that has it already: a 304. */
  readonly unchanged: Decision;
}

/** What a response carries of a representation. */
export type Extent =
  | { readonly kind: "none" }
  | { readonly kind: "whole" }
  | { readonly kind: "range"; readonly range: ByteRange }
  | { readonly kind: "multipart"; readonly multipart: Multipart };

/** Status, fields and extent of a response, decided before a byte is read. */
export interface Decision {
  readonly status: number;
  readonly fields: OutgoingHttpHeaders;
  readonly extent: Extent;
}

const NONE: Extent = { kind: "none" };
const WHOLE: Extent = { kind: "whole" };

/** Where the bytes of a representation are: in memory, or in `found` with what goes in between. */
export interface Bytes {
  readonly found: FoundFile;
  readonly content: Buffer | undefined;
  readonly insertion?: Insertion | undefined;
}

export function representation(
  { version, contentType, cacheControl, varies }: Description,
  coding: Selected,
  { found, content, insertion }: Bytes,
  validators: Validators,
): Representation {
  const size = content?.length ?? found.size + (insertion?.bytes.length ?? 0);
  const fields: OutgoingHttpHeaders = {
    "content-type": contentType,
    "content-length": size,
    "cache-control": cacheControl,
    etag: validators.etag,
    "last-modified": new Date(validators.lastModified).toUTCString(),
    "accept-ranges": "bytes",
    "x-content-type-options": "nosniff",
  };
  if (coding !== "identity") fields["content-encoding"] = coding;
  if (varies) fields["vary"] = "accept-encoding";
  const whole = { status: 200, fields, extent: WHOLE };
  const unchanged = { status: 304, fields: withoutContent(fields), extent: NONE };
  const isPage = isHtml(contentType);
  return { found, content, insertion, size, contentType, isPage, validators, version, whole, unchanged };
}

/**
 * Decides how a representation answers a GET or HEAD with these fields (RFC 9110 §13.2.2, §14.2).
 *
 * @param given validators in the place of its own
 */
export function decide(
  selected: Representation,
  method: string,
  request: IncomingHttpHeaders,
  given?: Partial<Validators>,
): Decision {
  const validators = given === undefined ? selected.validators : { ...selected.validators, ...given };
  const outcome = evaluate(request, validators);
  if (outcome === "failed") return { status: 412, fields: {}, extent: NONE };
  if (outcome === "not modified") return selected.unchanged;
  const { range, "if-range": ifRange } = request;
  // Ranges are defined for GET alone; over HEAD the field means nothing (RFC 9110 §14.2).
  const field = Array.isArray(ifRange) ? ifRange[0] : ifRange;
  if (range === undefined || method !== "GET" || !rangeApplies(field, validators, Date.now())) {
    return selected.whole;
  }
  return decideRange(selected, range);
}

function decideRange({ whole, size, contentType }: Representation, field: string): Decision {
  const specs = parseRange(field);
  if (specs === undefined) return whole;
  const ranges = resolveRanges(specs, size);
  const [range] = ranges;
  if (range === undefined)
    return { status: 416, fields: { "content-range": contentRange(undefined, size) }, extent: NONE };
  if (ranges.length === 1) {
    const partial = { "content-range": contentRange(range, size), "content-length": range.last - range.first + 1 };
    return { status: 206, fields: { ...whole.fields, ...partial }, extent: { kind: "range", range } };
  }
  const multipart = byteRanges(ranges, contentType, size);
  const partial = { "content-type": multipart.contentType, "content-length": multipart.length };
  return { status: 206, fields: { ...whole.fields, ...partial }, extent: { kind: "multipart", multipart } };
}

/** The fields of a 304: those that guide caches, none that describes content (RFC 9110 §15.4.5). */
function withoutContent(fields: OutgoingHttpHeaders): OutgoingHttpHeaders {
  const { "content-type": _type, "content-length": _length, "content-encoding": _coding, ...rest } = fields;
  return rest;
}

/**
 * The entity tag of a content in memory is its digest, so it stays when the
 * file is only touched, copied or deployed anew. That of a larger one names
 * the version: which file, its size, its times in microseconds. Both strong:
 * another content never has the same.
 *
 * @param tag names what is inserted on the way
 */
export function validatorsOf(found: FoundFile, content?: Buffer, tag?: string): Validators {
  const etag = content === undefined ? versionTag(found, tag) : digestOf(content);
  // No later than the `date` that goes with it (§8.8.2.1): some archives bring times that lie ahead.
  const modified = Math.min(found.mtimeMs, Date.now());
  return { etag: `"${etag}"`, lastModified: Math.floor(modified / 1000) * 1000, isRedated: found.isRedated };
}

function versionTag({ ino, size, mtimeMs, ctimeMs, edition = "" }: FoundFile, tag: string | undefined): string {
  const parts = [ino, size, Math.round(mtimeMs * 1000), Math.round(ctimeMs * 1000)].map((part) => part.toString(36));
  return [...parts, ...(edition === "" ? [] : [edition]), ...(tag === undefined ? [] : [tag])].join("-");
}
