import { endpoint } from "./endpoint.js";

/** `GET /demo/time`: the server's clock, and which connection asked. */
export const time = endpoint("GET", "/demo/time", (_request, { httpVersion, connection }) =>
  Response.json(
    { time: new Date().toISOString(), httpVersion, connection },
    { headers: { "cache-control": "no-store" } },
  ),
);
