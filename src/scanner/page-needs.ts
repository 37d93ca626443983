import { ContentSecurityPolicy } from "./url/csp.js";
import type { DocumentFacts, InlineStylesheet } from "./html/facts.js";
import { readImportMaps } from "./modules/import-map.js";
import { type Context, Listing, type Located, type PageLookup } from "./needs-list.js";
import type { Viewport } from "./css/media-queries.js";
import { ModuleGraph } from "./modules/module-graph.js";
import { styleNeeds } from "./style/what-styles-load.js";
import { baseOf, documentBase } from "../manifest/resolve.js";
import { NEED, type Reference } from "./url/reference.js";
import { CLASSIC_SCRIPT, MODULE_SCRIPT } from "./html/elements/script-element.js";
import type { SiteFile } from "./lookup.js";
import type { PageNeeds } from "./types.js";
import type { SiteFacts } from "./facts-cache.js";
import { SheetList } from "./style/stylesheets.js";
import { type MaybePromise, whenKnown } from "../io/maybe-promise.js";

/** The page whose needs are asked for. */
export interface PageRequest {
  /** URL path that references resolve against. */
  readonly pathname: string;
  readonly file: SiteFile;
  /** Its `Content-Security-Policy` fields. */
  readonly policies: readonly string[];
  readonly viewport: Viewport;
  /** Says of stylesheets, too, what they name and do not load. */
  readonly explain: boolean;
}

/** Follows what the page refers to, to the end, and puts it in order of need; each target once. */
export async function closePage(page: PageRequest, facts: SiteFacts, lookup: PageLookup): Promise<PageNeeds> {
  return new PageClosure(page, await facts.html(page.file, 0), facts, lookup).close();
}

class PageClosure {
  readonly #explain: boolean;
  readonly #document: DocumentFacts;
  readonly #facts: SiteFacts;
  readonly #listing: Listing;
  readonly #sheets: SheetList;
  readonly #modules: ModuleGraph;
  readonly #byField: ContentSecurityPolicy;
  readonly #policy: ContentSecurityPolicy;
  readonly #policyFrom: number;
  #mapIsUnknown: boolean;
  /** What references resolve against before the `base` element, and after it. */
  readonly #before: Context;
  readonly #after: Context;

  constructor(page: PageRequest, document: DocumentFacts, facts: SiteFacts, lookup: PageLookup) {
    const { pathname, file, policies, viewport } = page;
    this.#explain = page.explain;
    this.#document = document;
    this.#mapIsUnknown = document.mentionsImportMap;
    this.#facts = facts;
    this.#listing = new Listing(facts, lookup, document);
    this.#byField = new ContentSecurityPolicy(policies);
    this.#policy = new ContentSecurityPolicy([...policies, ...document.policies.map(({ content }) => content)]);
    this.#policyFrom = document.policies[0]?.offset ?? 0;
    this.#before = { file, pathname, base: baseOf(pathname), encoding: document.encoding };
    this.#after = { ...this.#before, base: documentBase(document.base?.href, this.#before.base) };
    this.#sheets = new SheetList(this.#listing, facts, this.#policy, viewport);
    const map = readImportMaps(document.importMaps, this.#after.base);
    this.#modules = new ModuleGraph(this.#listing, facts, map, this.#policy);
  }

  async close(): Promise<PageNeeds> {
    const { ignored, references, styles, modules } = this.#document;
    for (const { url, why } of ignored) this.#listing.ignore(url, why, this.#after.base);
    let style = 0;
    for (const reference of references) {
      // Stylesheets count in document order, those in the page among those linked to.
      for (let next = styles[style]; next !== undefined && next.offset < reference.offset; next = styles[style]) {
        await this.#inlineStyle(next);
        style += 1;
      }
      const following = this.#reference(reference);
      if (following !== undefined) await following;
    }
    for (const next of styles.slice(style)) await this.#inlineStyle(next);
    for (const { text, offset, need } of modules) {
      if (this.#mapIsUnknown || this.#policyAt(offset).forbidsInline("script")) continue;
      const facts = await this.#facts.inlineScript(text);
      await this.#modules.inline(facts, this.#after, offset, { need, crossorigin: undefined });
    }
    await this.#style();
    return this.#listing.needs();
  }

  /** What references at an offset resolve against: the `base` element counts for what follows it. */
  #contextAt(offset: number): Context {
    return offset < (this.#document.base?.offset ?? 0) ? this.#before : this.#after;
  }

  #policyAt(offset: number): ContentSecurityPolicy {
    return offset < this.#policyFrom ? this.#byField : this.#policy;
  }

  #inlineStyle({ facts, offset }: InlineStylesheet): MaybePromise<void> {
    if (this.#policyAt(offset).forbidsInline("style")) return;
    return this.#sheets.inline(facts, this.#contextAt(offset), offset < this.#document.firstFlight);
  }

  #reference(reference: Reference): MaybePromise<void> {
    const { offset, by } = reference;
    const context = this.#contextAt(offset);
    const fetched = by === MODULE_SCRIPT ? this.#modules.root(reference, context.base) : reference;
    const located = this.#listing.reference(fetched, context, this.#policyAt(offset));
    return whenKnown(located, (known) => (typeof known === "object" ? this.#followIntact(known, fetched) : undefined));
  }

  #followIntact(located: Located, reference: Reference): MaybePromise<void> {
    const { integrity } = reference;
    if (integrity === undefined) return this.#follow(located, reference);
    return whenKnown(this.#facts.isIntact(located.file, integrity), (isIntact) =>
      isIntact ? this.#follow(located, reference) : this.#listing.doubt(located.target),
    );
  }

  #follow(located: Located, reference: Reference): MaybePromise<void> {
    const { applies, by, need, crossorigin } = reference;
    if (applies !== undefined) return this.#sheets.linked(located, reference, this.#after);
    if (by === MODULE_SCRIPT && !this.#mapIsUnknown) return this.#modules.file(located, { need, crossorigin });
    if (by === CLASSIC_SCRIPT && need === NEED.blockingScript && this.#hasModules) return this.#runBefore(located);
    return undefined;
  }

  get #hasModules(): boolean {
    return this.#document.modules.length > 0 || this.#document.references.some(({ by }) => by === MODULE_SCRIPT);
  }

  /** A script that runs before the modules, and adds an import map for all that is known: where they lead is not. */
  async #runBefore({ file }: Located): Promise<void> {
    this.#mapIsUnknown ||= await this.#facts.mentionsImportMap(file);
  }

  /** Fonts and images by use. */
  async #style(): Promise<void> {
    const { outline } = await this.#facts.html(this.#after.file, this.#sheets.generation);
    if (outline === undefined) return;
    const { engine, fonts } = this.#facts.styles(this.#sheets.sheets);
    const needs = styleNeeds(outline, engine, fonts);
    for (const font of needs.fonts) await this.#sheets.font(font, this.#after);
    for (const image of needs.images) await this.#sheets.image(image, this.#after);
    if (this.#explain) {
      const { explainStyles } = await import("./style/explain-styles.js");
      const { sheets, skipping } = this.#sheets;
      const ignore = (url: string, why: string, base: URL): void => this.#listing.ignore(url, why, base);
      explainStyles([...sheets, ...skipping], outline, needs, ignore);
    }
  }
}
