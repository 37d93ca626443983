import type { Route } from "../server/routes/route.js";
import { delivery } from "./endpoints/delivery-endpoint.js";
import { echo } from "./endpoints/echo.js";
import { events } from "./endpoints/events-endpoint.js";
import { network } from "./network/network.js";
import type { NetworkOptions } from "./network/page-server.js";
import { slow } from "./endpoints/slow.js";
import { time } from "./endpoints/time.js";

/** The demo's endpoints, all below `/demo/`. One set serves every connection of a server. */
export function demoRoutes(options: NetworkOptions = {}): Route[] {
  return [time, echo, slow, events, delivery, network(options)];
}
