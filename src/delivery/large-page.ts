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
  const head = signal();
  const rest = signal();
  let sent: Promise<void> | undefined;
  // The progress of the page is that of its first turn, later that of its second.
  let moved: () => void = () => undefined;
  const first = (progress: () => void) => {
    moved = progress;
    sent = send(() => moved(), { reached: head.fire, until: rest.fired });
    return Promise.race([head.fired, sent]);
  };
  const second = (progress: () => void) => {
    moved = progress;
    rest.fire();
    return sent ?? Promise.resolve();
  };
  return [{ send: first, isBlockedByStreamWindow }, ...between, { send: second, isBlockedByStreamWindow }];
}

function signal(): { readonly fired: Promise<void>; readonly fire: () => void } {
  let fire: () => void = () => undefined;
  const fired = new Promise<void>((resolve) => (fire = resolve));
  return { fired, fire: () => fire() };
}
