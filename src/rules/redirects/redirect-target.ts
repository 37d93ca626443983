import { encodeWritten } from "./canonical.js";
import { piecesOf, type Captures, type Piece } from "../placeholders.js";

/** Where a rule leads, placeholders and all. */
export interface RedirectTarget {
  /** `https://host`, or "" on the site itself. Never made from what a request says. */
  readonly origin: string;
  readonly path: readonly Piece[];
  /** Without its "?". */
  readonly query: readonly Piece[] | undefined;
  /** Without its "#". */
  readonly fragment: readonly Piece[] | undefined;
}

/** Reads a target; a sentence in lower case when it is none. */
export function parseTarget(text: string): RedirectTarget | string {
  const [, origin = "", rest = ""] = /^((?:https?:)?\/\/[^/?#\\]*)?(.*)$/is.exec(text) ?? [];
  if (origin !== "") {
    const authority = origin.slice(origin.indexOf("//") + 2);
    if (authority === "") return `no host in ${text}`;
    if (/:[a-z]/i.test(authority)) {
      return `a request must not choose the host that it is sent to: ${text}`;
    }
    if (!/^[\w.-]+(?::\d+)?$|^\[[\da-f:.]+\](?::\d+)?$/i.test(authority)) return `not a host: ${authority}`;
  } else if (!rest.startsWith("/")) {
    return `neither a path nor a URL of http or https: ${text}`;
  }
  const [, path = "", query, fragment] = /^([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s.exec(rest) ?? [];
  return {
    origin: origin.startsWith("//") ? `https:${origin}` : origin,
    path: piecesOf(path === "" ? "/" : path, encodeWritten),
    query: query === undefined ? undefined : piecesOf(query, encodeWritten),
    fragment: fragment === undefined ? undefined : piecesOf(fragment, encodeWritten),
  };
}

/**
 * The path that a target means for one request. On the site itself it begins
 * with one slash, whatever the request put in its place: two would begin a
 * host (RFC 3986 §4.2).
 */
export function targetPath({ origin, path }: RedirectTarget, captures: Captures): string {
  const filled = fill(path, captures, (value) => value);
  return origin === "" ? filled.replaceAll(/\/{2,}/g, "/") : filled;
}

/** The query of a target for one request, with its "?"; undefined when it has none of its own. */
export function targetQuery({ query }: RedirectTarget, captures: Captures): string | undefined {
  // What a placeholder stands for is one value, whatever is in it.
  return query && `?${fill(query, captures, (value) => encodeURIComponent(decodeURIComponent(value)))}`;
}

/** The fragment of a target for one request, with its "#", or "". */
export function targetFragment({ fragment }: RedirectTarget, captures: Captures): string {
  return fragment === undefined ? "" : `#${fill(fragment, captures, (value) => value)}`;
}

/** Text with placeholders, those filled in that a pattern has captured; a name that it has not stays as it is. */
export function fill(pieces: readonly Piece[], captures: Captures, encode: (value: string) => string): string {
  return pieces
    .map((piece) => {
      if ("text" in piece) return piece.text;
      const value = captures.get(piece.name);
      return value === undefined ? `:${piece.name}` : encode(value);
    })
    .join("");
}
