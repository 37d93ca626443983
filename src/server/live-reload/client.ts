import script from "./page-script.js?raw";
import { OWN_PATH } from "../own-path.js";

/** Path of the script that pages get. */
export const SCRIPT = `${OWN_PATH}live.js`;

/**
 * Path of the event stream. Its query says `page`, the path of the page,
 * `load`, the name of the response that it came with, `version`, what an
 * earlier stream said of it, and `brief`, that the stream is to end once it has
 * said whether that still holds.
 */
export const STREAM = `${OWN_PATH}live`;

/** The metric of `server-timing` whose description names the response that a page comes with. */
export const LOAD = "h2push-live";

/** What a stream says at its beginning where each takes one of the six connections that a browser opens over HTTP/1.1. */
export const FEW_CONNECTIONS = "few connections";

/**
 * What runs in the page.
 *
 * Its stream begins after `load`, so that it takes nothing from what the page
 * loads, or after three seconds where that waits for something; it ends with
 * the page, also when that is kept for the back button. Over HTTP/1.1 three
 * tabs have a stream; the others ask, by streams that end at once and that
 * their browser begins again after a second.
 *
 * A stylesheet is swapped for a second one beside it, which has loaded when the
 * first one goes: nothing flashes. An imported one by another `@import` rule.
 * Firefox loads a sheet once for a document, but for another fragment, which no
 * server sees; what a new sheet imports it takes from before, so all that have
 * changed since `load` are swapped in it (Firefox 153, measured). A sheet that
 * is used by other means, in a shadow tree or adopted, needs a reload.
 */
export const clientScript = `(() => {
"use strict";
const LOAD = ${JSON.stringify(LOAD)}, STREAM = ${JSON.stringify(STREAM)}, FEW_CONNECTIONS = ${JSON.stringify(FEW_CONNECTIONS)};
${script}})();
`;
