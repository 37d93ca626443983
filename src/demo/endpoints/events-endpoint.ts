import { endpoint } from "./endpoint.js";
import { formatEvent } from "./demo-event-stream.js";
import { integer, integerParameter } from "./parameter.js";
import { seriesStream } from "./series.js";

const FROM = { name: "from", min: 0, max: 1_000_000_000_000, fallback: 0 };
const EVERY = { name: "every", min: 20, max: 60_000, fallback: 100 };
const LIMIT = { name: "limit", min: 1, max: 1_000_000, fallback: undefined };

/** Milliseconds of silence after which a comment goes out: the HTML standard advises about 15 seconds (§9.2.7). */
const HEARTBEAT_MS = 15_000;

/** Milliseconds that a client is asked to wait before it reconnects. */
const RETRY_MS = 1_000;

/**
 * `GET /demo/events?from=&every=&limit=`: the demo's signal as an event
 * stream, from sample `from`, one every `every` ms, ended by the server after
 * `limit` of them. It begins with a `start` event that says with which sample,
 * and why with that one. `Last-Event-ID` counts above `from`, as an
 * EventSource that reconnects asks for the same URL again.
 */
export const events = endpoint("GET", "/demo/events", (request) => {
  const { from, by } = firstSample(request);
  const every = integerParameter(request.url, EVERY);
  const limit = integerParameter(request.url, LIMIT);
  const opening = formatEvent({ event: "start", retry: RETRY_MS, data: JSON.stringify({ from, by, every }) });
  const stream = seriesStream(opening, { from, every, limit, heartbeat: HEARTBEAT_MS, stop: request.signal });
  // no-transform: what compresses on the way would hold events back.
  const headers = { "content-type": "text/event-stream", "cache-control": "no-store, no-transform" };
  return new Response(stream, { headers });
});

function firstSample(request: Request): { from: number; by: "from" | "last-event-id" } {
  const from = integerParameter(request.url, FROM);
  const lastEventId = request.headers.get("last-event-id");
  if (lastEventId === null || lastEventId === "") return { from, by: "from" };
  return { from: integer(lastEventId, { ...FROM, name: "Last-Event-ID" }) + 1, by: "last-event-id" };
}
