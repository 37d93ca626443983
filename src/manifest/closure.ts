import type { CssFacts } from "./css.js";
import { fontType } from "./destination.js";
import type { HtmlFacts } from "./html.js";
import type { LinkAttributes, ManifestEntry } from "./manifest.js";
import { DEFAULT_VIEWPORT, isTrivialMedia, matchesMedia } from "./media.js";
import { type FontSet, type SheetFace, styleNeeds } from "./page-style.js";
import { baseOf, documentBase, NEED, type Need, type Reference, resolve } from "./reference.js";
import type { LeftOut, MissingReference, PageNeeds, SiteFile } from "./scanner.js";
import { parseSrcset } from "./srcset.js";
import type { ImageUse, Sheet, StyleEngine } from "./style.js";

/** A stylesheet's facts, and how many names the vocabulary has to have for it. */
export interface ReadCss {
  readonly facts: CssFacts;
  readonly generation: number;
}

/** Where the closure of a page finds files and what they say. */
export interface Sources {
  locate(pathname: string): Promise<SiteFile | undefined>;
  /** A page, its outline made with a vocabulary of at least that generation. */
  html(file: SiteFile, generation: number): Promise<HtmlFacts>;
  css(file: SiteFile): Promise<ReadCss>;
  styles(sheets: readonly Sheet[]): { readonly engine: StyleEngine; readonly fonts: FontSet };
  /** Line, from 1, of an offset in the file's text. */
  lineOf(file: SiteFile, offset: number): Promise<number>;
}

interface Found {
  readonly entry: ManifestEntry;
  readonly why: string;
  /** Asked for by a `link rel=preload` alone: what uses it knows better how it is fetched. */
  readonly announced: boolean;
  readonly need: Need;
}

/** A file that makes references. */
interface Context {
  readonly file: SiteFile;
  /** Its URL path. */
  readonly pathname: string;
  readonly base: URL;
}

/** How deep imports are followed: no site comes near, and a browser gives up somewhere, too. */
const DEPTH = 500;

/** Follows what the page refers to, to the end, and puts it in order of need; each target once. */
export async function closePage(pathname: string, file: SiteFile, sources: Sources): Promise<PageNeeds> {
  const closure = new Closure(sources);
  await closure.page(pathname, file);
  return closure.needs();
}

class Closure {
  readonly #sources: Sources;
  readonly #found = new Map<string, Found>();
  readonly #missing = new Map<string, MissingReference>();
  readonly #left: LeftOut[] = [];
  readonly #sheets: Sheet[] = [];
  /** Files that the stylesheets are in, for the line of what they miss. */
  readonly #files = new Map<string, SiteFile>();
  readonly #seen = new Set<string>();
  #generation = 0;

  constructor(sources: Sources) {
    this.#sources = sources;
  }

  needs(): PageNeeds {
    const found = [...this.#found.values()].sort((a, b) => a.need - b.need);
    return {
      entries: found.map(({ entry }) => entry),
      why: new Map(found.map(({ entry, why }) => [entry.target, why])),
      missing: [...this.#missing.values()],
      left: this.#left,
    };
  }

  async page(pathname: string, file: SiteFile): Promise<void> {
    const facts = await this.#sources.html(file, 0);
    const before: Context = { file, pathname, base: baseOf(pathname) };
    const after: Context = { ...before, base: documentBase(facts.base?.href, before.base) };
    const baseFrom = facts.base?.offset ?? 0;
    this.#files.set(pathname, file);
    for (const { url, why } of facts.left) this.#leave(url, why, after.base);
    let style = 0;
    for (const reference of facts.references) {
      // Stylesheets count in document order, those in the page among those linked to.
      for (; (facts.styles[style]?.offset ?? Number.POSITIVE_INFINITY) < reference.offset; style += 1) {
        await this.#inline(facts.styles[style]?.facts, after);
      }
      const context = reference.offset < baseFrom ? before : after;
      const located = await this.#reference(reference, context);
      if (located !== undefined && reference.applies !== undefined) await this.#linkedSheet(located, reference);
    }
    for (; style < facts.styles.length; style += 1) await this.#inline(facts.styles[style]?.facts, after);
    await this.#style(after);
  }

  async #inline(facts: CssFacts | undefined, context: Context): Promise<void> {
    if (facts !== undefined) await this.#imports(facts, context, { applies: true, layer: "", depth: 0 });
  }

  async #linkedSheet(located: Located, { need, applies }: Reference): Promise<void> {
    const inside = { applies: applies === true, layer: "", depth: 0, ...(need === NEED.idle ? { need } : {}) };
    await this.#sheet(located, inside);
  }

  async #sheet(located: Located, inside: SheetPlace): Promise<void> {
    const { file, target } = located;
    const key = `${target}\n${inside.applies}\n${inside.layer}`;
    if (this.#seen.has(key) || inside.depth > DEPTH) return;
    this.#seen.add(key);
    const { facts, generation } = await this.#sources.css(file);
    this.#files.set(located.pathname, file);
    if (inside.applies) this.#generation = Math.max(this.#generation, generation);
    await this.#imports(facts, { file, pathname: located.pathname, base: baseOf(target) }, inside);
  }

