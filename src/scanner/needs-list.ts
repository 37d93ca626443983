import { encodingOf } from "../io/encoding/encoding-label.js";
import { inEncoding } from "./url/query-encoding.js";
import type { ContentSecurityPolicy } from "./url/csp.js";
import { isPagePath } from "../manifest/destination.js";
import type { HtmlFacts } from "./html/facts.js";
import type { SiteFacts } from "./facts-cache.js";
import type { LookupTarget, LookedUp, SiteFile } from "./lookup.js";
import type { EntryMarks, LinkAttributes, ManifestEntry } from "../manifest/types.js";
import type { Route } from "./modules/route-match.js";
import { besideImportMap } from "./modules/beside-import-map.js";
import { type ResolvedReference, resolve, type Target } from "../manifest/resolve.js";
import { type Need, type Reference } from "./url/reference.js";
import type { ReferenceRecord } from "./reference-record.js";
import type { IgnoredTarget, MissingReference, PageNeeds } from "./types.js";
import { marksOf, marksOfBoth, sayTheSame } from "./entry-marks.js";
import { type MaybePromise, whenKnown } from "../io/maybe-promise.js";
import { entryFor } from "./entry.js";

/** A file that makes references. */
export interface Context {
  readonly file: SiteFile;
  /** Its URL path. */
  readonly pathname: string;
  readonly base: URL;
  /** The one that it was in. */
  readonly encoding: string;
  /** It is a style in the page: the same text may stand elsewhere, and its offsets count from its own beginning. */
  readonly isInlineStyle?: true;
}

/** Where a reference is written. */
export const positionOf = ({ url, offset }: Reference, { file, isInlineStyle }: Context, facts: SiteFacts) =>
  facts.positionOf(file, offset, isInlineStyle && url);

/** A target that is there. */
export interface Located {
  readonly target: string;
  readonly pathname: string;
  readonly file: SiteFile;
}

/** Says what the server would answer. */
export type PageLookup = (asked: LookupTarget) => MaybePromise<LookedUp>;

interface Found {
  readonly entry: ManifestEntry;
  readonly reason: string;
  /** The reference that says how it is fetched, and what that resolves against. */
  readonly reference: Reference;
  readonly base: URL;
  readonly marks: EntryMarks;
  /** Of all references to it the most pressing. */
  readonly need: Need;
}

/** What a page says that bears on how everything in it is announced. */
type ListedPage = Pick<HtmlFacts, "mayHaveImportMap" | "mayMoveBase">;

/** What one page needs, as it is found: each target once, at its earliest need. */
export class Listing {
  readonly #facts: SiteFacts;
  readonly #lookup: PageLookup;
  readonly #page: ListedPage;
  readonly #found = new Map<string, Found>();
  readonly #doubtful = new Set<string>();
  readonly #missing = new Map<string, MissingReference>();
  readonly #ignored = new Map<string, IgnoredTarget>();
  readonly #record: ReferenceRecord | undefined;
  /** What is listed now is loaded by scripts as they run. */
  byRunningScripts = false;
  /** What is listed now is loaded for the path of the page, by a router: for certain, or not. */
  #byRouter: "certain" | "uncertain" | undefined;
  /** Targets of which that is all that is known. */
  readonly #routed = new Map<string, "certain" | "uncertain">();
  /** Targets that running scripts alone load, and scripts that can wait. */
  readonly #late = new Set<string>();

  /** @param record takes note of each reference */
  constructor(facts: SiteFacts, lookup: PageLookup, page: ListedPage, record?: ReferenceRecord) {
    this.#record = record;
    this.#facts = facts;
    this.#lookup = lookup;
    this.#page = page;
  }

