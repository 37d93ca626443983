import { once } from "node:events";
import { connect, type ClientHttp2Session } from "node:http2";
import { integerParameter } from "../endpoints/parameter.js";
import { waitFor } from "../endpoints/wait.js";
import type { Route } from "../../server/routes/route.js";
import { createServer } from "../../server/server.js";
import { Channel } from "./channel.js";
import type { NetworkOptions } from "./page-server.js";
import type { Run, Runs } from "./runs.js";

/** Responses that are under way when the last one is asked for. */
const OTHERS = 8;
const OTHER_BYTES = 120_000;
const LAST_BYTES = 60_000;
/** When the last one is asked for (milliseconds after the others). */
const LAST_AFTER_MS = 200;
const KBPS = 10_000;
/** As browsers open it, so that the network alone is what holds a response up. */
const WINDOW_BYTES = 4 * 1024 * 1024;
const TIMEOUT_MS = 30_000;

const URGENCY = { name: "urgency", min: 0, max: 7, fallback: 0 };

/** How much of a response has come; `at` in milliseconds since the first was asked for. */
interface Came {
  readonly event: "came";
  readonly urgency: number;
  readonly index: number;
  readonly at: number;
  readonly bytes: number;
  readonly of: number;
}

/**
 * `POST /demo/priority?urgency=`: a client of ours asks over one connection
 * for eight long responses of urgency 3, the default, and a little later for
 * one more of the given urgency (RFC 9218 §4.1), over a network of 10 Mbit/s.
 * Told in an event stream: `came`, with each piece.
 */
export function priority(runs: Runs, { certificate }: NetworkOptions = {}): Route {
  return runs.route("/demo/priority", ({ url }): Run => {
    const urgency = integerParameter(url, URGENCY);
    return async function* (_request, stop) {
      const server = createServer({
        port: 0,
        rtt: 40,
        kbps: KBPS,
        routes: [bytes],
        ...(certificate && { certificate }),
      });
      const { port } = await server.listen();
      const told = new Channel<Came>();
      try {
        const late = AbortSignal.any([stop, AbortSignal.timeout(TIMEOUT_MS)]);
        const asked = askAll(port, urgency, late, (came) => told.push(came)).finally(() => told.end());
        asked.catch(() => undefined);
        yield* told.values();
        await asked;
      } catch (error) {
        if (!stop.aborted) throw error;
      } finally {
        await server.close(0);
      }
    };
  });
}

/** Answers with as many bytes as its path says. */
const bytes: Route = (request) => {
  const length = Number(new URL(request.url).pathname.slice(1));
  return new Response(new Uint8Array(Math.min(length, OTHER_BYTES)));
};

async function askAll(port: number, urgency: number, stop: AbortSignal, onCame: (came: Came) => void): Promise<void> {
  const settings = { initialWindowSize: WINDOW_BYTES };
  const session = connect(`https://localhost:${port}`, { rejectUnauthorized: false, settings });
  session.on("error", () => undefined);
  const end = () => session.destroy();
  stop.addEventListener("abort", end);
  try {
    await once(session, "remoteSettings", { signal: stop });
    session.setLocalWindowSize(WINDOW_BYTES);
    const began = performance.now();
    const ask = (index: number, of: number, priority: number) =>
      read(session, {
        of,
        priority,
        came: (at, bytes) => onCame({ event: "came", urgency, index, at, bytes, of }),
        began,
      });
    const others = Array.from({ length: OTHERS }, (_, index) => ask(index, OTHER_BYTES, 3));
    await waitFor(LAST_AFTER_MS, stop);
    await Promise.all([...others, ask(OTHERS, LAST_BYTES, urgency)]);
  } finally {
    stop.removeEventListener("abort", end);
    session.destroy();
  }
}

interface OpenRequest {
  readonly of: number;
  readonly priority: number;
  readonly began: number;
  readonly came: (at: number, bytes: number) => void;
}

async function read(session: ClientHttp2Session, { of, priority, began, came }: OpenRequest): Promise<void> {
  const stream = session.request({ ":path": `/${of}`, priority: `u=${priority}` });
  let bytes = 0;
  came(performance.now() - began, 0);
  for await (const piece of stream) {
    bytes += Buffer.byteLength(piece);
    came(performance.now() - began, bytes);
  }
}
