/**
 * What the server did for a page and what the browser measured, joined.
 *
 * @typedef {object} Arrival
 * @property {string} target path-absolute reference
 * @property {"page" | "push" | "hint" | "link" | "skipped" | "found"} means
 *   what the server did; "found" is a file that it did not announce
 * @property {string} [reason] why it was skipped
 * @property {number} [bytes] content as sent
 * @property {"network" | "cache" | "check" | "never"} source
 *   where the browser had it from; "check": the server said that the stored one still holds
 * @property {number} start ms since the navigation began
 * @property {number} first ms until the first byte
 * @property {number} end ms until the last byte
 */

/**
 * What is used of an entry of Resource Timing or Navigation Timing.
 *
 * @typedef {object} Timing
 * @property {string} name URL
 * @property {string} entryType
 * @property {number} startTime
 * @property {number} responseStart
 * @property {number} responseEnd
 * @property {number} transferSize
 * @property {number} encodedBodySize
 * @property {string} [deliveryType]
 */

/**
 * @param {string} page path of the page
 * @param {readonly object[]} deliveries of GET /demo/delivery
 * @param {readonly Timing[]} timings the navigation's and the resources' entries
 * @returns {Arrival[]} in the order in which they were asked for, what was never used last
 */
export function arrivals(page, deliveries, timings) {
  const targets = new Map(deliveryOf(page, deliveries)?.targets.map((target) => [target.target, target]));
  const seen = new Set();
  const used = [];
  for (const timing of timings.toSorted((a, b) => a.startTime - b.startTime)) {
    const target = targetOf(timing.name);
    if (target.startsWith("/demo/") || seen.has(target)) continue;
    seen.add(target);
    used.push(arrival(target, timing, targets.get(target)));
  }
  const unused = [...targets.values()].filter(({ target }) => !seen.has(target));
  return [...used, ...unused.map(neverUsed)];
}

/** The latest delivery of that page. @param {string} page @param {readonly object[]} deliveries */
export function deliveryOf(page, deliveries) {
  return deliveries.findLast((delivery) => pathOf(delivery.page) === page);
}

function arrival(target, timing, delivered) {
  const isPage = timing.entryType === "navigation";
  return {
    target,
    means: isPage ? "page" : (delivered?.means ?? "found"),
    reason: delivered?.reason,
    bytes: timing.encodedBodySize || delivered?.bytes,
    source: sourceOf(timing),
    start: timing.startTime,
    first: timing.responseStart,
    end: timing.responseEnd,
  };
}

function neverUsed({ target, means, reason, bytes }) {
  return { target, means, reason, bytes, source: "never", start: 0, first: 0, end: 0 };
}

/** What browsers count for the fields of a response, however long they are (Resource Timing, "transferSize"). */
const FIELDS = 300;

/** After a 304, only fields have come; Chromium says then that the content is empty, or as long as the stored one. */
function sourceOf({ transferSize, encodedBodySize, deliveryType }) {
  if (deliveryType === "cache" || transferSize === 0) return "cache";
  const fieldsAlone = encodedBodySize === 0 || transferSize === FIELDS || transferSize < encodedBodySize;
  return fieldsAlone ? "check" : "network";
}

function targetOf(name) {
  const { pathname, search } = new URL(name);
  return pathname + search;
}

function pathOf(target) {
  return target.split("?", 1)[0];
}
