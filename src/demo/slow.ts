import { setTimeout as delay } from "node:timers/promises";
import { endpoint } from "./endpoint.js";
import { integerParameter } from "./parameter.js";

const MS = { name: "ms", min: 0, max: 10_000, fallback: 200 };

/** `GET /demo/slow?ms=`: answers after that many milliseconds, and says on which connection. */
export const slow = endpoint("GET", "/demo/slow", async (request, { httpVersion, connection }) => {
  const ms = integerParameter(request.url, MS);
  const start = performance.now();
  await delay(ms, undefined, { signal: request.signal }).catch(whenGone(request.signal));
  const waited = Math.round(performance.now() - start);
  return Response.json({ ms, waited, httpVersion, connection }, { headers: { "cache-control": "no-store" } });
});

/** A client that left ends the wait early: the answer has no reader then, and nothing has failed. */
function whenGone(signal: AbortSignal): (error: unknown) => void {
  return (error) => {
    if (!signal.aborted) throw error;
  };
}
