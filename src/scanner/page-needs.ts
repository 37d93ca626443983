import { ReferenceRecord } from "./reference-record.js";
import type { DocumentFacts, InlineStylesheet } from "./html/facts.js";
import { Listing, type Located, type PageLookup } from "./needs-list.js";
import { PageContexts } from "./page-contexts.js";
import { PageScripts } from "./page-scripts.js";
import type { Viewport } from "./css/media-queries.js";
import { styleNeeds } from "./style/what-styles-load.js";
import type { Reference } from "./url/reference.js";
import type { SiteFile } from "./lookup.js";
import type { Outline } from "./style/outline/outline.js";
import type { PageNeeds } from "./types.js";
import type { SiteFacts } from "./facts-cache.js";
import { takeTurns, Work } from "./work.js";
import { SheetList } from "./style/stylesheets.js";
import { type MaybePromise, whenKnown } from "../io/maybe-promise.js";

/** Scripts that make the styles of the classes that a page has. */
const MAKES_STYLES = /\b(?:tailwindcss|unocss|twind)\b/i;

/** Whether a reference is that of an element which shows an image. */
const isImageElement = ({ as, by }: Reference) => as === "image" && by !== "preload";

/** Images up to this size are logos and the like (bytes). */
const LOGO_BYTES = 20_000;

/** The page whose needs are asked for. */
export interface PageToScan {
  /** URL path that references resolve against. */
  readonly pathname: string;
  readonly file: SiteFile;
  /** Its `Content-Security-Policy` fields. */
  readonly policies: readonly string[];
  readonly viewport: Viewport;
  /** Says of stylesheets, too, what they name and do not load. */
  readonly explain: boolean;
  /** Says in `record` what is checked; targets that response fields announce. */
  readonly record: readonly string[] | undefined;
}

/** Follows what the page refers to, to the end, and puts it in order of need; each target once. */
export async function findPageNeeds(page: PageToScan, facts: SiteFacts, lookup: PageLookup): Promise<PageNeeds> {
  return new PageNeedsSearch(page, await facts.html(page.file, 0), facts, lookup).find();
}

class PageNeedsSearch {
  readonly #explain: boolean;
  readonly #document: DocumentFacts;
  readonly #facts: SiteFacts;
  readonly #work = new Work();
  readonly #contexts: PageContexts;
  readonly #listing: Listing;
  readonly #record: ReferenceRecord | undefined;
  readonly #sheets: SheetList;
  readonly #scripts: PageScripts;
  /** Where the first image in the HTML stands that is larger than a logo. */
  #firstLargeImage = Number.POSITIVE_INFINITY;

  constructor(page: PageToScan, document: DocumentFacts, facts: SiteFacts, lookup: PageLookup) {
    this.#explain = page.explain;
    this.#document = document;
    this.#facts = facts;
    this.#contexts = new PageContexts(page, document);
    this.#record = page.record === undefined ? undefined : new ReferenceRecord(page.record, lookup);
    this.#listing = new Listing(facts, lookup, document, this.#record);
    this.#sheets = new SheetList(this.#listing, facts, this.#contexts.policy, page.viewport, this.#work);
    this.#scripts = new PageScripts(document, this.#contexts, this.#listing, facts, this.#sheets);
  }

