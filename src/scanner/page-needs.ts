import { ContentSecurityPolicy } from "./url/csp.js";
import { isNamed } from "./html/first-flight.js";
import type { DocumentFacts, InlineStylesheet } from "./html/facts.js";
import { NO_IMPORT_MAP, readImportMaps } from "./modules/import-map.js";
import { type Context, type FileSource, Listing, type Located } from "./needs-list.js";
import type { Viewport } from "./css/media-queries.js";
import { ModuleGraph } from "./modules/module-graph.js";
import { styleNeeds } from "./style/what-styles-load.js";
import { baseOf, documentBase } from "../manifest/resolve.js";
import { NEED, type Reference } from "./url/reference.js";
import { CLASSIC_SCRIPT, MODULE_SCRIPT } from "./html/elements/script-element.js";
import type { PageNeeds, SiteFile } from "./scanner.js";
import type { ScriptFacts } from "./modules/imports.js";
import { type ReadCss, SheetList } from "./style/stylesheets.js";
import { type MaybePromise, whenKnown } from "../io/maybe-promise.js";
import type { Styles } from "./style/engine-cache.js";
import type { Sheet } from "./style/cascade.js";

/** Where the closure of a page finds files and what they say. */
export interface Sources extends FileSource {
  /** A page, its outline made with a vocabulary of at least that generation. */
  html(file: SiteFile, generation: number): Promise<DocumentFacts>;
  /** A stylesheet; `environment` is the encoding of what loads it. */
  css(file: SiteFile, environment: string): MaybePromise<ReadCss>;
  script(file: SiteFile): Promise<ScriptFacts>;
  /** Whether a file is the one that integrity metadata names: a browser does not run or apply another. */
  isIntact(file: SiteFile, integrity: string): Promise<boolean>;
  /** Whether a classic script says something of import maps. */
  mentionsImportMap(file: SiteFile): Promise<boolean>;
  inlineScript(text: string): Promise<ScriptFacts>;
  styles(sheets: readonly Sheet[]): Styles;
}

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
export async function closePage(page: PageRequest, sources: Sources): Promise<PageNeeds> {
  const facts = await sources.html(page.file, 0);
  return new PageClosure(page, facts, sources).close();
}

class PageClosure {
  readonly #explain: boolean;
  readonly #facts: DocumentFacts;
  readonly #sources: Sources;
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

  constructor(page: PageRequest, facts: DocumentFacts, sources: Sources) {
    const { pathname, file, policies, viewport } = page;
    this.#explain = page.explain;
    this.#facts = facts;
    this.#mapIsUnknown = facts.mentionsImportMap;
    this.#sources = sources;
    this.#listing = new Listing(sources, facts.mayHaveImportMap);
    this.#byField = new ContentSecurityPolicy(policies);
    this.#policy = new ContentSecurityPolicy([...policies, ...facts.policies.map(({ content }) => content)]);
    this.#policyFrom = facts.policies[0]?.offset ?? 0;
    this.#before = { file, pathname, base: baseOf(pathname), encoding: facts.encoding };
    this.#after = { ...this.#before, base: documentBase(facts.base?.href, this.#before.base) };
    this.#sheets = new SheetList(
      this.#listing,
      (sheet, environment) => sources.css(sheet, environment),
      this.#policy,
      viewport,
    );
    const { importMaps } = facts;
    const map = importMaps.length === 0 ? NO_IMPORT_MAP : readImportMaps(importMaps, this.#after.base);
    this.#modules = new ModuleGraph(this.#listing, sources, map, this.#policy);
  }

  async close(): Promise<PageNeeds> {
    const { left, references, styles, modules } = this.#facts;
    for (const { url, why } of left) this.#listing.leave(url, why, this.#after.base);
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
      const facts = await this.#sources.inlineScript(text);
      await this.#modules.inline(facts, this.#after, offset, { need, crossorigin: undefined });
    }
    await this.#style();
    return this.#listing.needs();
  }

  /** What references at an offset resolve against: the `base` element counts for what follows it. */
  #contextAt(offset: number): Context {
    return offset < (this.#facts.base?.offset ?? 0) ? this.#before : this.#after;
  }

  #policyAt(offset: number): ContentSecurityPolicy {
    return offset < this.#policyFrom ? this.#byField : this.#policy;
  }

  #inlineStyle({ facts, offset }: InlineStylesheet): MaybePromise<void> {
    if (this.#policyAt(offset).forbidsInline("style")) return;
    return this.#sheets.inline(facts, this.#contextAt(offset), offset < this.#facts.firstFlight);
  }

  #reference(reference: Reference): MaybePromise<void> {
    const { offset, by } = reference;
    const context = this.#contextAt(offset);
    const fetched = by === MODULE_SCRIPT ? this.#modules.root(reference, context.base) : reference;
    const named = isNamed(reference, this.#facts.firstFlight) ? { ...fetched, named: true as const } : fetched;
    const located = this.#listing.reference(named, context, this.#policyAt(offset));
    return whenKnown(located, (known) => (typeof known === "object" ? this.#followIntact(known, fetched) : undefined));
  }

  #followIntact(located: Located, reference: Reference): MaybePromise<void> {
    const { integrity } = reference;
    if (integrity === undefined) return this.#follow(located, reference);
    const intact = this.#sources.isIntact(located.file, integrity);
    return intact.then((is) => (is ? this.#follow(located, reference) : this.#listing.doubt(located.target)));
  }

  #follow(located: Located, reference: Reference): MaybePromise<void> {
    const { applies, by, need, crossorigin } = reference;
    if (applies !== undefined) return this.#sheets.linked(located, reference, this.#after);
    if (by === MODULE_SCRIPT && !this.#mapIsUnknown) return this.#modules.file(located, { need, crossorigin });
    if (by === CLASSIC_SCRIPT && need === NEED.blockingScript && this.#hasModules) return this.#runBefore(located);
    return undefined;
  }

  get #hasModules(): boolean {
    return this.#facts.modules.length > 0 || this.#facts.references.some(({ by }) => by === MODULE_SCRIPT);
  }

  /** A script that runs before the modules, and adds an import map for all that is known: where they lead is not. */
  async #runBefore({ file }: Located): Promise<void> {
    this.#mapIsUnknown ||= await this.#sources.mentionsImportMap(file);
  }

  /** Fonts and images by use. */
  async #style(): Promise<void> {
    const { outline } = await this.#sources.html(this.#after.file, this.#sheets.generation);
    if (outline === undefined) return;
    const { engine, fonts } = this.#sources.styles(this.#sheets.sheets);
    const needs = styleNeeds(outline, engine, fonts);
    for (const font of needs.fonts) await this.#sheets.font(font, this.#after);
    for (const image of needs.images) await this.#sheets.image(image, this.#after);
    if (this.#explain) {
      const { explainStyles } = await import("./explain.js");
      const { sheets, skipping } = this.#sheets;
      const leave = (url: string, why: string, base: URL): void => this.#listing.leave(url, why, base);
      explainStyles([...sheets, ...skipping], outline, needs, leave);
    }
  }
}
