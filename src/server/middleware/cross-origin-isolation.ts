import type { HeaderTransform } from "../http/response-headers.js";

/**
 * Makes every page cross-origin isolated (HTML §7.1.3 and §7.1.4), as
 * SharedArrayBuffer and exact timers ask for. The third field lets the assets
 * go into such a page, also when it is framed. What a response says itself
 * stands.
 */
export const isolationTransform: HeaderTransform = () => (_status, fields) => ({ ...ISOLATED, ...fields });

const ISOLATED = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
  "cross-origin-resource-policy": "same-origin",
};
