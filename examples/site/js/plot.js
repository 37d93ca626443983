import { element, svg } from "./dom.js";
import { duration } from "./format.js";

/**
 * One request of a run; times in ms since the run began.
 *
 * @typedef {{ start: number, sent?: number, first?: number, end?: number }} Sent
 */

/**
 * Draws requests as bars under each other.
 *
 * @param {string} name of the plot: "browser", "h2" or "h1"
 * @param {Sent[]} requests
 * @param {number} now ms since the run began: where those that are not over end
 * @param {number} span ms from the left edge to the right one
 */
export function drawRequests(name, requests, now, span) {
  const plot = element(`fetch-plot-${name}`);
  // At least twenty rows, so that one request is a bar and not a wall.
  const height = 1000 / Math.max(requests.length, 20);
  const rows = requests.flatMap((request, row) => bars(request, now, (row + 0.15) * height, height * 0.7, 1000 / span));
  plot.setAttribute("viewBox", "0 0 1000 1000");
  plot.replaceChildren(...rows);
  element(`fetch-span-${name}`).textContent = duration(span);
}

/** When the last of them was over; `now` while there are others. @param {Sent[]} requests */
export const lastEnd = (requests, now) => Math.max(...requests.map(({ end }) => end ?? now), 1);

function bars({ start, sent = start, first, end }, now, y, height, scale) {
  const until = end ?? now;
  const firstByte = first ?? until;
  const rect = (name, from, to) =>
    svg("rect", { class: name, x: from * scale, width: Math.max(to - from, 0) * scale, y, height });
  return [
    rect("queued", start, sent),
    rect("waiting", sent, firstByte),
    // What is received in one piece takes no time: still, its end is marked.
    rect("content", Math.min(firstByte, until - 3 / scale), end === undefined ? firstByte : until),
  ];
}
