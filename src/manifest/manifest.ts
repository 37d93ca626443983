import type { Destination } from "./destination.js";

/** One target that a page needs, with what its `Link` field has to say. */
export interface ManifestEntry {
  /** Path-absolute reference, query included, percent-encoded as on the wire. */
  readonly target: string;
  /** Relation type of its `Link`; without one the target can be pushed but never linked, as no browser takes it. */
  readonly rel?: "preload" | "modulepreload";
  /** Fetch destination. */
  readonly as: Destination;
  /** Media type, where the link needs it (fonts). */
  readonly type?: string;
  readonly crossorigin?: "anonymous" | "use-credentials";
  readonly integrity?: string;
  readonly media?: string;
  readonly fetchpriority?: "high" | "low";
  readonly imagesrcset?: string;
  readonly imagesizes?: string;
  /** Size of the file in bytes. */
  readonly bytes: number;
}

/** What every page of a site needs, in order of need. The key is the page's canonical URL path. */
export interface PushManifest {
  readonly version: 1;
  readonly pages: Readonly<Record<string, readonly ManifestEntry[]>>;
}
