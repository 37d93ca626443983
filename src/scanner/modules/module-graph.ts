import type { ContentSecurityPolicy } from "../url/csp.js";
import { type ImportMap, resolveModule } from "./import-map.js";
import type { Context, Listing, Located } from "../needs-list.js";
import type { LinkAttributes } from "../../manifest/types.js";
import { resolveUrl } from "../../manifest/resolve.js";
import { type Need, type Reference } from "../url/reference.js";
import type { SiteFacts } from "../facts-cache.js";
import { isServedAs } from "../lookup.js";
import type { ModuleRequest, ScriptFacts } from "./imports.js";

/** How the scripts of one graph are fetched: as their root is. */
export interface GraphOptions {
  readonly need: Need;
  readonly crossorigin: LinkAttributes["crossorigin"];
  /** As of the reference to its root. */
  readonly canWait?: true;
}

/** A script that runs, all that it imports being there. */
export interface RunningScript {
  readonly context: Context;
  readonly crossorigin: GraphOptions["crossorigin"];
}

/** Follows what module scripts import, to the end (HTML §8.1.5, "fetch the descendants of a module script"). */
export class ModuleGraph {
  readonly #listing: Listing;
  readonly #facts: SiteFacts;
  readonly #map: ImportMap;
  readonly #policy: ContentSecurityPolicy;
  readonly #seen = new Map<string, Need>();
  /** URL paths of scripts that do not run: they, or something that they import, are not there or do not parse. */
  readonly #failed = new Set<string>();
  /** The files that run. */
  readonly running: RunningScript[] = [];

  constructor(listing: Listing, facts: SiteFacts, map: ImportMap, policy: ContentSecurityPolicy) {
    this.#listing = listing;
    this.#facts = facts;
    this.#map = map;
    this.#policy = policy;
  }

  /** A module script as it is fetched: what its element does not say of integrity, the import map does. */
  root(reference: Reference, base: URL): Reference {
    if (!URL.canParse(reference.url, base.href)) return reference;
    return this.#byMap(reference, new URL(reference.url, base));
  }

