import type { ContentSecurityPolicy } from "../url/csp.js";
import { type ImportMap, resolveModule } from "./import-map.js";
import type { Context, Listing, Located } from "../needs-list.js";
import type { LinkAttributes } from "../../manifest/types.js";
import { resolveUrl } from "../../manifest/resolve.js";
import { type Need, type Reference } from "../url/reference.js";
import type { SiteFacts } from "../facts-cache.js";
import { isServedAs } from "../lookup.js";
import type { ScriptFacts } from "./imports.js";

/** How the scripts of one graph are fetched: as their root is. */
export interface GraphOptions {
  readonly need: Need;
  readonly crossorigin: LinkAttributes["crossorigin"];
}

/** Follows what module scripts import, to the end (HTML §8.1.5, "fetch the descendants of a module script"). */
export class ModuleGraph {
  readonly #listing: Listing;
  readonly #facts: SiteFacts;
  readonly #map: ImportMap;
  readonly #policy: ContentSecurityPolicy;
  readonly #seen = new Map<string, Need>();

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
  async file(located: Located, options: GraphOptions, imported: string[] = []): Promise<void> {
    if (!isServedAs("script", located.file)) return this.#listing.doubt(located.target);
    let level = [located];
    while (level.length > 0) {
      const next: Located[] = [];
      let broken = false;
      for (const { target, pathname, file } of level) {
        const seen = this.#seen.get(target);
        if (seen !== undefined && seen <= options.need) continue;
        this.#seen.set(target, options.need);
        const facts = await this.#facts.script(file);
        const { scripts, failed } = await this.#imports(
          facts,
          { file, pathname, base: this.#facts.baseOf(target), encoding: "utf-8" },
          options,
          0,
        );
        for (const script of scripts) {
          next.push(script);
          imported.push(script.target);
        }
        broken ||= failed;
      }
      // The graph has failed: what was asked for in the same round trip arrives, and what that imports is not asked for.
      if (broken) return this.#doubt(imported);
      level = next;
    }
  }

  /** Follows a module script in the page, which begins at `offset`. */
  async inline(facts: ScriptFacts, context: Context, offset: number, options: GraphOptions): Promise<void> {
    const { scripts, failed } = await this.#imports(facts, context, options, offset);
    const imported = scripts.map(({ target }) => target);
    if (failed) return this.#doubt(imported);
    for (const located of scripts) await this.file(located, options, imported);
  }

  /** Chromium fetches what an announced module imports, too: for a graph that has failed, more than without a word of it. */
  #doubt(imported: readonly string[]): void {
    for (const target of imported) this.#listing.doubt(target);
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
        return { scripts, failed };
      }
    }
    for (const [index, request] of facts.imports.entries()) {
      const url = urls[index];
      if (url === undefined) continue;
      const fetched: Reference = {
        url: url.href,
        as: request.type,
        need: options.need,
        offset: offset + request.offset,
        by: "import",
        ...linkOf(options),
      };
      const reference = this.#byMap(fetched, url);
      const located = await this.#listing.reference(reference, context, this.#policy, resolveUrl(url));
      if (located === "elsewhere") continue;
      if (located === undefined || !(await this.#isIntact(located, reference))) failed = true;
      else if (!isServedAs(request.type, located.file)) {
        failed = true;
        this.#listing.doubt(located.target);
      }
      if (located !== undefined && request.type === "script") scripts.push(located);
    }
    return { scripts, failed };
  }

  async #isIntact(located: Located, { integrity }: Reference): Promise<boolean> {
    return integrity === undefined || this.#facts.isIntact(located.file, integrity);
  }
}

/** The scripts that one script imports, and whether one of them is not there. */
interface Imported {
  readonly scripts: readonly Located[];
  readonly failed: boolean;
}

/** With credentials, too, a module is fetched once if its link asks for them as its script does (Chromium 156, measured). */
function linkOf({ crossorigin }: GraphOptions): LinkAttributes {
  return crossorigin === undefined ? { rel: "modulepreload" } : { rel: "modulepreload", crossorigin };
}
