import { endpoint } from "./endpoint.js";
import { unstored } from "./problem.js";

/** `GET /demo/time`: the server's clock, and which connection asked. */
export const time = endpoint("GET", "/demo/time", (_request, { httpVersion, connection }) =>
  unstored({ time: new Date().toISOString(), httpVersion, connection }),
);
