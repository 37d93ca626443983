/** What `encodeURIComponent` escapes and a path may hold as it is (RFC 3986 §3.3). */
const PLAIN_IN_PATH = /%(?:24|26|2B|2C|3A|3B|3D|40)/g;

/**
 * A URL path in the one form that rules compare: each octet that may stand as
 * it is decoded, everything else percent-encoded in upper case, two slashes
 * one. A file has many spellings (`/%61dmin` is `/admin`, `/a//b` is `/a/b`),
 * and a rule must hold for all of them. Undefined for a path that names
 * nothing: malformed, or with controls.
 */
export function canonicalPath(pathname: string): string | undefined {
  const path = decodedPath(pathname);
  // Two slashes in front stay: they name no file.
  return path?.includes("//", 1) === true ? path.replaceAll(/(?<=[^/])\/{2,}/g, "/") : path;
}

/** The same with the slashes that it has: a part of it may be a URL. */
export function decodedPath(pathname: string): string | undefined {
  if (/^[\w\-./~]*$/.test(pathname)) return pathname;
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[#\u0000-\u001f\u007f]/.test(pathname)) return undefined;
  try {
    return pathname.split("/").map(canonicalSegment).join("/");
  } catch {
    return undefined;
  }
}

const canonicalSegment = (segment: string) => encodePath(decodeURIComponent(segment));

/** Text as (part of) one segment of a path. */
export function encodePath(text: string): string {
  return encodeURIComponent(text).replaceAll(PLAIN_IN_PATH, decodeURIComponent);
}

/**
 * What an author wrote into a URL, as it goes over the wire. Percent-encoding
 * that is there stays; a backslash is encoded, as browsers take it for a slash.
 */
export function encodeWritten(text: string): string {
  return text.replaceAll(/[^\u0021-\u007e]|["<>\\^`{|}]/gu, (character) => encodeURIComponent(character));
}

/** Without the slash at its end, but for the root. */
export function withoutSlash(path: string): string {
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}
