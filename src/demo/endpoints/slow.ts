import { endpoint } from "./endpoint.js";
import { integerParameter } from "./parameter.js";
import { unstored } from "./problem.js";
import { waitFor } from "./wait.js";

const MS = { name: "ms", min: 0, max: 10_000, fallback: 200 };

/** `GET /demo/slow?ms=`: answers after that many milliseconds, and says on which connection. */
export const slow = endpoint("GET", "/demo/slow", async (request, { httpVersion, connection }) => {
  const ms = integerParameter(request.url, MS);
  const start = performance.now();
  await waitFor(ms, request.signal);
  const waited = Math.round(performance.now() - start);
  return unstored({ ms, waited, httpVersion, connection });
});
