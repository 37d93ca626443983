import type { Route } from "../server/route.js";
import { delivery } from "./delivery.js";
import { echo } from "./echo.js";
import { events } from "./events.js";
import { slow } from "./slow.js";
import { time } from "./time.js";

/** The demo's endpoints, all below `/demo/`. They keep no state: one set serves every connection. */
export function demoRoutes(): Route[] {
  return [time, echo, slow, events, delivery];
}
