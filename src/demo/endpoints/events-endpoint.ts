import type { Route } from "../../server/routes/route.js";
import { formatEvent } from "./demo-event-stream.js";
import { endpoint } from "./endpoint.js";
import { integer, integerParameter } from "./parameter.js";
import { problem } from "./problem.js";
import { seriesStream } from "./series.js";

const FROM = { name: "from", min: 0, max: 1_000_000_000_000, fallback: 0 };
const EVERY = { name: "every", min: 20, max: 60_000, fallback: 100 };
const LIMIT = { name: "limit", min: 1, max: 1_000_000, fallback: undefined };
const STREAM = { name: "stream", min: 1, max: Number.MAX_SAFE_INTEGER, fallback: 0 };

/** Milliseconds of silence after which a comment goes out: the HTML standard advises about 15 seconds (§9.2.7). */
const HEARTBEAT_MS = 15_000;

/** Milliseconds that a client is asked to wait before it reconnects. */
const RETRY_MS = 1_000;

/** Streams that are open at a time. */
const MAX_STREAMS = 2_000;

/**
 * `GET /demo/events?from=&every=&limit=`: the demo's signal as an event
 * stream, from sample `from`, one every `every` ms, ended by the server after
 * `limit` of them. It begins with a `start` event that says with which sample,
 * why with that one, and which number the stream has. `Last-Event-ID` counts
 * above `from`, as an EventSource that reconnects asks for the same URL again.
 *
 * `POST /demo/events/break?stream=`: breaks that stream off in the middle of
 * an event. 404 when it is not open.
 */
export function events(): Route[] {
  const open = new Map<number, AbortController>();
  let last = 0;
  const stream = endpoint("GET", "/demo/events", (request) => {
    const { from, by } = firstSample(request);
    const every = integerParameter(request.url, EVERY);
    const limit = integerParameter(request.url, LIMIT);
    if (open.size >= MAX_STREAMS)
      return problem(503, "busy", `${MAX_STREAMS} streams are open`, { "retry-after": "5" });
    const number = (last += 1);
    const cut = new AbortController();
    open.set(number, cut);
    request.signal.addEventListener("abort", () => open.delete(number));
    const data = JSON.stringify({ from, by, every, stream: number });
    const opening = formatEvent({ event: "start", retry: RETRY_MS, data });
    const options = { from, every, limit, heartbeat: HEARTBEAT_MS, stop: request.signal, cut: cut.signal };
    // no-transform: what compresses on the way would hold events back.
    const headers = { "content-type": "text/event-stream", "cache-control": "no-store, no-transform" };
    return new Response(seriesStream(opening, options), { headers });
  });
  const breakOff = endpoint("POST", "/demo/events/break", ({ url }) => {
    const number = integerParameter(url, STREAM);
    const cut = open.get(number);
    if (cut === undefined) return problem(404, "not found", `stream ${number} is not open`);
    open.delete(number);
    cut.abort();
    return new Response(null, { status: 204 });
  });
  return [stream, breakOff];
}

function firstSample(request: Request): { from: number; by: "from" | "last-event-id" } {
  const from = integerParameter(request.url, FROM);
  const lastEventId = request.headers.get("last-event-id");
  if (lastEventId === null || lastEventId === "") return { from, by: "from" };
  return { from: integer(lastEventId, { ...FROM, name: "Last-Event-ID" }) + 1, by: "last-event-id" };
}
