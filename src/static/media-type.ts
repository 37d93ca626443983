import { extname } from "node:path";
import { lookup } from "mrmime";

/**
 * What pages load and mrmime's table lacks, as it leaves out names of vendors
 * and those in use beside the registered ones; and CommonJS, which no browser
 * would run by the type that is in there, with `nosniff`.
 */
const others: Readonly<Record<string, string>> = {
  ".cjs": "text/javascript",
  ".cur": "image/x-icon",
  ".flac": "audio/flac",
  ".ico": "image/x-icon",
  ".m4v": "video/mp4",
  ".mkv": "video/x-matroska",
};

/** What no table knows. No browser renders it. */
export const UNKNOWN_TYPE = "application/octet-stream";

/** Types outside `text/` whose content is text in the encoding that the field names. */
const textual = new Set(["application/xhtml+xml", "application/xml", "image/svg+xml"]);

/**
 * The media type of a file by its name, with `charset=utf-8` for text
 * (RFC 9110 §8.3). JSON has no charset parameter (RFC 8259 §11).
 */
export function mediaType(file: string): string {
  const type = others[extname(file).toLowerCase()] ?? lookup(file) ?? UNKNOWN_TYPE;
  return type.startsWith("text/") || textual.has(type) ? `${type}; charset=utf-8` : type;
}

/** Whether a `content-type` value is that of an HTML page. */
export function isHtml(contentType: string): boolean {
  return /^\s*(?:text\/html|application\/xhtml\+xml)\s*(?:;|$)/i.test(contentType);
}
