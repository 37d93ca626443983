import { canonicalPath, encodeWritten, withoutSlash } from "./canonical.js";
import { matchPieces, piecesOf, type Captures, type Piece } from "./chunk.js";

/** What a rule is compared with. */
export interface RuleTarget {
  /** `:authority` or `host` of the request. */
  readonly host: string;
  /** Canonical, without query. */
  readonly path: string;
}

/**
 * What a rule applies to: `/blog/*`, `/movies/:title`,
 * `https://:project.pages.dev/*`. Scheme and port of a request are not looked
 * at. A slash at the end makes no difference, as at Netlify; at Cloudflare it
 * does. Matching takes time in proportion to the path.
 */
export class UrlPattern {
  /** The path, when it is the only one that matches, and on every host; without the slash at its end. */
  readonly exact: string | undefined;
  /** As it was written. */
  readonly source: string;
  readonly #host: readonly Piece[] | undefined;
  readonly #before: readonly Piece[];
  /** What follows the splat, turned round; undefined without one. */
  readonly #after: readonly Piece[] | undefined;
  /** Where the splat begins a segment: `/blog/*` matches `/blog`, too. */
  readonly #ownSegment: boolean;

  private constructor(source: string, host: readonly Piece[] | undefined, before: string, after: string | undefined) {
    this.source = source;
    this.#host = host;
    this.#before = piecesOf(after === undefined ? withoutSlash(before) : before, writePath);
    this.#after = after === undefined ? undefined : turned(piecesOf(after, writePath));
    this.#ownSegment = after === "" && before.length > 1 && before.endsWith("/");
    const [first] = this.#before;
    const isText = this.#before.length === 1 && first !== undefined && "text" in first;
    this.exact = host === undefined && after === undefined && isText ? first.text : undefined;
  }

  /** Reads a pattern; a sentence in lower case when it is none. */
  static parse(source: string): UrlPattern | string {
    const absolute = /^https?:\/\/([^/?#]*)(.*)$/is.exec(source);
    const host = absolute?.[1]?.toLowerCase();
    const [path = ""] = (absolute?.[2] ?? source).split("#");
    if (host !== undefined && /[*@]|:(?![a-z])/.test(host)) {
      return "the host of a pattern is a name, with placeholders and without port";
    }
    if (host === "") return "the pattern has no host";
    if (path.includes("?")) return "a path is matched without its query";
    if (host === undefined && !path.startsWith("/")) return "a path begins with a slash";
    const [before = "", after, more] = (path === "" ? "/" : path).split("*");
    if (more !== undefined) return "a pattern has one splat (*) at most";
    if (/:[a-z]\w*(?::[a-z]|$)/i.test(after === undefined ? "" : before) || /^:[a-z]/i.test(after ?? "")) {
      return "a placeholder and the splat need text between them";
    }
    if (/:[a-z]\w*:[a-z]/i.test(path + (host ?? ""))) return "two placeholders need text between them";
    return new UrlPattern(source, host === undefined ? undefined : piecesOf(host, (text) => text), before, after);
  }

  /** What its placeholders stand for when it matches, else undefined. */
  match({ host, path }: RuleTarget): Captures | undefined {
    const captures: Captures = new Map();
    if (this.#host !== undefined) {
      const name = host.toLowerCase().replace(/:\d*$/, "");
      if (matchPieces(this.#host, name, ".", true, captures) === undefined) return undefined;
    }
    return this.#matchPath(path, captures) ? captures : undefined;
  }

  #matchPath(path: string, captures: Captures): boolean {
    if (this.#after === undefined) {
      return matchPieces(this.#before, withoutSlash(path), "/", true, captures) !== undefined;
    }
    const whole = this.#ownSegment && !path.endsWith("/") ? `${path}/` : path;
    const start = matchPieces(this.#before, whole, "/", false, captures);
    if (start === undefined) return false;
    const rest = path.slice(start);
    if (this.#after.length === 0) {
      captures.set("splat", rest);
      return true;
    }
    const turnedCaptures: Captures = new Map();
    const end = matchPieces(this.#after, reversed(rest), "/", false, turnedCaptures);
    if (end === undefined) return false;
    for (const [name, value] of turnedCaptures) captures.set(name, reversed(value));
    captures.set("splat", rest.slice(0, rest.length - end));
    return true;
  }
}

/** A path that can't be decoded matches no request anyway. */
const writePath = (text: string) => canonicalPath(encodeWritten(text)) ?? text;

/** The splat takes as much as it can: what follows it is matched from the end. */
const turned = (pieces: readonly Piece[]) =>
  pieces.map((piece) => ("text" in piece ? { text: reversed(piece.text) } : piece)).toReversed();

/** Of text in ASCII, as canonical paths are. */
function reversed(text: string): string {
  return Array.from(text).toReversed().join("");
}
