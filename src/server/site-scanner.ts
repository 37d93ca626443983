import { platform } from "node:os";
import { join, relative } from "node:path";
import type { Viewport } from "../manifest/media.js";
import type { Locate, Scanner, SiteFile } from "../manifest/scanner.js";
import type { Watch } from "../manifest/watch.js";
import { segmentsOf } from "../static/path.js";
import type { FileTree } from "../static/tree.js";

export interface SiteScannerOptions {
  readonly viewport: Viewport;
  /** Watches the files that pages asked for need, and so sees a change at once. */
  readonly watch: boolean;
  /** Told what the user should know of, in a sentence. */
  readonly notice: (text: string) => void;
  /** Takes a failure of the watch, which scanning does not suffer from. */
  readonly report: (error: Error) => void;
}

/** The scanner of a server, which ends with it. */
export interface ServerScanner extends Scanner {
  close(): Promise<void>;
}

/** The scanner of a tree. */
export function siteScanner(tree: FileTree, options: SiteScannerOptions): ServerScanner {
  return new TreeScanner(tree, options);
}

/** Code for scanning and watching is loaded when the first page is scanned: start-up does not wait for it. */
class TreeScanner implements ServerScanner {
  readonly #tree: FileTree;
  readonly #options: SiteScannerOptions;
  #scanner: Promise<Scanner> | undefined;
  #watch: Promise<Watch | undefined> | undefined;
  #loaded: Scanner | undefined;
  #closed = false;

  constructor(tree: FileTree, options: SiteScannerOptions) {
    this.#tree = tree;
    this.#options = options;
  }

  readonly page: Scanner["page"] = async (...page) => (await (this.#scanner ??= this.#load())).page(...page);

  readonly recall: Scanner["recall"] = (...page) => this.#loaded?.recall(...page);

  lookAgain(): void {
    this.#tree.lookAgain();
    this.#loaded?.lookAgain();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await (await this.#watch)?.close();
  }

  async #load(): Promise<Scanner> {
    const { createScanner } = await import("../manifest/scanner.js");
    const { viewport, watch, notice, report } = this.#options;
    this.#loaded = createScanner({
      locate: locateIn(this.#tree),
      viewport,
      onTruncated: ({ file }) => notice(truncated(relative(this.#tree.root, file))),
      ...(watch ? { onFiles: (files) => void this.#cover(files).catch(report) } : {}),
    });
    return this.#loaded;
  }

  async #cover(files: ReadonlyMap<string, SiteFile | undefined>): Promise<void> {
    if (this.#closed) return;
    const watch = await (this.#watch ??= this.#startWatch());
    await watch?.add([...files].flatMap(([pathname, file]) => file?.file ?? this.#expected(pathname)));
  }

  /** Where a file would be that is not there yet. */
  #expected(pathname: string): string | [] {
    const path = segmentsOf(pathname, platform());
    return path.ok ? join(this.#tree.root, ...path.names, ...(path.directory ? ["index.html"] : [])) : [];
  }

  async #startWatch(): Promise<Watch | undefined> {
    const { createWatch } = await import("../manifest/watch.js");
    if (this.#closed) return undefined;
    return createWatch({
      root: this.#tree.root,
      lookAgain: () => this.lookAgain(),
      onError: ({ message }) =>
        this.#options.notice(`files are no longer watched, a change may show later: ${message}`),
    });
  }
}

/** What is said of a file of which only the beginning was scanned. */
export function truncated(path: string): string {
  return `only the first 16 MB of ${path} were scanned for what they refer to`;
}

/** The files of a tree, for the scanner. */
export function locateIn(tree: FileTree): Locate {
  return async (pathname) => {
    const found = await tree.find(pathname);
    return found.kind === "file" ? found : undefined;
  };
}
