import { canonicalPath, encodeWritten, withoutSlash } from "./redirects/canonical.js";
import { matchPieces, piecesOf, type Captures, type Piece } from "./placeholders.js";

/** What rules are compared with. */
export class RuleTarget {
  /** `:authority` or `host` of the request, without its port. */
  readonly host: string;
  /** Canonical, without query. */
  readonly path: string;
  /** The same without the slash at its end. */
  readonly slashless: string;
  #reversed: string | undefined;

  constructor(authority: string, path: string) {
    // A dot at the end says that the name is whole (RFC 1034 §3.1): the host is the same.
    this.host = authority.toLowerCase().replace(/\.?(?::\d*)?$/, "");
    this.path = path;
    this.slashless = withoutSlash(path);
  }

  /** The path turned round: once for all rules. */
  get reversed(): string {
    return (this.#reversed ??= reversed(this.path));
  }
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
  /** The same pattern with its text changed, placeholders aside. */
  readonly with: (change: (path: string) => string) => UrlPattern;
  readonly #host: readonly Piece[] | undefined;
  readonly #before: readonly Piece[];
  /** What follows the splat, turned round; undefined without one. */
  readonly #after: readonly Piece[] | undefined;
  /** Where the splat begins a segment: `/blog/*` matches `/blog`, too. */
  readonly #ownSegment: boolean;
  /** The slash at the end of a path is not looked at: unless the splat takes it, or the pattern asks for it. */
  readonly #slashless: boolean;
  /** What every path that matches begins with, and ends with. */
  readonly #start: string;
  readonly #end: string;

  private constructor(
    source: string,
    host: readonly Piece[] | undefined,
    before: string,
    after: string | undefined,
    write: (text: string) => string = writePath,
  ) {
    this.source = source;
    this.with = (change) => new UrlPattern(source, host, before, after, (text) => change(writePath(text)));
    this.#host = host;
    this.#before = piecesOf(after === undefined ? withoutSlash(before) : before, write);
    this.#after = after === undefined ? undefined : turned(piecesOf(after, write));
    this.#ownSegment = after === "" && before.length > 1 && before.endsWith("/");
    this.#slashless = after === undefined || (after !== "" && !after.endsWith("/"));
    const [first] = this.#before;
    const isText = this.#before.length === 1 && first !== undefined && "text" in first;
    this.#start = withoutSlash(startOf(this.#before));
    this.#end = reversed(startOf(this.#after ?? []));
    this.exact = host === undefined && after === undefined && isText ? first.text : undefined;
  }

  /** Reads a pattern; a sentence in lower case when it is none. */
  static parse(source: string): UrlPattern | string {
    const absolute = /^https?:\/\/([^/?#]*)(.*)$/is.exec(source);
    const host = absolute?.[1]?.toLowerCase();
    const [written = ""] = (absolute?.[2] ?? source).split("#");
    const path = written.trim();
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

  /** Whether it looks at the host. */
  get namesHost(): boolean {
    return this.#host !== undefined;
  }

  /** What its placeholders stand for when it matches, else undefined. */
  match(target: RuleTarget): Captures | undefined {
    // Most rules do not match: they cost no more than this.
    const path = this.#slashless ? target.slashless : target.path;
    if (!path.startsWith(this.#start) || !path.endsWith(this.#end)) return undefined;
    const captures: Captures = new Map();
    if (this.#host !== undefined && matchPieces(this.#host, target.host, ".", true, captures) === undefined) {
      return undefined;
    }
    return this.#matchPath(path, target, captures) ? captures : undefined;
  }

  #matchPath(path: string, target: RuleTarget, captures: Captures): boolean {
    if (this.#after === undefined) return matchPieces(this.#before, path, "/", true, captures) !== undefined;
    const whole = this.#ownSegment && !path.endsWith("/") ? `${path}/` : path;
    const start = matchPieces(this.#before, whole, "/", false, captures);
    if (start === undefined) return false;
    let end = path.length;
    if (this.#after.length > 0) {
      const turnedCaptures: Captures = new Map();
      const left = target.reversed.slice(target.path.length - path.length, target.path.length - start);
      const taken = matchPieces(this.#after, left, "/", false, turnedCaptures);
      if (taken === undefined) return false;
      for (const [name, value] of turnedCaptures) captures.set(name, reversed(value));
      end -= taken;
    }
    captures.set("splat", path.slice(start, end));
    return true;
  }
}

/** The text that pieces begin with. */
function startOf([first]: readonly Piece[]): string {
  return first !== undefined && "text" in first ? first.text : "";
}

/** A percent sign that begins no escape is meant as one. */
const writePath = (text: string) => canonicalPath(encodeWritten(text)) ?? encodeWritten(text.replaceAll("%", "%25"));

/** The splat takes as much as it can: what follows it is matched from the end. */
const turned = (pieces: readonly Piece[]) =>
  pieces.map((piece) => ("text" in piece ? { text: reversed(piece.text) } : piece)).toReversed();

/** Of text in ASCII, as canonical paths are. */
function reversed(text: string): string {
  return Array.from(text).toReversed().join("");
}
