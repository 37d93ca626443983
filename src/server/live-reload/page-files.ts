import { createHash } from "node:crypto";
import { dirname, relative, sep } from "node:path";
import type { Audience, SiteFile } from "../../scanner/lookup.js";
import type { Scanner } from "../../scanner/scanner.js";
import type { PageNeeds } from "../../scanner/types.js";
import { versionOf } from "../../files/file.js";
import { isHtml, mediaType } from "../../files/media-type.js";
import { expectedRequest, type SiteRules } from "../middleware/site-rules.js";
import { pathOf } from "../../io/request-target.js";
import type { SiteLookup } from "../files/site-lookup.js";
import type { Ignores } from "./ignored-files.js";
import type { Visitor } from "./open-pages.js";
import { LruMap } from "../../io/lru-map.js";
import type { Files, FileState } from "./page-changes.js";

export interface PageFilesOptions {
  readonly lookup: SiteLookup;
  readonly scanner: Scanner;
  readonly rules: SiteRules;
  /** Whether an upstream answers for a target. */
  readonly isProxied: (target: string) => boolean;
  /** Whether changes of a file do not count. */
  readonly ignores: Ignores | undefined;
}

/** What a page in a browser rests on, and the path of its own file. */
export interface Given {
  readonly page: string;
  readonly files: Files;
  /** For whom they were looked up. */
  readonly audience: Audience | undefined;
}

/** Pages that routes make whose needs are remembered. */
const MAX_MADE_PAGES = 100;

/** Finds the files behind pages. */
export class PageFiles {
  readonly #options: PageFilesOptions;
  /** What pages need that are made for a request: no file of theirs tells. */
  readonly #made = new LruMap<PageNeeds>(MAX_MADE_PAGES);

  constructor(options: PageFilesOptions) {
    this.#options = options;
  }

  /** What the page of a visitor rests on now. */
  of({ pathname, authority, files }: Pick<Visitor, "pathname" | "authority" | "files">): Promise<Given> {
    return files === undefined ? this.current(pathname, authority) : this.#named(pathname, authority, files);
  }

