import { isServedAs } from "../lookup.js";
import type { SiteFacts } from "../facts-cache.js";
import type { Context, Listing, Located } from "../needs-list.js";
import { NEED, type Reference } from "../url/reference.js";
import type { ContentSecurityPolicy } from "../url/csp.js";
import { fixedPaths, routeFor } from "../modules/route-match.js";
import type { SheetList } from "../style/stylesheets.js";
import type { ChunkNames } from "./chunk-names.js";
import type { Asks, WebpackScript } from "./webpack-script.js";

/** A script of the page, and its own URL. */
interface PageScript {
  readonly script: WebpackScript;
  readonly url: URL;
}

/** Lists the chunks that webpack's scripts of a page load for certain when they run. */
export class WebpackChunks {
  readonly #listing: Listing;
  readonly #facts: SiteFacts;
  readonly #sheets: SheetList;
  readonly #policy: ContentSecurityPolicy;

  /** Paths that the router of the application has, from its base. */
  paths: readonly string[] = [];

  constructor(listing: Listing, facts: SiteFacts, sheets: SheetList, policy: ContentSecurityPolicy) {
    this.#listing = listing;
    this.#facts = facts;
    this.#sheets = sheets;
    this.#policy = policy;
  }

  /**
   * @param files of the page's classic scripts
   * @param page what its references resolve against
   */
  async follow(files: readonly Located[], page: Context): Promise<void> {
    if (!(await this.#someHaveRuntime(files))) return;
    const scripts: PageScript[] = [];
    for (const { file, target } of files) {
      const script = await this.#facts.webpack(file);
      if (script !== undefined) scripts.push({ script, url: this.#facts.references.baseOf(target) });
    }
    await this.#run(scripts, page);
  }

  async #someHaveRuntime(files: readonly Located[]): Promise<boolean> {
    for (const { file } of files) {
      const has = this.#facts.hasWebpackRuntime(file);
      // Most pages have the scripts of the page before: what is known is not waited for.
      if (typeof has === "boolean" ? has : await has) return true;
    }
    return false;
  }

  async #run(scripts: readonly PageScript[], page: Context): Promise<void> {
    const [runtime, ...more] = scripts.filter(({ script }) => script.names !== undefined);
    // Two builds on one page: whose chunks are whose is not known.
    if (runtime?.script.names === undefined || more.length > 0) return;
    const { names } = runtime.script;
    const base = names.publicPath.isOwn ? runtime.url : page.base;
    const context = { ...page, base };
    const there = chunksIn(scripts);
    const chunks = chunksOf(scripts, page.pathname, there);
    for (const chunk of chunks) await this.#chunk(chunk, names, context);
    const routes = scripts.flatMap(({ script }) => script.routes);
    this.paths = scripts.flatMap(({ script }) => fixedPaths(script.routes));
    const route = routeFor(routes, page.pathname);
    if (route === undefined) return;
    await this.#listing.routed(route, async () => {
      for (const chunk of route.loads)
        if (!chunks.has(chunk) && !there.has(chunk)) await this.#chunk(chunk, names, context);
    });
  }

  async #chunk(chunk: string, names: ChunkNames, context: Context): Promise<void> {
    const style = await this.#reference(names.style(chunk), STYLE, names, context);
    if (typeof style === "object") await this.#sheets.linked(style, STYLE, context);
    const script = await this.#reference(names.script(chunk), SCRIPT, names, context);
    if (typeof script === "object" && !isServedAs("script", script.file)) this.#listing.doubt(script.target);
  }

  /** What is not there has no such file: its chunk is a stylesheet, or in another script. */
  async #reference(name: string | undefined, how: Reference, { publicPath }: ChunkNames, context: Context) {
    if (name === undefined) return undefined;
    const url = publicPath.text + name;
    if (!(await this.#listing.isThere(url, context.base))) return undefined;
    return this.#listing.reference({ ...how, url }, context, this.#policy);
  }
}

const ADDED = { url: "", rel: "preload", offset: 0, by: "webpack chunk" } as const;
const SCRIPT: Reference = { ...ADDED, as: "script", need: NEED.deferredScript, charset: "utf-8" };
const STYLE: Reference = { ...ADDED, as: "style", need: NEED.deferredScript, applies: "deferred" };

/** The chunks that are in the scripts of a page. */
const chunksIn = (scripts: readonly PageScript[]): ReadonlySet<string> =>
  new Set(scripts.flatMap(({ script: { chunks, names } }) => [...chunks, ...(names?.installed ?? [])]));

/** The chunks that are loaded as the scripts run, and are in none of them. */
function chunksOf(scripts: readonly PageScript[], pathname: string, there: ReadonlySet<string>): ReadonlySet<string> {
  const modules = new Map(scripts.flatMap(({ script }) => [...script.modules]));
  const chunks = new Set<string>();
  const ran = new Set<string>();
  const take = (asks: Asks | undefined): void => {
    for (const chunk of asks?.chunks ?? []) if (!there.has(chunk)) chunks.add(chunk);
    for (const id of asks?.modules ?? []) ran.add(id);
  };
  for (const { script } of scripts) {
    const starts = script.starts.filter(({ after }) => after.every((chunk) => there.has(chunk)));
    starts.forEach(take);
    if (starts.length > 0) take({ modules: [], chunks: script.docusaurus?.chunksFor(pathname) ?? [] });
  }
  // A set is gone through with what is added meanwhile.
  for (const id of ran) take(modules.get(id));
  return chunks;
}
