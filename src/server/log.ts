import type { Delivery } from "../delivery/history.js";

/** One answered request, as the log tells it. */
export interface RequestRecord {
  readonly method: string;
  /** Request target. */
  readonly target: string;
  readonly httpVersion: "2" | "1.1";
  /** 0 when the client went away before it was answered. */
  readonly status: number;
  /** From the request to the end of its response, in milliseconds. */
  readonly duration: number;
  /** Content bytes of the response. */
  readonly bytes: number;
  /** The client went away before the end. */
  readonly aborted: boolean;
  /** What went with a page. */
  readonly delivery: Delivery | undefined;
}
