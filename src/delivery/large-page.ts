import { deferred } from "../io/deferred.js";
import type { ResponseTask } from "./response-order.js";

/** Where the content of a large page waits, so that what blocks its rendering can go in between. */
export interface Hold {
  /** Called when the head of the page has been taken. */
  readonly reached: () => void;
  /** Resolves when the rest may follow. */
  readonly until: Promise<void>;
}

/** A page that can be sent in two parts. */
export interface DivisiblePage {
  readonly send: (progress: () => void, hold: Hold) => Promise<void>;
  readonly isBlockedByStreamWindow: () => boolean;
}

/** The head of the page, what goes in between, and the rest of the page. */
export function inTwoParts(
  { send, isBlockedByStreamWindow }: DivisiblePage,
  between: readonly ResponseTask[],
): ResponseTask[] {
  const head = deferred();
  const rest = deferred();
  let sent: Promise<void> | undefined;
  // The progress of the page is that of its first turn, later that of its second.
  let moved: () => void = () => undefined;
  const first = (progress: () => void) => {
    moved = progress;
    sent = send(() => moved(), { reached: head.resolve, until: rest.promise });
    return Promise.race([head.promise, sent]);
  };
  const second = (progress: () => void) => {
    moved = progress;
    rest.resolve();
    return sent ?? Promise.resolve();
  };
  return [{ send: first, isBlockedByStreamWindow }, ...between, { send: second, isBlockedByStreamWindow }];
}
