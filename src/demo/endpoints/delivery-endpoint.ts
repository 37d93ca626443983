import { endpoint } from "./endpoint.js";
import { unstored } from "./problem.js";

/** `GET /demo/delivery`: what the server knows of the connection that asks, and which pages it gave it, and how. */
export const delivery = endpoint("GET", "/demo/delivery", (_request, context) => {
  const { httpVersion, connection, pushEnabled, deliveries } = context;
  return unstored({ httpVersion, connection, pushEnabled, deliveries });
});