  /** The files of ours that a page of another server names. It is there itself, and is not asked for again. */
  async #named(pathname: string, authority: string, named: readonly string[]): Promise<Given> {
    const { audience } = this.#options.rules.of(expectedRequest(pathname, authority)).page;
    const paths = new Map(named.map((path) => [path, mediaType(path) === "text/css"]));
    return { page: UPSTREAM, files: new Map([...(await this.at(paths, audience)), [UPSTREAM, CONSTANT]]), audience };
  }

  /** A page that is made for a request goes to a browser. */
  made(pathname: string, needs: PageNeeds): void {
    this.#made.set(pathname, needs);
  }

  /** What the page of that path is served with now, to those who ask that host. */
  async current(pathname: string, authority: string): Promise<Given> {
    const { lookup, scanner, rules } = this.#options;
    const context = rules.of(expectedRequest(pathname, authority)).page;
    const { audience } = context;
    const found = await lookup.look({ target: pathname, navigates: true }, audience);
    if (found.kind !== "file" || !isHtml(mediaType(found.file))) {
      const made = this.#made.get(pathname);
      return made === undefined
        ? this.behind(pathname, undefined, undefined, audience)
        : this.#ofMade(pathname, made, audience);
    }
    return this.behind(pathname, found, await scanner.page(pathname, found, context), audience);
  }

  /**
   * What a page rests on that is served from a file. Frames are left out: they
   * are pages that listen for themselves. A page that stands in for a path
   * without a file, the application's or that of an error, goes when the file
   * comes.
   */
  async behind(
    pathname: string,
    file: SiteFile | undefined,
    needs: PageNeeds | undefined,
    audience: Audience | undefined,
  ): Promise<Given> {
    const { lookup } = this.#options;
    const own = await lookup.look({ target: pathname, navigates: false }, audience);
    const standIn = file === undefined ? await this.#errorPageFor(pathname, audience) : (lookup.single ?? pathname);
    const page = own.kind === "file" ? pathname : standIn;
    const needed = (needs?.entries ?? []).filter(({ as }) => as !== "document");
    const paths = new Map([
      ...(needs?.missing ?? []).map(({ target }) => [pathOf(target), false] as const),
      ...needed.map(({ target, as }) => [pathOf(target), as === "style"] as const),
      [pathname, false],
      [page, false],
    ]);
    const found = await this.at(paths, audience);
    const files = file === undefined ? found : new Map([...found, [page, this.#stateOf(page, file, false, audience)]]);
    return { page, files, audience };
  }

  /** What a page that is made for a request rests on: it is there as long as what it needs first is. */
  async #ofMade(pathname: string, { entries }: PageNeeds, audience: Audience | undefined): Promise<Given> {
    const needed = entries.filter(({ as }) => as !== "document");
    const paths = new Map(needed.map(({ target, as }) => [pathOf(target), as === "style"]));
    return { page: pathOf(needed[0]?.target ?? pathname), files: await this.at(paths, audience), audience };
  }

  /** The site's own page of errors, or the path itself, for which we answer ourselves. */
  async #errorPageFor(pathname: string, audience: Audience | undefined): Promise<string> {
    const { lookup } = this.#options;
    const found = await lookup.look({ target: lookup.errorPage, navigates: false }, audience);
    return found.kind === "file" ? lookup.errorPage : pathname;
  }

  /** @param paths each with whether it is that of a stylesheet */
  async at(paths: ReadonlyMap<string, boolean>, audience: Audience | undefined): Promise<Files> {
    const states = [...paths].map(async ([path, style]) => [path, await this.#stateAt(path, style, audience)] as const);
    return new Map(await Promise.all(states));
  }

  async #stateAt(path: string, style: boolean, audience: Audience | undefined): Promise<FileState> {
    return this.#stateOf(path, await this.#fileAt(path, audience), style, audience);
  }

  /** What an upstream answers is often a file of ours, too: it serves the same folder. */
  async #fileAt(path: string, audience: Audience | undefined): Promise<SiteFile | undefined> {
    const { lookup, rules, isProxied } = this.#options;
    if (isProxied(path) && !rules.of(expectedRequest(path, audience?.authority)).admits(audience)) return undefined;
    const found = isProxied(path)
      ? await lookup.tree.find(pathOf(path))
      : await lookup.look({ target: path, navigates: false }, audience);
    return found.kind === "file" ? found : undefined;
  }

  #stateOf(path: string, file: SiteFile | undefined, style: boolean, audience: Audience | undefined): FileState {
    return this.#ignores(path, file, audience) ? CONSTANT : stateOf(file, style);
  }

  /** By its own place or by the one that the URL says: a file that goes, or lies behind a link, is ignored then, too. */
  #ignores(path: string, file: SiteFile | undefined, audience: Audience | undefined): boolean {
    const { lookup, ignores } = this.#options;
    if (ignores === undefined) return false;
    const { root } = lookup.tree;
    const places =
      file === undefined ? lookup.placesOf(path, audience) : [file.file, lookup.tree.placeOf(path) ?? []].flat();
    return places.some((place) => ignores(relative(root, place).replaceAll(sep, "/")));
  }

  /**
   * One look at the disk for all pages: the returned function tells how files
   * are now. Each is looked at once, so that all pages that rest on it see its
   * change at the same time.
   */
  look(): (files: Files, audience: Audience | undefined) => Promise<Files> {
    const looked = new Map<string, Promise<FileState>>();
    const stateNow = (path: string, style: boolean, audience: Audience | undefined) => {
      const key = [path, style, audience?.key].join(" ");
      const known = looked.get(key);
      if (known !== undefined) return known;
      this.#options.lookup.invalidate(path, audience);
      const state = this.#stateAt(path, style, audience);
      looked.set(key, state);
      return state;
    };
    return async (files, audience) => {
      const states = [...files].map(
        async ([path, { style }]) =>
          [path, path === UPSTREAM ? CONSTANT : await stateNow(path, style, audience)] as const,
      );
      return new Map(await Promise.all(states));
    };
  }

  /** What is served next is to be as new as what was seen here. */
  refresh(): void {
    this.#options.lookup.tree.invalidate();
    this.#options.scanner.invalidate();
  }

  /** Where a change of files shows: beside each, and beside the link that leads there, if one does. */
  directoriesOf(files: Files, audience: Audience | undefined): string[] {
    return [...files].flatMap(([pathname, { file }]) => {
      if (pathname === UPSTREAM) return [];
      const expected = this.#options.lookup.placesOf(pathname, audience).map((place) => dirname(place));
      return file === undefined ? expected : [dirname(file), ...expected];
    });
  }
}

/** Stands for the page of another server among its files: no URL path is like it. */
const UPSTREAM = "upstream";

/** Of what is there and never changes. */
const CONSTANT: FileState = { version: "constant", file: undefined, empty: false, style: false };

const stateOf = (file: SiteFile | undefined, style: boolean): FileState => ({
  version: file === undefined ? undefined : versionOf({ kind: "file", ...file }),
  file: file?.file,
  empty: file?.size === 0,
  style,
});

/** Names the versions of all files of a page, also for another run of the server. */
export function versionId(files: Files): string {
  const hash = createHash("sha256");
  for (const [path, { version }] of files) hash.update(`${path} ${version ?? ""}\n`);
  return hash.digest("base64url").slice(0, 22);
}
