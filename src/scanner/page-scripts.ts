import type { DocumentFacts, InlineModule, InlineScript } from "./html/facts.js";
import { CLASSIC_SCRIPT, MODULE_SCRIPT } from "./html/elements/script-element.js";
import type { SiteFacts } from "./facts-cache.js";
import type { Context, Listing, Located } from "./needs-list.js";
import { readLoads } from "./modules/dynamic-imports.js";
import { readImportMaps } from "./modules/import-map.js";
import { ModuleGraph } from "./modules/module-graph.js";
import { RunningScripts } from "./modules/running-scripts.js";
import type { PageContexts } from "./page-contexts.js";
import type { SheetList } from "./style/stylesheets.js";
import type { PageNeeds } from "./types.js";
import { NEED, type Reference } from "./url/reference.js";
import { WebpackChunks } from "./webpack/webpack-chunks.js";
import type { MaybePromise } from "../io/maybe-promise.js";

/** Whether what a reference names is run as a module script. */
const isModule = ({ by, rel }: Reference) => rel === "modulepreload" && by !== "modulepreload";

type ScriptFile = Located & Pick<Context, "base">;

/** The scripts of a page, and what they load: the module graph, what runs at once, and the chunks of webpack. */
export class PageScripts {
  readonly #document: DocumentFacts;
  readonly #contexts: PageContexts;
  readonly #listing: Listing;
  readonly #facts: SiteFacts;
  readonly #modules: ModuleGraph;
  readonly #running: RunningScripts;
  readonly #webpack: WebpackChunks;
  readonly #classic: ScriptFile[] = [];
  readonly #moduleRoots: ScriptFile[] = [];
  /** Where bare specifiers lead is not known. */
  #mapIsUnknown: boolean;

  constructor(document: DocumentFacts, contexts: PageContexts, listing: Listing, facts: SiteFacts, sheets: SheetList) {
    const { after, policy } = contexts;
    this.#document = document;
    this.#contexts = contexts;
    this.#listing = listing;
    this.#facts = facts;
    this.#mapIsUnknown = document.mentionsImportMap;
    this.#modules = new ModuleGraph(listing, facts, readImportMaps(document.importMaps, after.base), policy);
    this.#running = new RunningScripts(listing, facts, this.#modules, sheets, policy);
    this.#webpack = new WebpackChunks(listing, facts, sheets, policy);
  }

  /** Whether a script file runs in the page. */
  get hasFiles(): boolean {
    return this.#classic.length + this.#running.files.length > 0;
  }

  /** The paths that the page's router has. */
  get paths(): PageNeeds["paths"] {
    const { paths } = this.#running;
    const all = paths.length === 0 ? this.#webpack.paths : paths;
    return all.length === 0 ? undefined : all;
  }

  /** A reference as it is fetched: a module script with the integrity that an import map gives it. */
  fetched(reference: Reference, base: URL): Reference {
    return isModule(reference) ? this.#modules.root(reference, base) : reference;
  }

  /** Whether the elements of islands are what their script makes of them. */
  definesIslands(offset: number): boolean {
    const isAllowed = !this.#contexts.policyAt(offset).forbidsInline("script");
    return this.#document.definesIslands && !this.#mapIsUnknown && isAllowed;
  }

  /** Takes a file that the page refers to. */
  file(located: Located, reference: Reference): MaybePromise<void> {
    const { by, need, crossorigin, canWait } = reference;
    const file = { ...located, base: this.#contexts.after.base };
    // Webpack's scripts are the same in either kind, but for those that are written as modules.
    if (isModule(reference)) this.#moduleRoots.push(file);
    if (isModule(reference) && !this.#mapIsUnknown)
      return this.#modules.file(located, { need, crossorigin, ...(canWait === undefined ? {} : { canWait }) });
    if (by === CLASSIC_SCRIPT) this.#classic.push(file);
    if (by === CLASSIC_SCRIPT && need === NEED.blockingScript && this.#hasModules) return this.#runBefore(located);
    return undefined;
  }

  async inlineModule({ text, offset, need }: InlineModule): Promise<void> {
    if (this.#mapIsUnknown || this.#contexts.policyAt(offset).forbidsInline("script")) return;
    const facts = await this.#facts.inlineScript(text);
    const context = this.#contexts.after;
    const waits = offset < this.#document.firstFlight ? {} : { canWait: true as const };
    const runs = await this.#modules.inline(facts, context, offset, { need, crossorigin: undefined, ...waits });
    if (runs) this.#running.add({ loads: await readLoads(text, "module"), context, offset, crossorigin: undefined });
  }

  async inlineScript({ text, offset }: InlineScript): Promise<void> {
    if (this.#contexts.policyAt(offset).forbidsInline("script")) return;
    const loads = await readLoads(text, "script");
    this.#running.add({ loads, context: this.#contexts.at(offset), offset, crossorigin: undefined });
  }

  /** Follows what the scripts load when they run. */
  async run(): Promise<void> {
    const { before, after } = this.#contexts;
    this.#listing.byRunningScripts = true;
    if (!this.#mapIsUnknown) await this.#running.follow(before.pathname);
    await this.#webpack.follow([...this.#classic, ...this.#moduleRoots], after);
    this.#listing.byRunningScripts = false;
  }

  /** Says what the scripts name and do not load for certain. */
  async explain(): Promise<void> {
    const { explainScripts } = await import("./modules/explain-scripts.js");
    const { scripts, modules } = this.#document;
    const files = [...this.#classic, ...this.#running.files].map(async (context) => ({
      text: await this.#facts.text(context.file),
      context,
    }));
    const inline = [...scripts, ...modules].map(({ text }) => ({ text, context: this.#contexts.after }));
    explainScripts([...inline, ...(await Promise.all(files))], (...ignored) => this.#listing.ignore(...ignored));
  }

  get #hasModules(): boolean {
    return this.#document.modules.length > 0 || this.#document.references.some(({ by }) => by === MODULE_SCRIPT);
  }

  /** A script that runs before the modules, and adds an import map for all that is known: where they lead is not. */
  async #runBefore({ file }: Located): Promise<void> {
    this.#mapIsUnknown ||= await this.#facts.mentionsImportMap(file);
  }
}
