import type { Destination } from "./destination.js";

/** What the `Link` of a target says beside the target itself (HTML §4.2.4; RFC 8288). */
export interface LinkAttributes {
  /** Relation type of its `Link`; without one the target can be pushed but never linked, as no browser takes it. */
  readonly rel?: "preload" | "modulepreload";
  /** Media type, where the link needs it (fonts). */
  readonly type?: string;
  readonly crossorigin?: "anonymous" | "use-credentials";
  readonly integrity?: string;
  /** Condition under which the client is to fetch it: such an entry is linked and never pushed, and with "not all" and without `rel` left to the client alone. */
  readonly media?: string;
  readonly fetchpriority?: "high" | "low";
  /** Candidates that the client chooses from: such an entry is linked and never pushed. */
  readonly imagesrcset?: string;
  readonly imagesizes?: string;
}

/** What a page's own HTML says of a target beside how it is fetched. */
export interface EntryMarks {
  /** The HTML names it within its first round trip: a browser finds it by itself as soon as an announcement could reach it. */
  readonly named?: true;
  /** The page is not rendered without it: a stylesheet that applies, or a script that the parser waits for. */
  readonly blocking?: true;
  /**
   * When it is needed: for the first paint, or before the page has loaded ("load": the first paint does not wait for
   * it: a font that text is shown without until it is there, or that icons alone use; what scripts load as they run,
   * on a page that shows something by itself).
   */
  readonly when?: "paint" | "load";
  /** The router of an application loads it at this path. The same page may answer for other paths, without it. */
  readonly route?: true;
  /** Observation added it, and reading the files did not: what a client asked for, or an installed browser. */
  readonly by?: "traffic" | "browser";
}

/** One target that a page needs, with what its `Link` field has to say. */
export interface ManifestEntry extends LinkAttributes, EntryMarks {
  /** Path-absolute reference, query included, percent-encoded as on the wire. */
  readonly target: string;
  /** Fetch destination. */
  readonly as: Destination;
  /** Size of the file in bytes. */
  readonly bytes: number;
}

/** What every page of a site needs, in order of need. The key is the page's canonical URL path. */
export interface PushManifest {
  readonly version: 1;
  readonly pages: Readonly<Record<string, readonly ManifestEntry[]>>;
}
