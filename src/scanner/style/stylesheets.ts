import type { ContentSecurityPolicy } from "../url/csp.js";
import type { CssFacts } from "../css/facts.js";
import type { InlineStylesheet } from "../html/facts.js";
import { fontType } from "../../manifest/destination.js";
import { baseOf } from "../../manifest/resolve.js";
import { IMPORT, type Context, type Listing, type Located } from "../needs-list.js";
import type { LinkAttributes } from "../../manifest/types.js";
import { isTrivialMedia, matchesMedia, mayMatchMedia, type Viewport } from "../css/media-queries.js";
import type { FontNeed } from "./what-styles-load.js";
import { type Applies, NEED, type Need, type Reference } from "../url/reference.js";
import type { SiteFacts } from "../facts-cache.js";
import { isServedAs } from "../lookup.js";
import { type MaybePromise, whenKnown } from "../../io/maybe-promise.js";
import { wordSet } from "../../io/text/word-set.js";
import { takeTurns, type Work } from "../work.js";
import type { Sheet } from "./cascade.js";
import type { ImageUse } from "./image-uses.js";

/** Where a stylesheet stands. */
interface SheetPlace {
  readonly applies: Applies;
  readonly layer: string;
  readonly depth: number;
  /** Set when it, and with it what it imports, can wait. */
  readonly need?: Need;
  /** It applies in the window that pages are scanned for, and not in every one. */
  readonly media?: boolean;
  /** The media query that it applies under; undefined for none, or where there is more than one. */
  readonly query?: string;
  /** What it imports is named by the page itself: browsers look ahead for `@import` in `style` elements, too. */
  readonly inPage?: boolean;
}

/** How deep imports are followed: no site comes near, and a browser gives up somewhere, too. */
const MAX_DEPTH = 500;
/** Stylesheets of a page that count, each in each layer that it is imported into. */
const MAX_SHEETS = 2000;

/** Of work, for looking up one that is imported. */
const IMPORT_STEPS = 100;

/** Stylesheets of other hosts that bring fonts or icons, and hide nothing. */
const BRINGS_FONTS =
  /^(?:https?:)?\/\/(?:fonts\.googleapis\.com|fonts\.bunny\.net|[up]\w*\.typekit\.net|api\.fontshare\.com)\/|font-?awesome|(?:material|bootstrap|box|remix|ion)-?(?:design-?)?icons?/i;

/** The stylesheets of a page with what they import, in the order of the cascade. */
export class SheetList {
  readonly sheets: Sheet[] = [];
  /** Those that apply and have nothing that counts, but say what they skip. */
  readonly skipping: Sheet[] = [];
  /** One applies that can't be read, of another host most often. */
  #hasUnread = false;
  /** What the vocabulary must have for them. */
  generation = 0;
  readonly #listing: Listing;
  readonly #facts: SiteFacts;
  readonly #policy: ContentSecurityPolicy;
  readonly #viewport: Viewport;
  readonly #work: Work;
  /** Files that the stylesheets are in, for the line of what they miss. */
  readonly #files = new Map<string, Pick<Context, "file" | "encoding">>();
  readonly #circular = new Set<string>();
  readonly #seen = new Set<string>();
  /** Stylesheets that are being read, each imported by the one before. */
  readonly #open = new Set<string>();

  constructor(listing: Listing, facts: SiteFacts, policy: ContentSecurityPolicy, viewport: Viewport, work: Work) {
    this.#work = work;
    this.#listing = listing;
    this.#facts = facts;
    this.#policy = policy;
    this.#viewport = viewport;
  }

  /**
   * Adds the content of a `style` element.
   *
   * @param seen it stands in the first round trip of the page
   */
  inline({ facts, applies, windows }: InlineStylesheet, context: Context, seen: boolean): MaybePromise<void> {
    this.#files.set(context.pathname, context);
    const inner: Context = { ...context, isInlineStyle: true };
    const place: SheetPlace = { applies, layer: "", depth: 0, media: windows === "some", inPage: seen };
    if (windows !== "others") return this.#take(facts, inner, place);
    return this.#apply(facts, inner, { ...place, applies: applies && "elsewhere" });
  }