  /** @param isMadeByScript the page shows nothing before its scripts have run: what they load is painted first */
  needs(isMadeByScript = false): PageNeeds {
    const found = [...this.#found.values()].sort((a, b) => a.need - b.need);
    const { mayHaveImportMap, mayMoveBase } = this.#page;
    const isDoubtful = (target: string) =>
      mayMoveBase || this.#doubtful.has(target) || this.#routed.get(target) === "uncertain";
    const isLate = (target: string) => !isMadeByScript && this.#late.has(target);
    const entryIn = ({ entry }: Found): ManifestEntry => ({
      ...(isDoubtful(entry.target) ? unlinked(entry) : entry),
      ...(isLate(entry.target) ? { when: "load" } : {}),
      ...(this.#routed.has(entry.target) ? { route: true } : {}),
    });
    // Pages have entries in common: an object for each of them and each page would fill the memory.
    const isMarked = ({ entry: { target } }: Found) => isDoubtful(target) || isLate(target) || this.#routed.has(target);
    return {
      entries: found.map((one) => (isMarked(one) ? entryIn(one) : one.entry)),
      mayHaveImportMap,
      isMadeByScript,
      reasons: new Map(found.map(({ entry, reason }) => [entry.target, reason])),
      missing: [...this.#missing.values()],
      ignored: [...this.#ignored.values()].filter(({ target }) => !this.#found.has(target)),
    };
  }

  /** Lists what a router loads for the path of the page. */
  async routed({ isCertain }: Pick<Route<unknown>, "isCertain">, list: () => Promise<void>): Promise<void> {
    this.#byRouter = isCertain ? "certain" : "uncertain";
    await list();
    this.#byRouter = undefined;
  }

  /** Has a target not announced, as that might change what the page does. It can be pushed. */
  doubt(target: string): void {
    this.#doubtful.add(target);
  }

  has(target: string): boolean {
    return this.#found.has(target);
  }

  /** Whether a file of the site answers for a URL. */
  async isThere(url: string, base: URL): Promise<boolean> {
    const resolved = this.#facts.references.resolve(url, base);
    return "target" in resolved && (await this.#lookup({ target: resolved.target, navigates: false })).kind === "file";
  }

  /** Notes what is no part of loading the page; without a base, what has no URL. */
  ignore(url: string, reason: string, base?: URL): void {
    const resolved = base === undefined ? ({ left: "invalid" } as const) : resolve(url, base);
    if ("left" in resolved && resolved.left === "data") return;
    const target = "target" in resolved ? resolved.target : url;
    if (!this.#ignored.has(target)) this.#ignored.set(target, { target, reason });
  }

  /**
   * Lists what a reference leads to, and returns it if it is there and the
   * policy lets it be loaded. "elsewhere": it is loaded, and not listed.
   */
  reference(
    reference: Reference,
    context: Context,
    policy?: ContentSecurityPolicy,
    resolved: ResolvedReference = this.#facts.references.resolve(reference.url, context.base),
  ): MaybePromise<Located | "elsewhere" | undefined> {
    if ("left" in resolved) {
      if (resolved.left !== "data") this.ignore(reference.url, resolved.left, context.base);
      return resolved.left === "invalid" ? undefined : "elsewhere";
    }
    const written = inEncoding(reference.url, context.encoding);
    if (written === undefined) {
      this.ignore(reference.url, `query in ${context.encoding}`, context.base);
      return "elsewhere";
    }
    if (written !== reference.url) return this.reference({ ...reference, url: written }, context, policy);
    const allowsAll = policy === undefined || policy.allowsAll(reference.as);
    if (policy?.forbids(reference.as) === true || (reference.by === IMPORT && !allowsAll)) {
      this.ignore(reference.url, "content security policy", context.base);
      return undefined;
    }
    const { target, pathname } = resolved;
    if (isPageItself(reference, pathname, context)) {
      this.ignore(reference.url, "the page itself", context.base);
      return undefined;
    }
    this.#record?.add(target, reference, context);
    if (!allowsAll || policy?.isOpaque === true) this.doubt(target);
    return whenKnown(this.#lookup({ target, navigates: reference.as === "document" }), (found) => {
      if (found.kind === "other") {
        this.ignore(reference.url, found.reason, context.base);
        return "elsewhere";
      }
      if (found.kind === "missing" || isStandIn(found, pathname, reference)) {
        return this.#miss(target, reference, context, found.kind === "missing" ? found.unreadable : undefined);
      }
      return whenKnown(this.#withoutGarbling(reference, context, found), (certain) => {
        this.#list(resolved, certain, context, found);
        return { target, pathname, file: found };
      });
    });
  }

  /**
   * Without a link where that would change the text: what names no encoding is
   * decoded in the one of the document, but in UTF-8 when a `Link` field asked
   * for it (Chromium 156, measured). A script whose element names another
   * encoding than the document's is fetched again (Firefox 153, measured). Both can be pushed.
   */
  #withoutGarbling(reference: Reference, { encoding }: Context, file: SiteFile): MaybePromise<Reference> {
    const { as, rel, charset } = reference;
    const own = charset === undefined ? encoding : (encodingOf(charset) ?? encoding);
    if (own !== encoding) return unlinked(reference);
    if (encoding === "utf-8" || rel !== "preload" || (as !== "style" && as !== "script")) return reference;
    return whenKnown(this.#facts.namesEncoding(file, as), (named) => (named ? reference : unlinked(reference)));
  }

  #list(resolved: Target, reference: Reference, context: Context, file: SiteFile): void {
    const { target } = resolved;
    const known = this.#found.get(target);
    const isBetter = known === undefined || saysBetter(reference, known);
    if (!this.byRunningScripts && reference.canWait !== true) this.#late.delete(target);
    else if (known === undefined) this.#late.add(target);
    if (this.#byRouter === undefined) this.#routed.delete(target);
    else if (known === undefined) this.#routed.set(target, this.#byRouter);
    // Of different integrity in different places: an announcement would take a side.
    if (known !== undefined && known.reference.integrity !== reference.integrity) this.doubt(target);
    const own = marksOf(reference);
    const marks = known === undefined ? own : marksOfBoth(own, known.marks);
    if (!isBetter && sayTheSame(marks, known.marks)) return;
    const best = isBetter ? reference : known.reference;
    const base = isBetter ? context.base : known.base;
    const reason = isBetter ? `${reference.by} in ${context.pathname}` : known.reason;
    const need = known === undefined || reference.need < known.need ? reference.need : known.need;
    const announced = this.#page.mayHaveImportMap ? besideImportMap(best) : best;
    const entry = entryFor(resolved, announced, marks, base, file, this.#facts);
    this.#found.set(target, { entry, reference: best, base, marks, need, reason });
  }

  async #miss(target: string, reference: Reference, context: Context, unreadable?: string): Promise<undefined> {
    this.#record?.miss(target, reference, context);
    if (this.#missing.has(target)) return;
    const { line } = await positionOf(reference, context, this.#facts);
    const fault = unreadable === undefined ? {} : { unreadable };
    this.#missing.set(target, { target, from: context.pathname, line, ...fault });
  }
}

/** What refers to a stylesheet from another one. */
export const IMPORT = "@import";

/** Destinations that a page may be what is wanted for. */
const TAKE_PAGES: ReadonlySet<string> = new Set(["document", "embed", "fetch", "object"]);

/** Whether a reference means the page itself, of which it needs nothing: `src="#"`. */
export const isPageItself = ({ url }: Reference, pathname: string, context: Context) =>
  pathname === context.pathname && /^\s*#/.test(url);

/** Whether a page is served in the place of a script, an image or the like: a rule for all paths hides that it is missing. */
export function isStandIn({ file }: SiteFile, pathname: string, { as }: Reference): boolean {
  return isPagePath(file) && !isPagePath(pathname) && !TAKE_PAGES.has(as);
}

function unlinked<T extends LinkAttributes>(linked: T): Omit<T, "rel"> {
  const { rel: _, ...fetched } = linked;
  return fetched;
}

/** What uses a target for certain knows better how it is fetched than what preloads it; else the most pressing reference does. */
function saysBetter({ by, need, rel }: Reference, known: Found): boolean {
  return need < known.need || (rel !== undefined && isPreload(known.reference.by) && !isPreload(by));
}

const isPreload = (by: string) => by === "preload" || by === "modulepreload";
