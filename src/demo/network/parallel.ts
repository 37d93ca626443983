import { setMaxListeners } from "node:events";
import { slow } from "../endpoints/slow.js";
import { integerParameter } from "../endpoints/parameter.js";
import { createServer } from "../../server/server.js";
import type { Route } from "../../server/routes/route.js";
import { Channel } from "./channel.js";
import type { NetworkOptions } from "./page-server.js";
import { requestsOverHttp1, requestsOverHttp2, type Answered } from "./parallel-clients.js";
import type { Run, Runs } from "./runs.js";

const COUNT = { name: "count", min: 1, max: 100, fallback: 40 };
const MS = { name: "ms", min: 0, max: 1000, fallback: 200 };
const RTT = { name: "rtt", min: 0, max: 400, fallback: 0 };

/** How long one protocol may take: a hundred requests that wait a second each, by six connections, take 17 s. */
const TIMEOUT_MS = 60_000;

/**
 * `POST /demo/parallel?count=&ms=&rtt=`: a client of ours sends so many
 * requests at once to a server of its own that lets each wait, over HTTP/2 with
 * one connection and over HTTP/1.1 with six, as many as browsers open. Both
 * begin without a connection. Told in an event stream: `begin`, `answered`.
 */
export function parallel(runs: Runs, { certificate }: NetworkOptions = {}): Route {
  return runs.route("/demo/parallel", ({ url }): Run => {
    const count = integerParameter(url, COUNT);
    const ms = integerParameter(url, MS);
    const rtt = integerParameter(url, RTT);
    return async function* (_request, stop) {
      const server = createServer({ port: 0, rtt, routes: [slow], ...(certificate && { certificate }) });
      const { port } = await server.listen();
      try {
        const url = `https://localhost:${port}/demo/slow?ms=${ms}`;
        for (const [protocol, send] of [["h2", requestsOverHttp2] as const, ["http/1.1", requestsOverHttp1] as const]) {
          // What a server does for the first time takes longer: it is not what is compared.
          await send(`https://localhost:${port}/demo/slow?ms=0`, 1, stop, () => undefined);
          yield { event: "begin", protocol };
          const told = new Channel<Answered & { event: string; protocol: string }>();
          const onAnswer = (answered: Answered) => told.push({ event: "answered", protocol, ...answered });
          const late = AbortSignal.any([stop, AbortSignal.timeout(TIMEOUT_MS)]);
          setMaxListeners(0, late);
          const sent = send(url, count, late, onAnswer).finally(() => told.end());
          // A run that is stopped while nobody reads: what it failed with is thrown below.
          sent.catch(() => undefined);
          yield* told.values();
          await sent;
        }
      } catch (error) {
        if (!stop.aborted) throw error;
      } finally {
        await server.close(0);
      }
    };
  });
}
