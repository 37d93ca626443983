import type { ManifestEntry } from "./types.js";

/** Where references that the text of a page makes point to when no origin is known: a name that never resolves (RFC 2606). */
const ORIGIN = "https://h2push.invalid";

/** The URL of a request target, as the base of references. */
export function baseOf(pathname: string): URL {
  return new URL(`${ORIGIN}${pathname}`);
}

/** A target of the same site. */
export interface Target {
  readonly target: string;
  readonly pathname: string;
  /** Its entry in the list that it was put in last: most pages refer to it in the same way. */
  last?: ManifestEntry;
}

/** What a reference came to: a target, or why it is none. */
export type ResolvedReference = Target | { readonly left: "other origin" | "data" | "invalid" };

/**
 * Resolves a reference as a browser does (URL standard): the target is a
 * path-absolute reference with its query as it goes over the wire, without
 * fragment.
 */
export function resolve(reference: string, base: URL): ResolvedReference {
  let url: URL;
  try {
    url = new URL(reference, base);
  } catch {
    return { left: "invalid" };
  }
  return resolveUrl(url);
}

/** The target that a URL is on the page's site, or why it is none. */
export function resolveUrl(url: URL): ResolvedReference {
  if (url.protocol === "data:" || url.protocol === "blob:" || url.protocol === "about:") return { left: "data" };
  if (url.origin !== ORIGIN) return { left: "other origin" };
  const { pathname } = url;
  // "//x" as a reference names a host: such a path can't be announced.
  if (pathname.startsWith("//")) return { left: "invalid" };
  // Of an empty query the "?" goes over the wire, too: `search` lacks it.
  const query = url.search === "" && /^[^#]*\?/.test(url.href) ? "?" : url.search;
  return { target: pathname + query, pathname };
}

/** The base that `<base href>` gives to the references of a page at `base` (HTML §2.4.1). */
export function documentBase(href: string | undefined, base: URL): URL {
  if (href === undefined) return base;
  try {
    const url = new URL(href, base);
    return url.protocol === "data:" || url.protocol === "javascript:" ? base : url;
  } catch {
    return base;
  }
}
