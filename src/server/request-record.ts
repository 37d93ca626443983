import type { Delivery } from "../delivery/history.js";

/** One answered request, as the log tells it. */
export interface RequestRecord {
  /** When the request came: milliseconds since the epoch. */
  readonly time: number;
  /** The client's IP address; undefined over a socket of the file system and over a simulated network. */
  readonly remoteAddress: string | undefined;
  readonly method: string;
  /** That of the target URI: host and port; "" when the request named none. */
  readonly authority: string;
  /** Request target. */
  readonly target: string;
  readonly httpVersion: "2" | "1.1";
  /** 0 when the client went away before it was answered. */
  readonly status: number;
  /** From the request to the fields of its final response, in milliseconds; undefined when there was none. */
  readonly firstByte: number | undefined;
  /** From the request to the end of its response, in milliseconds. */
  readonly duration: number;
  /** Content bytes of the response. */
  readonly bytes: number;
  /** The client went away before the end. */
  readonly aborted: boolean;
  /** The server broke off its response: its log says why. */
  readonly failed: boolean;
  /** Fields of the request, as the client sent them. */
  readonly referer: string | undefined;
  readonly userAgent: string | undefined;
  /** What went with a page. */
  readonly delivery: Delivery | undefined;
}
