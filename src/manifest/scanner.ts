import type { ManifestEntry } from "./manifest.js";

/** A file under the root, as the server would serve it, and its version. */
export interface SiteFile {
  /** Absolute path. */
  readonly file: string;
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since the epoch. */
  readonly mtimeMs: number;
  readonly dev: number;
  readonly ino: number;
}

/** Finds the file that the server would serve for a URL path (percent-encoded, without query). */
export type Locate = (pathname: string) => Promise<SiteFile | undefined>;

/** A reference of a page to a file of the site that is not there. */
export interface MissingReference {
  /** What was asked for: a path-absolute reference. */
  readonly target: string;
  /** URL path of the file that refers to it. */
  readonly from: string;
  /** Line in that file, from 1. */
  readonly line: number;
}

/** What one page needs. */
export interface PageNeeds {
  /** In order of need. */
  readonly entries: readonly ManifestEntry[];
  readonly missing: readonly MissingReference[];
}

export interface Scanner {
  /**
   * What the page needs that is served for `pathname` (percent-encoded URL
   * path of the request: references resolve against it) from `file`.
   * Never rejects for what a page contains; a file that has gone meanwhile
   * needs nothing.
   */
  page(pathname: string, file: SiteFile): Promise<PageNeeds>;
}
