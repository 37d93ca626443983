import type { Delivery } from "../delivery/history.js";
import type { Site } from "./context.js";
import type { Exchange } from "./http/exchange.js";

/** What was delivered with a page: at once when the answer was in memory. */
export type Answered = Delivery | undefined | Promise<Delivery | undefined>;

/** One step on the way of a request: it answers, or leaves that to the next. */
export type Step = (exchange: Exchange, site: Site) => Answered | "next";
