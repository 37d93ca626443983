import type * as Http from "node:http";
import { createRequire } from "node:module";
import type * as WebStreams from "node:stream/web";

const require = createRequire(import.meta.url);

/**
 * node:http. With `import` Node would read each of its exports, also those
 * that load the whole of fetch when they are read: 35 ms at start.
 */
export const http: typeof Http = require("node:http");

/** node:stream/web, loaded when it is asked for: 4 to 9 ms that a start can do without. */
export const webStreams = (): typeof WebStreams => require("node:stream/web");
