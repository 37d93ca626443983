import type { ContentSecurityPolicy } from "../url/csp.js";
import type { Context, Listing } from "../needs-list.js";
import { NEED, type Reference } from "../url/reference.js";
import type { SiteFacts } from "../facts-cache.js";
import type { DynamicImport, ScriptLoads } from "./dynamic-imports.js";
import type { GraphOptions, ModuleGraph } from "./module-graph.js";
import { fixedPaths, routeFor, type Route } from "./route-match.js";
import type { SheetList } from "../style/stylesheets.js";

/** A script of the page that runs. */
interface Running {
  readonly loads: ScriptLoads;
  readonly context: Context;
  /** Where in the context's file it begins. */
  readonly offset: number;
  readonly crossorigin: GraphOptions["crossorigin"];
}

/** What the scripts of a page load for certain when they run. */
export class RunningScripts {
  readonly #listing: Listing;
  readonly #facts: SiteFacts;
  readonly #modules: ModuleGraph;
  readonly #sheets: SheetList;
  readonly #policy: ContentSecurityPolicy;
  readonly #scripts: Running[] = [];
  readonly #tables: (readonly Route<DynamicImport>[])[] = [];
  readonly #routes: (Route<DynamicImport> & { readonly script: Running })[] = [];
  /** The files of all of them. */
  readonly files: Context[] = [];

  constructor(
    listing: Listing,
    facts: SiteFacts,
    modules: ModuleGraph,
    sheets: SheetList,
    policy: ContentSecurityPolicy,
  ) {
    this.#listing = listing;
    this.#facts = facts;
    this.#modules = modules;
    this.#sheets = sheets;
    this.#policy = policy;
  }

  add(running: Running): void {
    const { imports, routes } = running.loads;
    if (imports.length > 0) this.#scripts.push(running);
    if (routes.length > 0) this.#tables.push(routes);
    for (const route of routes) this.#routes.push({ ...route, script: running });
  }

  /** Paths of the application that their routers know, from the router's base. */
  get paths(): readonly string[] {
    const [first = [], ...more] = this.#tables;
    return more.length === 0 ? fixedPaths(first) : this.#tables.flatMap(fixedPaths);
  }

  /**
   * Follows what all of them load, and what that loads; then what a router loads
   * for the page. What the page itself refers to is listed by then: a
   * stylesheet that it has is not added again.
   */
  async follow(pathname: string): Promise<void> {
    await this.#followAll();
    // What a route brings may have routes of its own, below that one.
    const route = routeFor(this.#routes, pathname);
    if (route === undefined) return;
    await this.#listing.routed(route, async () => {
      for (const load of route.loads) await this.#load(load, route.script);
      await this.#followAll();
    });
  }

  async #followAll(): Promise<void> {
    for (;;) {
      const file = this.#modules.running.shift();
      if (file !== undefined) {
        this.files.push(file.context);
        this.add({ ...file, offset: 0, loads: await this.#facts.loads(file.context.file, "module") });
      }
      const script = this.#scripts.shift();
      if (script !== undefined) for (const load of script.loads.imports) await this.#load(load, script);
      if (file === undefined && script === undefined) return;
    }
  }

  async #load(load: DynamicImport, { context, offset, crossorigin }: Running): Promise<void> {
    const options = { need: NEED.deferredScript, crossorigin };
    const url = await this.#modules.dynamic(load, context, offset, options);
    const base = load.relative ? context.base : url && siteBase(url, load);
    if (base === undefined) return;
    for (const name of load.names.filter(isStylesheet))
      await this.#style(name, { ...context, base }, offset + load.offset);
  }

  async #style(url: string, context: Context, offset: number): Promise<void> {
    const resolved = this.#facts.references.resolve(url, context.base);
    if ("target" in resolved && this.#listing.has(resolved.target)) return;
    const reference: Reference = { ...VITE_STYLE, url, offset };
    const located = await this.#listing.reference(reference, context, this.#policy, resolved);
    if (typeof located === "object") await this.#sheets.linked(located, reference, context);
  }
}

const isStylesheet = (name: string) => name.endsWith(".css");

/** A stylesheet that Vite's helper adds: its `link` has `crossorigin`, and it applies once it has come. */
const VITE_STYLE = {
  as: "style",
  need: NEED.deferredScript,
  by: "import()",
  rel: "preload",
  crossorigin: "anonymous",
  applies: "deferred",
} as const;

/**
 * What the names in Vite's list resolve against: the list has the imported
 * script itself, too, so that the end of its URL is known.
 */
function siteBase(script: URL, { names }: DynamicImport): URL | undefined {
  const name = names.find((name) => script.pathname.endsWith(`/${name}`));
  return name === undefined ? undefined : new URL(script.href.slice(0, script.href.lastIndexOf(name)));
}
