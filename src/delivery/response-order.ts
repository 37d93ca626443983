import { deferred } from "../io/deferred.js";

/** One response, to be written when its turn comes. */
export interface ResponseTask {
  /** Writes it; calls `progress` whenever the client has taken a piece. */
  send(progress: () => void): Promise<void>;
  /**
   * Asked when no piece was taken for a while: whether it waits for something
   * of its own, so that the next could go on where this one can't. When the
   * whole connection is held up, only the order would be lost.
   */
  isBlockedByStreamWindow(): boolean;
}

/** How long a response may stand still before the next one begins (milliseconds). */
const STALLED_MS = 100;

/**
 * Writes responses one after another, so that the first needed is whole
 * first: HTTP/2 has no order of its own any more, and Node 20 would send the
 * newest first. One that stands still, as its client reads something else or
 * its window is used up, does not hold up the others.
 *
 * @returns when all of them have ended; rejects for none of them
 */
export async function runInOrder(tasks: readonly ResponseTask[]): Promise<void> {
  const running: Promise<void>[] = [];
  for (const task of tasks) {
    const stall = new StallTimer(task);
    const done = task.send(() => stall.progress()).catch(() => undefined);
    running.push(done);
    await Promise.race([done, stall.stalled]);
    stall.stop();
  }
  await Promise.all(running);
}

class StallTimer {
  readonly stalled: Promise<void>;
  readonly #timer: NodeJS.Timeout;
  #over = false;

  constructor(task: ResponseTask) {
    const { promise, resolve } = deferred();
    this.stalled = promise;
    this.#timer = setTimeout(() => {
      if (task.isBlockedByStreamWindow()) resolve();
      else this.#timer.refresh();
    }, STALLED_MS);
  }

  progress(): void {
    if (!this.#over) this.#timer.refresh();
  }

  stop(): void {
    this.#over = true;
    clearTimeout(this.#timer);
  }
}

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
