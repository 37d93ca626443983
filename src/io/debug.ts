import { debuglog } from "node:util";

/**
 * Says on standard error what was decided, for `NODE_DEBUG=h2push`. Where
 * arguments cost something to make, ask `debug.enabled` first.
 */
export const debug = debuglog("h2push");
