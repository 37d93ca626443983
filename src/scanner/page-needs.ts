import { ReferenceRecord } from "./reference-record.js";
import { ContentSecurityPolicy } from "./url/csp.js";
import type { DocumentFacts, InlineModule, InlineScript, InlineStylesheet } from "./html/facts.js";
import { readImportMaps } from "./modules/import-map.js";
import { type Context, Listing, type Located, type PageLookup } from "./needs-list.js";
import type { Viewport } from "./css/media-queries.js";
import { readLoads } from "./modules/dynamic-imports.js";
import { ModuleGraph } from "./modules/module-graph.js";
import { RunningScripts } from "./modules/running-scripts.js";
import { styleNeeds } from "./style/what-styles-load.js";
import { baseOf, documentBase } from "../manifest/resolve.js";
import { NEED, type Reference } from "./url/reference.js";
import { CLASSIC_SCRIPT, MODULE_SCRIPT } from "./html/elements/script-element.js";
import type { SiteFile } from "./lookup.js";
import type { Outline } from "./style/outline/outline.js";
import { WebpackChunks } from "./webpack/webpack-chunks.js";
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

/** Whether what a reference names is run as a module script. */
const isModule = ({ by, rel }: Reference) => rel === "modulepreload" && by !== "modulepreload";

class PageNeedsSearch {
  readonly #explain: boolean;
  readonly #document: DocumentFacts;
  readonly #facts: SiteFacts;
  readonly #work = new Work();
  readonly #listing: Listing;
  readonly #record: ReferenceRecord | undefined;
  readonly #sheets: SheetList;
  readonly #modules: ModuleGraph;
  readonly #running: RunningScripts;
  readonly #webpack: WebpackChunks;
  readonly #byField: ContentSecurityPolicy;
  readonly #policy: ContentSecurityPolicy;
  readonly #policyFrom: number;
  #mapIsUnknown: boolean;
  /** Where the first image in the HTML stands that is larger than a logo. */
  #firstLargeImage = Number.POSITIVE_INFINITY;
  /** Files of classic scripts. */
  readonly #classic: (Located & Pick<Context, "base">)[] = [];
  readonly #moduleRoots: (Located & Pick<Context, "base">)[] = [];
  /** What references resolve against before the `base` element, and after it. */
  readonly #before: Context;
  readonly #after: Context;

