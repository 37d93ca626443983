import { extname } from "node:path";
import { lookup } from "mrmime";
import { encodingIn, type TextKind } from "../io/encoding/charset.js";
import { isCompressible, suffixes, type Coding } from "./representation/content-coding.js";
import types from "./media-types.json" with { type: "json" };

/**
 * What sites serve and mrmime's table lacks, as it leaves out names of vendors
 * and those in use beside the registered ones; and CommonJS, which no browser
 * would run by the type that is in there, with `nosniff`.
 */
const others: ReadonlyMap<string, string> = new Map(Object.entries(types));

/** What no table knows. No browser renders it. */
export const UNKNOWN_TYPE = "application/octet-stream";

/**
 * What a page loads by the name of a compressed file, without decoding it
 * itself: scripts, styles, graphics, and what Unity's loader asks for. Data
 * (`.json.gz`, `.csv.gz`, `.nii.gz`) is left alone: what loads that decodes it.
 */
const LOADED_CODED = /\.(?:js|mjs|css|svg|wasm|data|symbols\.json)$/i;

/**
 * A file that is compressed and goes out as what it is inside: that name, and
 * the content coding. A name that stands for itself has none.
 */
export function codedName(file: string): { readonly inner: string; readonly coding: Coding } | undefined {
  if (/\.svgz$/i.test(file)) return { inner: file.slice(0, -1), coding: "gzip" };
  for (const coding of ["br", "zstd", "gzip"] as const) {
    if (!file.toLowerCase().endsWith(suffixes[coding])) continue;
    const inner = file.slice(0, -suffixes[coding].length);
    return LOADED_CODED.test(inner) ? { inner, coding } : undefined;
  }
  return undefined;
}

/** Whether bytes are in a coding, as far as its first ones tell (RFC 1952 §2.3, RFC 8878 §3.1.1; Brotli has no mark). */
export function isIn(coding: Coding, start: Buffer): boolean {
  if (coding === "gzip") return start[0] === 0x1f && start[1] === 0x8b;
  return coding === "br" || (start.length >= 4 && start.readUInt32LE(0) === 0xfd2fb528);
}

/** The media type of a file by its name, without parameters (RFC 9110 §8.3.1). */
export function mediaType(file: string): string {
  const name = codedName(file)?.inner ?? file;
  // Of `a.constructor`, mrmime gives what every object has.
  const known: unknown = lookup(name);
  return others.get(extname(name).toLowerCase()) ?? (typeof known === "string" ? known : UNKNOWN_TYPE);
}

/** Whether the content of a file with that name is worth compressing. */
export function isWorthCompressing(file: string): boolean {
  return codedName(file) === undefined && isCompressible(mediaType(file));
}

/** How content of a media type says what encoding it is in; undefined where it is no text, or, as JSON (RFC 8259 §11), takes no `charset`. */
export function textKind(type: string): TextKind | undefined {
  if (type === "text/html") return "html";
  if (type === "text/css") return "css";
  if (/^(?:text|application)\/xml$|\+xml$/.test(type)) return "xml";
  return type.startsWith("text/") ? "plain" : undefined;
}

/**
 * The `content-type` of a text (RFC 9110 §8.3), with the encoding that it is in.
 *
 * @param content the text or its first 64 KB
 * @param size bytes of the whole text
 */
export function contentType(type: string, content: Buffer, size: number): string {
  const kind = textKind(type);
  const charset = kind === undefined ? undefined : encodingIn(content, kind, size);
  return charset === undefined ? type : `${type}; charset=${charset}`;
}

/** Whether a `content-type` value is that of an HTML page. */
export function isHtml(contentType: string): boolean {
  return /^\s*(?:text\/html|application\/xhtml\+xml)\s*(?:;|$)/i.test(contentType);
}

/** Whether a path may be that of a page: an image or a script that is missing must not be answered with one. */
export function mayBePage(path: string): boolean {
  const type = extname(path) === "" ? UNKNOWN_TYPE : mediaType(path);
  return type === UNKNOWN_TYPE || isHtml(type);
}
