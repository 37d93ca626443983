import type { Route } from "../server/route.js";
import { delivery } from "./delivery.js";
import { echo } from "./echo.js";
import { events } from "./events.js";
import { network, type NetworkOptions } from "./network/network.js";
import { slow } from "./slow.js";
import { time } from "./time.js";

/** The demo's endpoints, all below `/demo/`. One set serves every connection of a server. */
export function demoRoutes(options: NetworkOptions = {}): Route[] {
  return [time, echo, slow, events, delivery, network(options)];
}
