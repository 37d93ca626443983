import { createHash } from "node:crypto";
import { platform } from "node:os";
import { dirname, join } from "node:path";
import type { PageNeeds, Scanner, SiteFile } from "../../manifest/scanner.js";
import { versionOf } from "../../static/file.js";
import { isHtml, mediaType } from "../../static/media-type.js";
import { segmentsOf } from "../../static/path.js";
import type { FileTree } from "../../static/tree.js";
import type { Files, FileState } from "./changes.js";

export interface PageFilesOptions {
  readonly tree: FileTree;
  readonly scanner: Scanner;
  /** URL path of the page that answers navigations to paths without a file. */
  readonly single: string | undefined;
}

/** What a page in a browser rests on, and the path of its own file. */
export interface Given {
  readonly page: string;
  readonly files: Files;
}

/** Finds the files behind pages. */
export class PageFiles {
  readonly #options: PageFilesOptions;

  constructor(options: PageFilesOptions) {
    this.#options = options;
  }

  /** What the page of that path is served with now. */
  async current(pathname: string): Promise<Given> {
    const { tree, scanner, single } = this.#options;
    for (const path of [pathname, ...(single === undefined ? [] : [single])]) {
      const found = await tree.find(path);
      if (found.kind !== "file" || !isHtml(mediaType(found.file))) continue;
      return this.of(pathname, found, await scanner.page(pathname, found));
    }
    return this.of(pathname, undefined, undefined);
  }

  /**
   * What a page rests on that is served from a file. Frames are left out: they
   * are pages that listen for themselves. A page that stands in for a path
   * without a file, the application's or that of an error, goes when the file
   * comes.
   */
  async of(pathname: string, file: SiteFile | undefined, needs: PageNeeds | undefined): Promise<Given> {
    const { tree, single } = this.#options;
    const own = await tree.find(pathname);
    const page = own.kind === "file" ? pathname : file === undefined ? "/404.html" : (single ?? pathname);
    const needed = (needs?.entries ?? []).filter(({ as }) => as !== "document");
    const paths = new Map([
      ...(needs?.missing ?? []).map(({ target }) => [withoutQuery(target), false] as const),
      ...needed.map(({ target, as }) => [withoutQuery(target), as === "style"] as const),
      [pathname, false],
      [page, false],
    ]);
    const files = await this.at(paths);
    return { page, files: file === undefined ? files : new Map([...files, [page, stateOf(file, false)]]) };
  }

  /** @param paths each with whether it is that of a stylesheet */
  async at(paths: ReadonlyMap<string, boolean>): Promise<Files> {
    const states = [...paths].map(async ([path, style]) => {
      const found = await this.#options.tree.find(path);
      return [path, stateOf(found.kind === "file" ? found : undefined, style)] as const;
    });
    return new Map(await Promise.all(states));
  }

  /** The same files, as they are on the disk now. */
  async again(files: Files): Promise<Files> {
    for (const path of files.keys()) this.#options.tree.lookAgain(path);
    return this.at(new Map([...files].map(([path, { style }]) => [path, style])));
  }

  /** What is served next is to be as new as what was seen here. */
  refresh(): void {
    this.#options.tree.lookAgain();
    this.#options.scanner.lookAgain();
  }

  /** Where a change of files shows: beside each, and beside the link that leads there, if one does. */
  directoriesOf(files: Files): string[] {
    return [...files].flatMap(([pathname, { file }]) => {
      const path = segmentsOf(pathname, platform(), true);
      const names = path.ok ? (path.directory ? path.names : path.names.slice(0, -1)) : [];
      const expected = join(this.#options.tree.root, ...names);
      return file === undefined ? [expected] : [dirname(file), expected];
    });
  }
}

const stateOf = (file: SiteFile | undefined, style: boolean): FileState => ({
  version: file === undefined ? undefined : versionOf({ kind: "file", ...file }),
  file: file?.file,
  empty: file?.size === 0,
  style,
});

const withoutQuery = (target: string) => target.replace(/\?.*$/s, "");

/** Names the versions of all files of a page, also for another run of the server. */
export function versionId(files: Files): string {
  const hash = createHash("sha256");
  for (const [path, { version }] of files) hash.update(`${path} ${version ?? ""}\n`);
  return hash.digest("base64url").slice(0, 22);
}
