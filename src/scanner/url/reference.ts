import type { Destination } from "../../manifest/destination.js";
import type { EntryMarks, LinkAttributes } from "../../manifest/types.js";

/**
 * When a page needs what it refers to, the most pressing first. The numbers
 * are the order of the manifest.
 */
export const NEED = {
  style: 0,
  blockingScript: 1,
  font: 2,
  module: 3,
  deferredScript: 4,
  image: 5,
  asyncScript: 6,
  other: 7,
  /** Stylesheets that do not apply at first: fetched all the same, at the lowest priority. */
  idle: 8,
} as const;

export type Need = (typeof NEED)[keyof typeof NEED];

/**
 * Whether the rules of a stylesheet apply: "deferred" when the page applies
 * them after they have been loaded, "elsewhere" when they do in other windows
 * alone.
 */
export type Applies = boolean | "deferred" | "elsewhere";

/** A reference as a text makes it: unresolved, with what its `Link` would have to say. */
export interface Reference extends LinkAttributes, Pick<EntryMarks, "named" | "when"> {
  /** As written, decoded from the text's own escapes. */
  readonly url: string;
  readonly as: Destination;
  readonly need: Need;
  /** Where in the text it is, in characters. */
  readonly offset: number;
  /** Of a stylesheet. */
  readonly applies?: Applies;
  /** A script asks for it, not the page's text: a browser that looks ahead does not see it. */
  readonly byScript?: true;
  /** It stands beyond the first round trip of the page, and the page shows something before it runs. */
  readonly canWait?: true;
  /** Of a classic script: the label of its encoding, as its element says it. */
  readonly charset?: string;
  /** What makes the reference ("script src", "@import"): the table of `h2push manifest` says it. */
  readonly by: string;
}
