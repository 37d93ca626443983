import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";
import type { FoundFile } from "./file.js";
import { mediaType } from "./media-type.js";
import { notModified, type Validators } from "./precondition.js";

/** How a file answers a GET or HEAD: status and fields, decided before a byte is read. */
export interface Representation {
  readonly found: FoundFile;
  readonly status: 200 | 304;
  readonly etag: string;
  readonly contentType: string;
  readonly fields: OutgoingHttpHeaders;
}

/**
 * Firefox fetches a stylesheet twice that is stale the moment it arrives
 * (measured with `no-cache`, `no-store`, `max-age=0` and no field at all);
 * two seconds of freshness are enough. Everything else is asked for again
 * each time, and answered 304: a page under development is never stale.
 */
const cacheControl = (contentType: string) => (contentType.startsWith("text/css") ? "max-age=2" : "no-cache");

/** Selects the representation of a file for a GET or HEAD with these fields. */
export function represent(found: FoundFile, request: IncomingHttpHeaders): Representation {
  const contentType = mediaType(found.file);
  const validators = validatorsOf(found);
  const common = {
    "cache-control": cacheControl(contentType),
    etag: validators.etag,
    "last-modified": new Date(validators.lastModified).toUTCString(),
    "x-content-type-options": "nosniff",
  };
  const status = notModified(request, validators) ? 304 : 200;
  const fields: OutgoingHttpHeaders =
    status === 304 ? common : { ...common, "content-type": contentType, "content-length": found.size };
  return { found, status, etag: validators.etag, contentType, fields };
}

/**
 * The entity tag names the version: which file, its size, its time in
 * microseconds. Strong, as a file that keeps all three keeps its bytes.
 */
export function validatorsOf(found: FoundFile): Validators {
  const version = [found.ino, found.size, Math.round(found.mtimeMs * 1000)];
  return {
    etag: `"${version.map((part) => part.toString(36)).join("-")}"`,
    lastModified: Math.floor(found.mtimeMs / 1000) * 1000,
  };
}
