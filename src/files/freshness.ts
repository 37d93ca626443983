import { basename } from "node:path";
import { isHtml } from "./media-type.js";

/** How long clients may use what they have without asking: seconds, or by the names of the files, or not at all. */
export type CachePolicy = "default" | "off" | "immutable" | number;

/** A year: longer, a cache keeps nothing (RFC 9111 §5.2.2.1). Not `public`: behind a password, a shared cache would give it to all (§3.5). */
const IMMUTABLE = "max-age=31536000, immutable";

/**
 * The `cache-control` of a file.
 *
 * By default everything is asked for again each time, and answered 304: a page
 * under development is never stale. But Firefox fetches a stylesheet twice
 * that is stale the moment it arrives (measured with `no-cache`, `no-store`,
 * `max-age=0` and no field at all); two seconds are enough.
 */
export function cacheControl(policy: CachePolicy, file: string, contentType: string): string {
  if (policy === "off") return "no-store";
  if (typeof policy === "number") return policy === 0 ? "no-cache" : `max-age=${policy}`;
  if (policy === "immutable" && !isHtml(contentType) && hasContentHash(basename(file))) return IMMUTABLE;
  return contentType.startsWith("text/css") ? "max-age=2" : "no-cache";
}

/** Extensions, and the words that tools put before them. */
const EXTENSIONS = /(?:\.(?:min|chunk|bundle|module|esm|[a-z\d]{1,5}))+$/;

/**
 * Whether a file name carries a hash of the content, so that another content
 * has another name: eight or more hexadecimal digits (webpack, Parcel), or
 * eight characters of base 64 or base 32 (Vite, Rollup, esbuild). A year is
 * long: a word, a number, a date or a version is not taken for a hash.
 */
export function hasContentHash(name: string): boolean {
  const stem = name.replace(EXTENSIONS, "");
  const hex = /[-._]([\da-f]{8,64})$/.exec(stem)?.[1];
  if (hex !== undefined) return /\d/.test(hex) && /[a-f]/.test(hex);
  const short = /[-._]([\w-]{8})$/.exec(stem)?.[1];
  return short !== undefined && /\d/.test(short) && changes(short) >= (/[a-z]/.test(short) ? 4 : 2);
}

/** How often the kind of the characters changes: words and numbers are runs of one kind, a hash is not. */
function changes(text: string): number {
  const kinds = text
    .replaceAll(/[a-z]+/g, "a")
    .replaceAll(/[A-Z]+/g, "A")
    .replaceAll(/\d+/g, "0");
  return kinds.length - 1;
}
