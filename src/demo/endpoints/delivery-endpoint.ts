import { endpoint } from "./endpoint.js";

/** `GET /demo/delivery`: what the server knows of the connection that asks, and which pages it gave it, and how. */
export const delivery = endpoint("GET", "/demo/delivery", (_request, context) => {
  const { httpVersion, connection, pushEnabled, deliveries } = context;
  return Response.json(
    { httpVersion, connection, pushEnabled, deliveries },
    { headers: { "cache-control": "no-store" } },
  );
});