  /** By the import map. Without a link where there are several, as Firefox 153 goes by the first alone (measured). */
  #byMap(reference: Reference, url: URL): Reference {
    const integrity = reference.integrity ?? this.#map.integrity.get(url.href);
    const { rel, ...fetched } = integrity === undefined ? reference : { ...reference, integrity };
    return rel === undefined || this.#map.isMerged ? fetched : { ...fetched, rel };
  }

  /** Follows a module script that is a file. */
  async file(located: Located, options: GraphOptions): Promise<void> {
    if (!isServedAs("script", located.file)) return this.#listing.doubt(located.target);
    await this.#files([located], options, []);
  }

  /**
   * Follows a module script in the page, which begins at `offset`.
   *
   * @returns whether it runs
   */
  async inline(facts: ScriptFacts, context: Context, offset: number, options: GraphOptions): Promise<boolean> {
    const { scripts, failed, isBroken } = await this.#imports(facts, context, options, offset);
    const imported = scripts.map(({ target }) => target);
    if (failed) return this.#fail([], imported);
    return !isBroken && this.#files(scripts, options, imported);
  }

  /**
   * Follows scripts of one graph.
   *
   * @param imported targets that the graph has imported so far
   * @returns whether they run
   */
  async #files(roots: readonly Located[], options: GraphOptions, imported: string[]): Promise<boolean> {
    const graph: Loaded[] = [];
    let runs = true;
    let level = roots;
    while (level.length > 0) {
      const next: Located[] = [];
      let broken = false;
      for (const { target, pathname, file } of level) {
        runs &&= !this.#failed.has(pathname);
        const seen = this.#seen.get(target);
        if (seen !== undefined && seen <= options.need) continue;
        this.#seen.set(target, options.need);
        const context: Context = { file, pathname, base: this.#facts.references.baseOf(target), encoding: "utf-8" };
        const { scripts, failed, isBroken } = await this.#imports(await this.#facts.script(file), context, options, 0);
        graph.push({ ...context, imports: scripts });
        if (isBroken) this.#failed.add(pathname);
        runs &&= !isBroken;
        next.push(...scripts);
        imported.push(...scripts.map((script) => script.target));
        broken ||= failed;
      }
      // The graph has failed: what was asked for in the same round trip arrives, and what that imports is not asked for.
      if (broken) return this.#fail(graph, imported);
      level = next;
    }
    if (runs) for (const context of graph) this.running.push({ context, crossorigin: options.crossorigin });
    else this.#failImporters(graph);
    return runs;
  }

  /** What imports a script that does not run does not run either. */
  #failImporters(graph: readonly Loaded[]): void {
    let known: number;
    do {
      known = this.#failed.size;
      for (const { pathname, imports } of graph.toReversed()) {
        if (imports.some((script) => this.#failed.has(script.pathname))) this.#failed.add(pathname);
      }
    } while (this.#failed.size > known);
  }

  /** Chromium fetches what an announced module imports, too: for a graph that has failed, more than without a word of it. */
  #fail(graph: readonly Context[], imported: readonly string[]): false {
    for (const { pathname } of graph) this.#failed.add(pathname);
    for (const target of imported) this.#listing.doubt(target);
    return false;
  }

  /** Lists what one script imports; nothing when one specifier resolves to nothing, as the script then fails. */
  async #imports(facts: ScriptFacts, context: Context, options: GraphOptions, offset: number): Promise<Imported> {
    const urls = facts.imports.map(({ specifier }) => resolveModule(specifier, context.base, this.#map));
    const scripts: Located[] = [];
    let failed = false;
    for (const [index, request] of facts.imports.entries()) {
      const url = urls[index];
      if (url === undefined) {
        this.#listing.ignore(request.specifier, "bare specifier outside the import map", context.base);
        return { scripts, failed, isBroken: true };
      }
    }
    for (const [index, request] of facts.imports.entries()) {
      const url = urls[index];
      if (url === undefined) continue;
      const reference = this.#referenceTo(url, request, "import", offset, options);
      const located = await this.#listing.reference(reference, context, this.#policy, resolveUrl(url));
      if (located === "elsewhere") continue;
      if (located === undefined || !(await this.#isIntact(located, reference))) failed = true;
      else if (!isServedAs(request.type, located.file)) {
        failed = true;
        this.#listing.doubt(located.target);
      }
      if (located !== undefined && request.type === "script") scripts.push(located);
    }
    return { scripts, failed, isBroken: facts.isBroken };
  }

  #referenceTo(url: URL, request: ModuleRequest, by: string, offset: number, options: GraphOptions): Reference {
    const { need, canWait } = options;
    const waits = canWait === undefined ? {} : { canWait };
    const place = { offset: offset + request.offset, by, ...waits };
    const fetched = { url: url.href, as: request.type, need, ...place, ...linkOf(options) };
    return this.#byMap(fetched, url);
  }

  /**
   * Lists what an `import()` asks for in a script that begins at `offset`, and follows it.
   *
   * @returns the URL that its specifier stands for
   */
  async dynamic(
    request: ModuleRequest,
    context: Context,
    offset: number,
    options: GraphOptions,
  ): Promise<URL | undefined> {
    const url = resolveModule(request.specifier, context.base, this.#map);
    if (url === undefined) return undefined;
    const reference = this.#referenceTo(url, request, "import()", offset, options);
    const located = await this.#listing.reference(reference, context, this.#policy, resolveUrl(url));
    if (typeof located !== "object" || !(await this.#isIntact(located, reference))) return url;
    if (!isServedAs(request.type, located.file)) this.#listing.doubt(located.target);
    else if (request.type === "script") await this.file(located, options);
    return url;
  }

  async #isIntact(located: Located, { integrity }: Reference): Promise<boolean> {
    return integrity === undefined || this.#facts.isIntact(located.file, integrity);
  }
}

/** The scripts that one script imports, and whether one of them is not there. */
interface Imported {
  readonly scripts: readonly Located[];
  readonly failed: boolean;
  /** The script itself does not parse, or has a specifier that resolves to nothing: it imports nothing. */
  readonly isBroken: boolean;
}

/** A script of a graph with what it imports. */
interface Loaded extends Context {
  readonly imports: readonly Located[];
}

/** With credentials, too, a module is fetched once if its link asks for them as its script does (Chromium 156, measured). */
function linkOf({ crossorigin }: GraphOptions): LinkAttributes {
  return crossorigin === undefined ? { rel: "modulepreload" } : { rel: "modulepreload", crossorigin };
}
