import { LruMap } from "../../io/lru-map.js";
import { baseOf, type ResolvedReference, resolve } from "../../manifest/resolve.js";

const MAX_BASES = 256;
/** Directories, and references below each, that many pages have in common. */
const MAX_DIRECTORIES = 32;
const MAX_REFERENCES = 1024;

/** `resolve` and `baseOf`, remembered: the pages of a site have most references in common. */
export class References {
  readonly #bases = new LruMap<URL>(MAX_BASES);
  readonly #directories = new LruMap<LruMap<ResolvedReference>>(MAX_DIRECTORIES);
  /** The base that was asked for last, and what was resolved in its directory: a page has many references. */
  #base: URL | undefined;
  #resolved = new LruMap<ResolvedReference>(MAX_REFERENCES);

  resolve(reference: string, base: URL): ResolvedReference {
    if (reference === "" || reference.startsWith("?") || reference.startsWith("#")) return resolve(reference, base);
    if (base !== this.#base) {
      // Below one directory a relative reference means the same for every page.
      const directory = base.href.slice(0, base.href.lastIndexOf("/") + 1);
      this.#resolved = this.#directories.remember(directory, () => new LruMap(MAX_REFERENCES));
      this.#base = base;
    }
    return this.#resolved.remember(reference, () => resolve(reference, base));
  }

  /** What references in a file of the site resolve against. */
  baseOf(target: string): URL {
    return this.#bases.remember(target, () => baseOf(target));
  }
}
