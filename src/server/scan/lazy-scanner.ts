import { relative } from "node:path";
import type { LookedUp } from "../../scanner/lookup.js";
import type { Viewport } from "../../scanner/css/media-queries.js";
import { withoutFaults } from "../../scanner/scan-fault.js";
import type { Scanner } from "../../scanner/scanner.js";
import type { Watch } from "../../scanner/site-files/file-watcher.js";
import type { SiteLookup } from "../files/site-lookup.js";

export interface SiteScannerOptions {
  readonly viewport: Viewport;
  /** Pages are sent compressed. */
  readonly compressed: boolean;
  /** Watches the files that pages asked for need, and so sees a change at once. */
  readonly watch: boolean;
  /** Told when something of what was asked for may have changed, by the watch. */
  readonly changed?: (() => void) | undefined;
  /** Told what the user should know of, in a sentence. */
  readonly notice: (text: string) => void;
  /** Takes a failure of the watch, which scanning does not suffer from. */
  readonly report: (error: Error) => void;
}

/** The scanner of a server, which ends with it. */
export interface ServerScanner extends Scanner {
  close(): Promise<void>;
}

/** The scanner of a site. Code for scanning and watching is loaded when the first page is scanned: start-up does not wait for it. */
export class LazyScanner implements ServerScanner {
  readonly #lookup: SiteLookup;
  readonly #options: SiteScannerOptions;
  #scanner: Promise<Scanner> | undefined;
  #watch: Promise<Watch | undefined> | undefined;
  #loaded: Scanner | undefined;
  #closed = false;

  constructor(lookup: SiteLookup, options: SiteScannerOptions) {
    this.#lookup = lookup;
    this.#options = options;
    const scan: Scanner["page"] = async (...page) => (await this.#started()).page(...page);
    this.page = withoutFaults({ page: scan }, { root: lookup.tree.root, notice: options.notice });
  }

  readonly page: Scanner["page"];

  readonly peek: Scanner["peek"] = (...page) => this.#loaded?.peek(...page);

  invalidate(): void {
    this.#lookup.tree.invalidate();
    this.#loaded?.invalidate();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await (await this.#watch)?.close();
  }

  async #started(): Promise<Scanner> {
    try {
      return await (this.#scanner ??= this.#load());
    } catch (error) {
      this.#scanner = undefined;
      throw error;
    }
  }

  async #load(): Promise<Scanner> {
    const { createScanner } = await import("../../scanner/scanner.js");
    const { viewport, compressed, watch, notice, report } = this.#options;
    this.#loaded = createScanner({
      lookup: this.#lookup.look,
      viewport,
      compressed,
      onLimit: ({ file }, limit) => notice(limitText[limit](relative(this.#lookup.tree.root, file))),
      ...(watch ? { onFiles: (files) => void this.#cover(files).catch(report) } : {}),
    });
    return this.#loaded;
  }

  async #cover(files: ReadonlyMap<string, LookedUp>): Promise<void> {
    if (this.#closed) return;
    const watch = await (this.#watch ??= this.#startWatch());
    const places = [...files].flatMap(([target, found]) => {
      if (found.kind === "file") return found.file;
      return found.kind === "missing" ? this.#lookup.placesOf(target, undefined) : [];
    });
    await watch?.add(places);
  }

  async #startWatch(): Promise<Watch | undefined> {
    const { createWatch } = await import("../../scanner/site-files/file-watcher.js");
    if (this.#closed) return undefined;
    return createWatch({
      root: this.#lookup.tree.root,
      invalidate: () => {
        this.invalidate();
        this.#options.changed?.();
      },
      onError: ({ message }) =>
        this.#options.notice(`files are no longer watched, a change may show later: ${message}`),
    });
  }
}

/** What is said of a file that was not scanned in all. */
export const limitText = {
  bytes: (path: string) => `only the first 16 MB of ${path} were scanned for what they refer to`,
  style: (path: string) =>
    `${path} has more elements and rules than are compared: its fonts and images by style are left out`,
  thread: (path: string) => `${path} goes without links: it takes too long, or too much memory, to scan what it needs`,
};
