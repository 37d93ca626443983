import type { HtmlFacts } from "./html.js";
import type { LinkAttributes, ManifestEntry } from "./manifest.js";
import { baseOf, documentBase, NEED, type Need, type Reference, resolve } from "./reference.js";
import type { LeftOut, MissingReference, PageNeeds, SiteFile } from "./scanner.js";
import { parseSrcset } from "./srcset.js";

/** Where the closure of a page finds files and what they say. */
export interface Sources {
  locate(pathname: string): Promise<SiteFile | undefined>;
  html(file: SiteFile): Promise<HtmlFacts>;
  /** Line, from 1, of an offset in the file's text. */
  lineOf(file: SiteFile, offset: number): Promise<number>;
}

interface Found {
  readonly entry: ManifestEntry;
  readonly why: string;
  readonly need: Need;
}

/** Follows what the page refers to, to the end, and puts it in order of need; each target once. */
export async function closePage(pathname: string, file: SiteFile, sources: Sources): Promise<PageNeeds> {
  const closure = new Closure(pathname, sources);
  await closure.page(file);
  return closure.needs();
}

class Closure {
  readonly #pathname: string;
  readonly #sources: Sources;
  readonly #found = new Map<string, Found>();
  readonly #missing = new Map<string, MissingReference>();
  readonly #left: LeftOut[] = [];

  constructor(pathname: string, sources: Sources) {
    this.#pathname = pathname;
    this.#sources = sources;
  }

  needs(): PageNeeds {
    const found = [...this.#found.values()].sort((a, b) => a.need - b.need);
    return {
      entries: found.map(({ entry }) => entry),
      blocking: new Set(found.filter(({ need }) => need <= NEED.blockingScript).map(({ entry }) => entry.target)),
      why: new Map(found.map(({ entry, why }) => [entry.target, why])),
      missing: [...this.#missing.values()],
      left: this.#left,
    };
  }

  async page(file: SiteFile): Promise<void> {
    const facts = await this.#sources.html(file);
    const own = baseOf(this.#pathname);
    const base = documentBase(facts.base?.href, own);
    const baseFrom = facts.base?.offset ?? 0;
    for (const left of facts.left) {
      const resolved = resolve(left.url, left.offset < baseFrom ? own : base);
      this.#left.push({ target: "target" in resolved ? resolved.target : left.url, why: left.why });
    }
    for (const reference of facts.references) {
      await this.#reference(reference, reference.offset < baseFrom ? own : base, this.#pathname, file);
    }
  }

  async #reference(reference: Reference, base: URL, from: string, file: SiteFile): Promise<void> {
    const resolved = resolve(reference.url, base);
    if ("left" in resolved) {
      if (resolved.left !== "data") this.#left.push({ target: reference.url, why: resolved.left });
      return;
    }
    const { target, pathname } = resolved;
    const known = this.#found.get(target);
    if (known !== undefined && known.need <= reference.need) return;
    const located = await this.#sources.locate(pathname);
    if (located === undefined) return this.#miss(target, reference, from, file);
    const entry = entryOf(target, reference, base, located);
    this.#found.set(target, { entry, need: reference.need, why: `${reference.by} in ${from}` });
  }

  async #miss(target: string, reference: Reference, from: string, file: SiteFile): Promise<void> {
    if (this.#missing.has(target)) return;
    const line = await this.#sources.lineOf(file, reference.offset);
    this.#missing.set(target, { target, from, line });
  }
}

function entryOf(target: string, reference: Reference, base: URL, file: SiteFile): ManifestEntry {
  const { as, rel, type, crossorigin, integrity, media, fetchpriority, imagesrcset, imagesizes } = reference;
  const link: LinkAttributes = {
    ...(rel === undefined ? {} : { rel }),
    ...(type === undefined ? {} : { type }),
    ...(crossorigin === undefined ? {} : { crossorigin }),
    ...(integrity === undefined ? {} : { integrity }),
    ...(media === undefined ? {} : { media }),
    ...(fetchpriority === undefined ? {} : { fetchpriority }),
    ...(imagesrcset === undefined ? {} : { imagesrcset: resolveSrcset(imagesrcset, base) }),
    ...(imagesizes === undefined ? {} : { imagesizes }),
  };
  return { target, as, ...link, bytes: file.size };
}

/** A `Link` field resolves against the URL of the response, a page's attributes against its base: path-absolute suits both. */
function resolveSrcset(srcset: string, base: URL): string {
  return parseSrcset(srcset)
    .map(({ url, descriptor }) => {
      const resolved = resolve(url, base);
      return `${"target" in resolved ? resolved.target : url} ${descriptor}`.trim();
    })
    .join(", ");
}
