// Loaded before a program (`--expose-gc --import`, with a channel): it tells of its memory when it is asked to.
import { setImmediate as turn } from "node:timers/promises";

/** Bytes: those of the process, then those in use after a collection. */
async function measure() {
  const { rss } = process.memoryUsage();
  for (let times = 0; times < 4; times++) {
    globalThis.gc();
    await turn();
  }
  const { heapUsed, external } = process.memoryUsage();
  return { rss, used: heapUsed + external };
}

process.on("message", async () => process.send(await measure()));
process.channel.unref();
