import type { Viewport } from "../../scanner/css/media-queries.js";
import type { SiteScanOptions } from "../../scanner/scan-site.js";

export interface ScanOptions extends SiteScanOptions {
  /** URL paths of the pages to scan; all of them without it. */
  readonly pages?: readonly string[] | undefined;
  /** The path that the site is served below: "/repo/". */
  readonly base?: string | undefined;
  /** For single-page applications: the page for paths without a file; `true` means index.html. */
  readonly single?: string | boolean | undefined;
  /** The window that pages are scanned for: "1280x720", "390x844@3". */
  readonly viewport?: Viewport | string | undefined;
  /** Threads that share the pages out (1 to 64); by the number of pages and processors without it. */
  readonly jobs?: number | undefined;
  /** What a server has learned, by `--learn-file`, to be explained too. */
  readonly learnFile?: string | undefined;
  /** Told what the user should know of, in a sentence: a file too long to be scanned to its end. */
  readonly onNotice?: (text: string) => void;
}

/** What a site is scanned by, and served by where its pages are loaded. */
export type SiteSetting = Pick<ScanOptions, "base" | "single" | "viewport">;

/** The same with the directory. */
export interface SiteSource extends SiteSetting {
  readonly root: string;
}