  async find(): Promise<PageNeeds> {
    const { ignored, references, styles, scripts, modules } = this.#document;
    for (const { url, reason } of ignored) this.#listing.ignore(url, reason, this.#contexts.after.base);
    let style = 0;
    for (const reference of references) {
      // Stylesheets count in document order, those in the page among those linked to.
      for (let next = styles[style]; next !== undefined && next.offset < reference.offset; next = styles[style]) {
        await this.#inlineStyle(next);
        style += 1;
      }
      const turn = takeTurns();
      if (turn !== undefined) await turn;
      this.#listing.byRunningScripts = reference.byScript === true;
      const following = this.#reference(reference);
      if (following !== undefined) await following;
      this.#listing.byRunningScripts = false;
    }
    for (const next of styles.slice(style)) await this.#inlineStyle(next);
    for (const script of scripts) await this.#scripts.inlineScript(script);
    for (const module of modules) await this.#scripts.inlineModule(module);
    await this.#scripts.run();
    if (this.#explain) await this.#scripts.explain();
    const { paths } = this.#scripts;
    const needs = { ...(await this.#withStyle()), ...(paths === undefined ? {} : { paths }) };
    if (this.#record === undefined) return needs;
    const record = await this.#record.finish(this.#document, (offset) => this.#contexts.at(offset), this.#facts);
    return { ...needs, record: { ...record, restsOn: [] } };
  }

  async #withStyle(): Promise<PageNeeds> {
    const { outline } = await this.#facts.html(this.#contexts.after.file, this.#sheets.generation);
    if (outline === undefined) return this.#listing.needs();
    const isMadeByScript = this.#isMadeByScript(outline);
    await this.#style(outline, isMadeByScript);
    return this.#listing.needs(isMadeByScript);
  }

  #inlineStyle(style: InlineStylesheet): MaybePromise<void> {
    const { offset } = style;
    if (this.#contexts.policyAt(offset).forbidsInline("style")) return;
    return this.#sheets.inline(style, this.#contexts.at(offset), offset < this.#document.firstFlight);
  }

  #reference(reference: Reference): MaybePromise<void> {
    const { offset, byScript } = reference;
    const context = byScript === true ? this.#contexts.after : this.#contexts.at(offset);
    if (byScript === true && !this.#scripts.definesIslands(offset)) return;
    const fetched = this.#scripts.fetched(reference, context.base);
    const located = this.#listing.reference(fetched, context, this.#contexts.policyAt(offset));
    return whenKnown(located, (known) => {
      if (typeof known === "object") {
        if (isImageElement(reference) && known.file.size > LOGO_BYTES)
          this.#firstLargeImage = Math.min(this.#firstLargeImage, offset);
        return this.#followIntact(known, fetched);
      }
      if (known !== "elsewhere") return undefined;
      const makesStyles = reference.as === "script" && MAKES_STYLES.test(reference.url);
      if ((reference.applies ?? false) !== false || makesStyles) this.#sheets.unread(reference.url);
      return undefined;
    });
  }

  #followIntact(located: Located, reference: Reference): MaybePromise<void> {
    const { integrity } = reference;
    if (integrity === undefined) return this.#follow(located, reference);
    return whenKnown(this.#facts.isIntact(located.file, integrity), (isIntact) =>
      isIntact ? this.#follow(located, reference) : this.#listing.doubt(located.target),
    );
  }

  #follow(located: Located, reference: Reference): MaybePromise<void> {
    if (reference.applies === undefined) return this.#scripts.file(located, reference);
    return this.#sheets.linked(located, reference, this.#contexts.after);
  }

  /** Whether the page itself shows nothing, and its scripts do. */
  #isMadeByScript({ hasText }: Outline): boolean {
    return !hasText && this.#scripts.hasFiles && !this.#document.references.some(({ as }) => as === "image");
  }

  /** Fonts and images by use. */
  async #style(outline: Outline, isMadeByScript: boolean): Promise<void> {
    const needs = await styleNeeds(outline, this.#facts.styles(this.#sheets.sheets), this.#work, isMadeByScript);
    if (needs === undefined) return this.#facts.reachLimit(this.#contexts.after.file, "style");
    for (const font of needs.fonts) await this.#sheets.font(font, this.#contexts.after);
    for (const image of needs.images) {
      // Announced, it would take the line from an image above it that may be the largest.
      const certain = image.certain && image.place < this.#firstLargeImage;
      await this.#sheets.image({ ...image, certain }, this.#contexts.after);
    }
    if (this.#explain) {
      const { explainStyles } = await import("./style/explain-styles.js");
      const { sheets, skipping } = this.#sheets;
      const ignore = (url: string, reason: string, base: URL): void => this.#listing.ignore(url, reason, base);
      explainStyles([...sheets, ...skipping], outline, needs, isMadeByScript, ignore);
    }
  }
}
