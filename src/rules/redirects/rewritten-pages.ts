import { encodeWritten } from "./canonical.js";
import { piecesOf, type Piece } from "../placeholders.js";
import { RuleTarget, UrlPattern } from "../pattern.js";
import { fill } from "./redirect-target.js";
import type { RedirectRule } from "./redirects-file.js";

/** Rules of each kind that are turned round: each page of a site is compared with all of them. */
const MAX_TURNED = 1000;

/** A rewrite the other way: what its target matches was asked for by its source. */
interface Turned {
  readonly target: UrlPattern;
  readonly source: readonly Piece[];
}

/**
 * By which URLs rewrites may lead to a page, where that can be told from the
 * page: `/repo/* /:splat 200` leads to `/about.html` by `/repo/about.html`,
 * `/* /index.html 200` by URLs without number. Whether they do, the look-up
 * has to say: another rule, or a file, may come first.
 */
export class Rewritten {
  /** The URLs of rules for one path. */
  readonly fixed: readonly string[];
  readonly #turned: readonly Turned[];

  constructor(rules: readonly RedirectRule[]) {
    const rewrites = rules.filter(isPlainRewrite);
    const sources = rewrites.map(({ source }) => sourcePieces(source));
    this.fixed = sources.flatMap((pieces) => (pieces.every(isText) ? textOf(pieces) : [])).slice(0, MAX_TURNED);
    this.#turned = rewrites.flatMap((rule, at) => turned(rule, sources[at] ?? [])).slice(0, MAX_TURNED);
  }

  /** @param pathname canonical URL path of a page */
  urlsOf(pathname: string): readonly string[] {
    return this.#turned.flatMap(({ target, source }) => {
      for (const name of namesOf(pathname, target.source)) {
        const captures = target.match(new RuleTarget("", name));
        if (captures !== undefined) return [fill(source, captures, (value) => value)];
      }
      return [];
    });
  }
}

/** On every host, for every request of its path. */
function isPlainRewrite({ source, query, conditions, status, target }: RedirectRule): boolean {
  return status === 200 && target !== undefined && query.size + conditions.length === 0 && !source.namesHost;
}

const isText = (piece: Piece) => "text" in piece;
const textOf = (pieces: readonly Piece[]) => fill(pieces, new Map(), (value) => value);

function sourcePieces({ source }: UrlPattern): readonly Piece[] {
  const [before = "", after] = source.split("*");
  const splat: Piece[] = after === undefined ? [] : [{ name: "splat" }];
  return [...piecesOf(before, encodeWritten), ...splat, ...piecesOf(after ?? "", encodeWritten)];
}

function turned({ target }: RedirectRule, source: readonly Piece[]): Turned[] {
  const path = target?.path ?? [];
  const known = new Set(path.flatMap((piece) => ("name" in piece ? [piece.name] : [])));
  const wanted = source.flatMap((piece) => ("name" in piece ? [piece.name] : []));
  if (wanted.length === 0 || !wanted.every((name) => known.has(name))) return [];
  const written = path.map((piece) => ("text" in piece ? piece.text : piece.name === "splat" ? "*" : `:${piece.name}`));
  const pattern = UrlPattern.parse(written.join(""));
  return typeof pattern === "string" ? [] : [{ target: pattern, source }];
}

/** How a target may name a page: as its file is called, or as clean URLs are. */
function namesOf(pathname: string, target: string): readonly string[] {
  if (target.endsWith("/index.html") && pathname.endsWith("/")) return [`${pathname}index.html`];
  const isClean = !target.endsWith("*") && pathname.endsWith(".html");
  return isClean ? [pathname.slice(0, -".html".length), pathname] : [pathname];
}
