/** Writes one response; calls `progress` whenever the client has taken a piece of it. */
export type Turn = (progress: () => void) => Promise<void>;

/** How long a response may stand still before the next one begins (milliseconds). */
const STALLED = 100;

/**
 * Writes responses one after another, so that the first needed is whole
 * first: HTTP/2 has no order of its own any more, and Node 20 would send the
 * newest first. One that stands still, as its client reads something else or
 * its window is used up, does not hold up the others.
 *
 * @param wouldHelp whether the next could go on where this one can't: not when
 *   the window of the whole connection is used up, as with a small window and
 *   a long way; only the order would be lost
 * @returns when all of them have ended; rejects for none of them
 */
export async function inTurn(turns: readonly Turn[], wouldHelp: () => boolean): Promise<void> {
  const running: Promise<void>[] = [];
  for (const turn of turns) {
    const stall = new Stall(wouldHelp);
    const done = turn(() => stall.progress()).catch(() => undefined);
    running.push(done);
    await Promise.race([done, stall.stalled]);
    stall.stop();
  }
  await Promise.all(running);
}

class Stall {
  readonly stalled: Promise<void>;
  readonly #timer: NodeJS.Timeout;

  constructor(wouldHelp: () => boolean) {
    let fire: () => void = () => undefined;
    this.stalled = new Promise((resolve) => (fire = resolve));
    this.#timer = setTimeout(() => {
      if (wouldHelp()) fire();
      else this.#timer.refresh();
    }, STALLED);
  }

  progress(): void {
    this.#timer.refresh();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
