import type { Route } from "../server/routes/route.js";
import { chat } from "./chat/chat-endpoint.js";
import { delivery } from "./endpoints/delivery-endpoint.js";
import { echo } from "./endpoints/echo.js";
import { events } from "./endpoints/events-endpoint.js";
import { slow } from "./endpoints/slow.js";
import { time } from "./endpoints/time.js";
import { network, networkFiles, samplePage } from "./network/network.js";
import type { NetworkOptions } from "./network/page-server.js";
import { parallel } from "./network/parallel.js";
import { priority } from "./network/overtaking.js";
import { Runs } from "./network/runs.js";
import { socket } from "./socket/socket-endpoint.js";

/** The demo's endpoints, all below `/demo/`. One set serves every connection of a server. */
export function demoRoutes(options: NetworkOptions = {}): Route[] {
  const runs = new Runs();
  const page = samplePage();
  return [
    time,
    echo,
    slow,
    delivery,
    ...events(),
    ...chat(),
    socket(),
    networkFiles(page),
    network(runs, page, options),
    parallel(runs, options),
    priority(runs, options),
  ];
}
