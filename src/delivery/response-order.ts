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
const STALLED = 100;

/**
 * Writes responses one after another, so that the first needed is whole
 * first: HTTP/2 has no order of its own any more, and Node 20 would send the
 * newest first. One that stands still, as its client reads something else or
 * its window is used up, does not hold up the others.
 *
 * @returns when all of them have ended; rejects for none of them
 */
export async function runInOrder(turns: readonly ResponseTask[]): Promise<void> {
  const running: Promise<void>[] = [];
  for (const turn of turns) {
    const stall = new Stall(turn);
    const done = turn.send(() => stall.progress()).catch(() => undefined);
    running.push(done);
    await Promise.race([done, stall.stalled]);
    stall.stop();
  }
  await Promise.all(running);
}

class Stall {
  readonly stalled: Promise<void>;
  readonly #timer: NodeJS.Timeout;
  #over = false;

  constructor(turn: ResponseTask) {
    const { promise, resolve } = deferred();
    this.stalled = promise;
    this.#timer = setTimeout(() => {
      if (turn.isBlockedByStreamWindow()) resolve();
      else this.#timer.refresh();
    }, STALLED);
  }

  progress(): void {
    if (!this.#over) this.#timer.refresh();
  }

  stop(): void {
    this.#over = true;
    clearTimeout(this.#timer);
  }
}
