import { once } from "node:events";
import { connect } from "node:http2";

/** A request that has no answer by then counts as one that took so long (milliseconds). */
const GIVE_UP_MS = 10_000;

/** A client that asks for a small page, one request after another, over its own connection. */
export class QuietClient {
  #session;
  #failed = false;

  static async connect(port) {
    const client = new QuietClient();
    client.#session = connect(`https://127.0.0.1:${port}`, {
      rejectUnauthorized: false,
      servername: "localhost",
      settings: { enablePush: false },
    });
    client.#session.on("error", () => (client.#failed = true));
    await once(client.#session, "connect");
    return client;
  }

  /** How long each request took in so many milliseconds, as the median, the 99th percentile and the longest (milliseconds). */
  async measure(duration) {
    const times = [];
    for (const end = performance.now() + duration; performance.now() < end;) {
      const began = performance.now();
      times.push((await this.#get()) ? performance.now() - began : GIVE_UP_MS);
      if (this.#failed || this.#session.destroyed) break;
    }
    times.sort((a, b) => a - b);
    const at = (part) => times[Math.min(times.length - 1, Math.floor(times.length * part))];
    return { p50: at(0.5), p99: at(0.99), longest: at(1) };
  }

  /** Whether the page came whole. */
  #get() {
    return new Promise((resolve) => {
      const stream = this.#session.request({ ":path": "/" });
      let status;
      const timer = setTimeout(() => resolve(false), GIVE_UP_MS);
      stream.on("response", (fields) => (status = fields[":status"]));
      stream.on("error", () => undefined).resume();
      stream.on("close", () => {
        clearTimeout(timer);
        resolve(status === 200 && stream.rstCode === 0);
      });
    });
  }

  close() {
    this.#session.destroy();
  }
}