  /** What a stylesheet imports comes before it in the cascade. */
  async #imports(facts: CssFacts, context: Context, inside: SheetPlace): Promise<void> {
    for (const { url, media, layer, offset } of facts.imports) {
      const matching = matchesMedia(media, DEFAULT_VIEWPORT);
      const need = matching ? (inside.need ?? NEED.style) : NEED.idle;
      const link = isTrivialMedia(media) ? {} : { media };
      const reference: Reference = { url, as: "style", rel: "preload", need, offset, by: "@import", ...link };
      const located = await this.#reference(reference, context);
      if (located === undefined) continue;
      const place: SheetPlace = {
        applies: inside.applies && matching,
        layer: layer === undefined ? inside.layer : inside.layer === "" ? layer : `${inside.layer}.${layer}`,
        depth: inside.depth + 1,
        ...(need === NEED.idle ? { need } : {}),
      };
      await this.#sheet(located, place);
    }
    if (inside.applies && (facts.size > 0 || facts.fonts.length > 0)) {
      this.#sheets.push({ facts, base: context.base, layer: inside.layer, from: context.pathname });
    }
  }

  /** Fonts and images by use. */
  async #style(page: Context): Promise<void> {
    const { outline } = await this.#sources.html(page.file, this.#generation);
    if (outline === undefined) return;
    const { engine, fonts } = this.#sources.styles(this.#sheets);
    const needs = styleNeeds(outline, engine, fonts);
    for (const font of needs.fonts) await this.#font(font);
    for (const image of needs.images) await this.#cssImage(image, page);
  }

  #contextOf(sheet: Sheet | undefined, page: Context): Context {
    const file = sheet === undefined ? undefined : this.#files.get(sheet.from);
    return sheet === undefined || file === undefined ? page : { file, pathname: sheet.from, base: sheet.base };
  }

  /** The first source that is there is the one that is loaded. */
  async #font({ face, sheet }: SheetFace): Promise<void> {
    const file = this.#files.get(sheet.from);
    if (file === undefined) return;
    for (const url of face.sources) {
      const type = fontType(url.replace(/[?#].*$/s, ""));
      const reference: Reference = {
        url,
        as: "font",
        need: NEED.font,
        offset: face.offset,
        by: `@font-face "${face.family}"`,
        rel: "preload",
        crossorigin: "anonymous",
        ...(type === undefined ? {} : { type }),
      };
      const located = await this.#reference(reference, { file, pathname: sheet.from, base: sheet.base });
      if (located !== undefined || /^(?:data:|https?:|\/\/)/i.test(url)) return;
    }
  }

  async #cssImage({ url, property, sheet, offset }: ImageUse, page: Context): Promise<void> {
    // A fragment alone is an element of this document.
    if (url.startsWith("#")) return;
    const reference: Reference = { url, as: "image", need: NEED.image, offset, by: property, ...linkOf(property) };
    await this.#reference(reference, this.#contextOf(sheet, page));
  }

  #leave(url: string, why: string, base: URL): void {
    const resolved = resolve(url, base);
    this.#left.push({ target: "target" in resolved ? resolved.target : url, why });
  }

  /** Lists what a reference leads to, and returns it if it is there. */
  async #reference(reference: Reference, context: Context): Promise<Located | undefined> {
    const resolved = resolve(reference.url, context.base);
    if ("left" in resolved) {
      if (resolved.left !== "data") this.#left.push({ target: reference.url, why: resolved.left });
      return undefined;
    }
    const { target, pathname } = resolved;
    const file = await this.#sources.locate(pathname);
    if (file === undefined) {
      await this.#miss(target, reference, context);
      return undefined;
    }
    this.#list(target, reference, context, file);
    return { target, pathname, file };
  }

  #list(target: string, reference: Reference, context: Context, file: SiteFile): void {
    const known = this.#found.get(target);
    const announced = reference.by === "preload";
    const better = known?.announced === true && !announced;
    if (known !== undefined && known.need <= reference.need && !better) return;
    const need = known === undefined || reference.need < known.need ? reference.need : known.need;
    const entry = entryOf(target, reference, context.base, file);
    this.#found.set(target, { entry, need, announced, why: `${reference.by} in ${context.pathname}` });
  }

  async #miss(target: string, reference: Reference, context: Context): Promise<void> {
    if (this.#missing.has(target)) return;
    const line = await this.#sources.lineOf(context.file, reference.offset);
    this.#missing.set(target, { target, from: context.pathname, line });
  }
}

interface Located {
  readonly target: string;
  readonly pathname: string;
  readonly file: SiteFile;
}

/** Where a stylesheet stands. */
interface SheetPlace {
  readonly applies: boolean;
  readonly layer: string;
  readonly depth: number;
  /** Set when it, and with it what it imports, can wait. */
  readonly need?: Need;
}

/** What FACTS' table says of the link for an image of that property: some are fetched with CORS, some take no preload. */
function linkOf(property: string): LinkAttributes {
  switch (property) {
    case "filter":
    case "backdrop-filter":
    case "clip-path":
      return {};
    case "mask-image":
    case "mask-border-source":
    case "shape-outside":
      return { rel: "preload", crossorigin: "anonymous" };
    default:
      return { rel: "preload" };
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
