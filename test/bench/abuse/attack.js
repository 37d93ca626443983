import { setTimeout as after } from "node:timers/promises";

/** It has begun by then, whether it could connect or not (milliseconds). */
const BEGINS_MS = 3000;

/** One attack under way. It lasts so many seconds from its first connection on. */
export class Attack {
  isOver = false;
  /** Resolves when its time is over. */
  over;
  #begin;

  constructor(frames, port, seconds) {
    this.frames = frames;
    this.port = port;
    const begun = new Promise((resolve) => (this.#begin = resolve));
    this.over = Promise.race([begun, after(BEGINS_MS)]).then(() => this.#last(seconds));
  }

  async #last(seconds) {
    process.send("begins");
    await after(seconds * 1000);
    this.isOver = true;
  }

  /** Has so many connections do something, each until it has ended or the time is over; one that has ended is made anew. */
  async keep(count, options, act) {
    let connections = 0;
    const one = async () => {
      while (!this.isOver) {
        const connecting = this.frames.RawClient.connect(this.port, { keeps: false, ...options });
        const client = await Promise.race([connecting.catch(() => after(20)), this.over]);
        if (client === undefined) continue;
        connections++;
        this.#begin();
        await Promise.race([act(client), this.over]);
      }
    };
    await Promise.all(Array.from({ length: count }, one));
    return { connections };
  }

  /** Resolves when the time is over. */
  async wait() {
    this.#begin();
    await this.over;
  }
}
