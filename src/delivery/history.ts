import type { Destination } from "../manifest/destination.js";

/** How one target of a page reached the client, or why it did not. */
export interface DeliveredTarget {
  readonly target: string;
  readonly as: Destination;
  readonly bytes: number;
  readonly means: "push" | "hint" | "link" | "skipped";
  /** Why it was skipped ("seen", "declined", "budget"), absent otherwise. */
  readonly reason?: string;
}

/** What was done for one page. */
export interface Delivery {
  /** Request target of the page. */
  readonly page: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly targets: readonly DeliveredTarget[];
}
