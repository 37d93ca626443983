import type { ManifestEntry } from "../manifest/types.js";

/** A reference of a page to something of the site that is not there. */
export interface MissingReference {
  /** What was asked for: a path-absolute reference. */
  readonly target: string;
  /** URL path of the file that refers to it. */
  readonly from: string;
  /** Line in that file, from 1. */
  readonly line: number;
  /** What the system says when it is there and can't be read: "EACCES". */
  readonly unreadable?: string;
}

/** A reference that a page makes and that is not part of loading it, and why. */
export interface IgnoredTarget {
  readonly target: string;
  readonly reason: string;
}

/** What one page needs. */
export interface PageNeeds {
  /** In order of need. */
  readonly entries: readonly ManifestEntry[];
  /** The page has an import map, or may get one: a `modulepreload` that its `Link` field names would break it. */
  readonly mayHaveImportMap: boolean;
  /** It shows nothing before its scripts have run: what they ask for is painted first. */
  readonly isMadeByScript?: boolean;
  /** For each target, what makes the page need it: "stylesheet in /docs/". */
  readonly reasons: ReadonlyMap<string, string>;
  readonly missing: readonly MissingReference[];
  readonly ignored: readonly IgnoredTarget[];
}
