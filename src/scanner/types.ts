import type { Destination } from "../manifest/destination.js";
import type { LinkAttributes, ManifestEntry } from "../manifest/types.js";
import type { LinkPreload } from "./html/facts.js";

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

/** A place in a text: line, and column in UTF-16 code units, both from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Something that is written in a file of the site. */
export interface Written extends Position {
  /** Absolute path. */
  readonly file: string;
}

/** A reference to a target, and how it has it fetched. */
export interface RecordedReference extends Written, LinkAttributes {
  readonly target: string;
  readonly as: Destination;
  /** What makes it ("img", "@import"). */
  readonly by: string;
  /** Nothing answers for the target. */
  readonly missing?: true;
}

/** An announcement in a page, as it is written. */
export interface RecordedPreload extends Written, Pick<LinkPreload, "rel" | "attributes"> {
  /** What it resolves to on this site; undefined for what is elsewhere, or nothing. */
  readonly target: string | undefined;
}

/** What `h2push check` goes by, beside what a page needs. */
export interface PageRecord {
  readonly preloads: readonly RecordedPreload[];
  /** References to what is announced, to images with candidates, and to what is missing. */
  readonly references: readonly RecordedReference[];
  /** Requests one after another until all is there, that for the page included. */
  readonly depth: number;
  /** Where the page's first import map is. */
  readonly importMap: Position | undefined;
  /** Targets that were looked up; a document's with "document " before it. */
  readonly restsOn: readonly string[];
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
  /** Paths of a single-page application that its router has, from the router's base. */
  readonly paths?: readonly string[];
  /** For each target, what makes the page need it: "stylesheet in /docs/". */
  readonly reasons: ReadonlyMap<string, string>;
  readonly missing: readonly MissingReference[];
  readonly ignored: readonly IgnoredTarget[];
  /** Where it was asked for. */
  readonly record?: PageRecord;
}