  constructor(page: PageToScan, document: DocumentFacts, facts: SiteFacts, lookup: PageLookup) {
    const { pathname, file, policies, viewport } = page;
    this.#explain = page.explain;
    this.#document = document;
    this.#mapIsUnknown = document.mentionsImportMap;
    this.#facts = facts;
    this.#record = page.record === undefined ? undefined : new ReferenceRecord(page.record);
    this.#listing = new Listing(facts, lookup, document, this.#record);
    this.#byField = new ContentSecurityPolicy(policies);
    this.#policy = new ContentSecurityPolicy([...policies, ...document.policies.map(({ content }) => content)]);
    this.#policyFrom = document.policies[0]?.offset ?? 0;
    this.#before = { file, pathname, base: baseOf(pathname), encoding: document.encoding };
    this.#after = { ...this.#before, base: documentBase(document.base?.href, this.#before.base) };
    this.#sheets = new SheetList(this.#listing, facts, this.#policy, viewport, this.#work);
    const map = readImportMaps(document.importMaps, this.#after.base);
    this.#modules = new ModuleGraph(this.#listing, facts, map, this.#policy);
    this.#running = new RunningScripts(this.#listing, facts, this.#modules, this.#sheets, this.#policy);
    this.#webpack = new WebpackChunks(this.#listing, facts, this.#sheets, this.#policy);
  }

  async find(): Promise<PageNeeds> {
    const { ignored, references, styles, scripts, modules } = this.#document;
    for (const { url, reason } of ignored) this.#listing.ignore(url, reason, this.#after.base);
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
    for (const script of scripts) await this.#inlineScript(script);
    for (const module of modules) await this.#inlineModule(module);
    await this.#runScripts();
    if (this.#explain) await this.#explainScripts();
    const needs = { ...(await this.#withStyle()), ...this.#paths() };
    if (this.#record === undefined) return needs;
    const record = await this.#record.finish(this.#document, (offset) => this.#contextAt(offset), this.#facts);
    return { ...needs, record: { ...record, restsOn: [] } };
  }

  #paths(): Pick<PageNeeds, "paths"> {
    const { paths } = this.#running;
    const all = paths.length === 0 ? this.#webpack.paths : paths;
    return all.length === 0 ? {} : { paths: all };
  }

  async #runScripts(): Promise<void> {
    this.#listing.byRunningScripts = true;
    if (!this.#mapIsUnknown) await this.#running.follow(this.#before.pathname);
    await this.#webpack.follow([...this.#classic, ...this.#moduleRoots], this.#after);
    this.#listing.byRunningScripts = false;
  }

  async #withStyle(): Promise<PageNeeds> {
    const { outline } = await this.#facts.html(this.#after.file, this.#sheets.generation);
    if (outline === undefined) return this.#listing.needs();
    const isMadeByScript = this.#isMadeByScript(outline);
    await this.#style(outline, isMadeByScript);
    return this.#listing.needs(isMadeByScript);
  }

  async #inlineModule({ text, offset, need }: InlineModule): Promise<void> {
    if (this.#mapIsUnknown || this.#policyAt(offset).forbidsInline("script")) return;
    const facts = await this.#facts.inlineScript(text);
    const context = this.#after;
    const waits = offset < this.#document.firstFlight ? {} : { canWait: true as const };
    const runs = await this.#modules.inline(facts, context, offset, { need, crossorigin: undefined, ...waits });
    if (runs) this.#running.add({ loads: await readLoads(text, "module"), context, offset, crossorigin: undefined });
  }

  async #inlineScript({ text, offset }: InlineScript): Promise<void> {
    if (this.#policyAt(offset).forbidsInline("script")) return;
    const loads = await readLoads(text, "script");
    this.#running.add({ loads, context: this.#contextAt(offset), offset, crossorigin: undefined });
  }

  /** What references at an offset resolve against: the `base` element counts for what follows it. */
  #contextAt(offset: number): Context {
    return offset < (this.#document.base?.offset ?? 0) ? this.#before : this.#after;
  }

  #policyAt(offset: number): ContentSecurityPolicy {
    return offset < this.#policyFrom ? this.#byField : this.#policy;
  }

  #inlineStyle(style: InlineStylesheet): MaybePromise<void> {
    const { offset } = style;
    if (this.#policyAt(offset).forbidsInline("style")) return;
    return this.#sheets.inline(style, this.#contextAt(offset), offset < this.#document.firstFlight);
  }

  #reference(reference: Reference): MaybePromise<void> {
    const { offset, byScript } = reference;
    const context = byScript === true ? this.#after : this.#contextAt(offset);
    if (byScript === true && !this.#definesIslands(offset)) return;
    const fetched = isModule(reference) ? this.#modules.root(reference, context.base) : reference;
    const located = this.#listing.reference(fetched, context, this.#policyAt(offset));
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
    const { applies, by, need, crossorigin, canWait } = reference;
    if (applies !== undefined) return this.#sheets.linked(located, reference, this.#after);
    // Webpack's scripts are the same in either kind, but for those that are written as modules.
    if (isModule(reference)) this.#moduleRoots.push({ ...located, base: this.#after.base });
    if (isModule(reference) && !this.#mapIsUnknown)
      return this.#modules.file(located, { need, crossorigin, ...(canWait === undefined ? {} : { canWait }) });
    if (by === CLASSIC_SCRIPT) this.#classic.push({ ...located, base: this.#after.base });
    if (by === CLASSIC_SCRIPT && need === NEED.blockingScript && this.#hasModules) return this.#runBefore(located);
    return undefined;
  }

  /** Whether the elements of islands are what their script makes of them. */
  #definesIslands(offset: number): boolean {
    return this.#document.definesIslands && !this.#mapIsUnknown && !this.#policyAt(offset).forbidsInline("script");
  }

  /** Whether the page itself shows nothing, and its scripts do. */
  #isMadeByScript({ hasText }: Outline): boolean {
    const hasImage = this.#document.references.some(({ as }) => as === "image");
    return !hasText && !hasImage && this.#classic.length + this.#running.files.length > 0;
  }

  get #hasModules(): boolean {
    return this.#document.modules.length > 0 || this.#document.references.some(({ by }) => by === MODULE_SCRIPT);
  }

  /** A script that runs before the modules, and adds an import map for all that is known: where they lead is not. */
  async #runBefore({ file }: Located): Promise<void> {
    this.#mapIsUnknown ||= await this.#facts.mentionsImportMap(file);
  }

  async #explainScripts(): Promise<void> {
    const { explainScripts } = await import("./modules/explain-scripts.js");
    const { scripts, modules } = this.#document;
    const files = [...this.#classic, ...this.#running.files].map(async (context) => ({
      text: await this.#facts.text(context.file),
      context,
    }));
    const inline = [...scripts, ...modules].map(({ text }) => ({ text, context: this.#after }));
    explainScripts([...inline, ...(await Promise.all(files))], (...ignored) => this.#listing.ignore(...ignored));
  }

  /** Fonts and images by use. */
  async #style(outline: Outline, isMadeByScript: boolean): Promise<void> {
    const needs = await styleNeeds(outline, this.#facts.styles(this.#sheets.sheets), this.#work, isMadeByScript);
    if (needs === undefined) return this.#facts.reachLimit(this.#after.file, "style");
    for (const font of needs.fonts) await this.#sheets.font(font, this.#after);
    for (const image of needs.images) {
      // Announced, it would take the line from an image above it that may be the largest.
      const certain = image.certain && image.place < this.#firstLargeImage;
      await this.#sheets.image({ ...image, certain }, this.#after);
    }
    if (this.#explain) {
      const { explainStyles } = await import("./style/explain-styles.js");
      const { sheets, skipping } = this.#sheets;
      const ignore = (url: string, reason: string, base: URL): void => this.#listing.ignore(url, reason, base);
      explainStyles([...sheets, ...skipping], outline, needs, isMadeByScript, ignore);
    }
  }
}