  /** Takes note of one that is loaded, and not ours to read: what such ones most often hide may be hidden. */
  unread(url: string): void {
    if (this.#hasUnread || BRINGS_FONTS.test(url)) return;
    this.#hasUnread = true;
    const { facts, generation } = this.#facts.unreadStyle();
    this.generation = Math.max(this.generation, generation);
    this.sheets.push({ facts, base: baseOf("/"), layer: "", from: "", deferred: true, windows: "all" });
  }

  /** Adds a stylesheet that a `link` names. */
  linked(located: Located, { need, applies, media }: Reference, { encoding }: Context): MaybePromise<void> {
    const query = media === undefined ? {} : { query: media };
    const place = { applies: applies ?? false, layer: "", depth: 0, media: media !== undefined, ...query };
    if (need === NEED.idle) return this.#sheet(located, { ...place, need }, encoding);
    // The page is rendered without what it imports, too.
    return this.#sheet(located, applies === "deferred" ? { ...place, need: NEED.deferredScript } : place, encoding);
  }

  /** @param environment encoding of what loads it */
  #sheet({ file, target, pathname }: Located, place: SheetPlace, environment: string): MaybePromise<void> {
    if (!isServedAs("style", file)) return this.#listing.doubt(target);
    // Stylesheets that import each other come out otherwise when one of them is there ahead (measured).
    if (this.#open.has(target) && !this.#circular.has(target)) {
      this.#circular.add(target);
      for (const open of this.#open) this.#listing.doubt(open);
    }
    const key = `${target}\n${place.applies}\n${place.layer}`;
    if (this.#seen.has(key) || this.#seen.size >= MAX_SHEETS || place.depth > MAX_DEPTH) return;
    // Blink bails, too, where a stylesheet imports one that it is imported by.
    if (this.#open.has(target)) return;
    this.#seen.add(key);
    this.#open.add(target);
    const taken = whenKnown(this.#facts.css(file, environment), ({ facts, encoding, generation }) => {
      this.#files.set(pathname, { file, encoding });
      if (place.applies !== false) this.generation = Math.max(this.generation, generation);
      return this.#take(facts, { file, pathname, base: this.#facts.references.baseOf(target), encoding }, place);
    });
    return whenKnown(taken, () => void this.#open.delete(target));
  }

  /** What a stylesheet imports comes before it in the cascade. */
  #take(facts: CssFacts, context: Context, place: SheetPlace): MaybePromise<void> {
    if (facts.imports.length === 0) return this.#apply(facts, context, place);
    if (facts.beforeImports !== undefined) this.#apply(facts.beforeImports, context, place);
    return this.#imports(facts, context, place).then(() => this.#apply(facts, context, place));
  }

  async #imports(facts: CssFacts, context: Context, place: SheetPlace): Promise<void> {
    for (const { url, media, layer, offset } of facts.imports) {
      if (!this.#work.spend(IMPORT_STEPS)) return;
      const turn = takeTurns();
      if (turn !== undefined) await turn;
      const matching = matchesMedia(media, this.#viewport);
      const need = matching ? (place.need ?? NEED.style) : NEED.idle;
      const link = linkUnder(place, media);
      const named = place.inPage === true ? { named: true as const } : {};
      const reference: Reference = { url, as: "style", need, offset, by: IMPORT, ...link, ...named };
      const located = await this.#listing.reference(reference, context, this.#policy);
      if (located === "elsewhere" && place.applies !== false) this.unread(url);
      if (located === undefined || located === "elsewhere") continue;
      const inner: SheetPlace = {
        applies: matching ? place.applies : place.applies !== false && mayMatchMedia(media) && "elsewhere",
        layer: layer === undefined ? place.layer : place.layer === "" ? layer : `${place.layer}.${layer}`,
        depth: place.depth + 1,
        media: place.media === true || !isTrivialMedia(media),
        ...(link.rel === undefined || link.media === undefined ? {} : { query: link.media }),
      };
      await this.#sheet(located, need === NEED.style ? inner : { ...inner, need }, context.encoding);
    }
  }

  #apply(facts: CssFacts, context: Context, place: SheetPlace): void {
    if (place.applies === false) return;
    const deferred = place.applies === "deferred";
    const isElsewhere = place.applies === "elsewhere";
    const sheet: Sheet = {
      facts,
      base: context.base,
      layer: place.layer,
      from: context.pathname,
      deferred,
      windows: isElsewhere ? "others" : place.media === true ? "some" : "all",
    };
    if (facts.size > 0 || facts.layers.length > 0 || (facts.fonts.length > 0 && !isElsewhere)) this.sheets.push(sheet);
    else if (!isElsewhere && facts.skipped.length > 0) this.skipping.push(sheet);
  }

  /** Lists a font: the first source that is there is the one that is loaded. */
  async font({ face, sheet, isGenerated, mayDiffer }: FontNeed, page: Context): Promise<void> {
    const context = this.#contextOf(sheet, page);
    for (const url of face.sources) {
      const type = fontType(url.replace(/[?#].*$/s, ""));
      const reference: Reference = {
        url,
        as: "font",
        need: NEED.font,
        offset: face.offset,
        by: `@font-face "${face.family}"`,
        // Where it is installed, in another window, or where a rule does not match after all, it is not loaded.
        ...(face.mayBeOther || sheet.windows === "some" || face.byMedia || mayDiffer ? {} : { rel: "preload" }),
        crossorigin: "anonymous",
        ...(type === undefined ? {} : { type }),
        ...(face.swaps || isGenerated || isOfIcons(face) || sheet.deferred === true ? { when: "load" } : {}),
      };
      const located = await this.#listing.reference(reference, context, this.#policy);
      if (located !== undefined) return;
    }
  }

  /** Where a stylesheet is. The same `style` element may have been met in another page first. */
  #contextOf({ from, base }: Sheet, page: Context): Context {
    const known = this.#files.get(from);
    if (known === undefined || from === page.pathname) return { ...page, base, isInlineStyle: true };
    return { file: known.file, encoding: known.encoding, pathname: from, base };
  }

  /** Lists an image that a style loads. */
  async image({ url, property, sheet, offset, certain }: ImageUse, page: Context): Promise<void> {
    // A fragment alone is an element of this document.
    if (url.startsWith("#")) return;
    const context: Context = sheet === undefined ? { ...page, isInlineStyle: true } : this.#contextOf(sheet, page);
    const { rel, ...fetched } = linkOf(property);
    // What another window does not load is not announced to all of them.
    const link = certain && rel !== undefined ? { rel, ...fetched } : fetched;
    const when = property === "cursor" ? ({ when: "load" } as const) : {};
    const reference: Reference = { url, as: "image", need: NEED.image, offset, by: property, ...link, ...when };
    await this.#listing.reference(reference, context, this.#policy);
  }
}

/**
 * How what a stylesheet imports is announced: with the media query that it is
 * fetched under. Where two count, no link says that.
 */
function linkUnder({ media: isByMedia = false, query }: SheetPlace, own: string): LinkAttributes {
  const queries = [query ?? [], isTrivialMedia(own) ? [] : own].flat();
  const [media] = queries;
  const isSaid = queries.length < 2 && isByMedia === (query !== undefined);
  return { ...(isSaid ? { rel: "preload" as const } : {}), ...(media === undefined ? {} : { media }) };
}

/** Fonts in which the words of a page are icons, as `home` is: no text waits for them. */
const isOfIcons = ({ family }: FontNeed["face"]) => /^material (?:symbols|icons)/.test(family);

/** Images of these properties take no preload, and those of the others are fetched with CORS (Chromium 156, measured). */
export const UNLINKED_PROPERTIES = wordSet("filter backdrop-filter clip-path fill stroke marker");
const WITH_CORS = wordSet("mask-image mask-border-source shape-outside");

function linkOf(property: string): LinkAttributes {
  if (UNLINKED_PROPERTIES.has(property)) return {};
  return WITH_CORS.has(property) ? { rel: "preload", crossorigin: "anonymous" } : { rel: "preload" };
}
