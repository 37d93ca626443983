import { element, svg } from "./dom.js";
import { duration } from "./format.js";
import { counted, text } from "./language.js";
import { totalOf } from "./expected.js";

export const MEANS = ["none", "link", "hints", "push"];

/** Height of a file's row in the picture's own unit. */
const ROW = 10;

/**
 * Draws the four loads, each in a lane, on one scale: the estimate as
 * outlines, and over it what is there of the load.
 *
 * @param {object} picture
 * @param {string[]} picture.targets the files, in the order of their rows
 * @param {number} picture.rtt ms
 * @param {number} picture.now ms since the load under way began
 * @param {Record<string, { target: string, start: number, end: number }[]>} picture.expected
 * @param {Record<string, { rows: Map<string, { start: number, first?: number, end?: number, vain?: object }>, total?: number }>} picture.loads
 */
export function drawLanes({ targets, rtt, now, expected, loads }) {
  const ends = MEANS.flatMap((means) => [totalOf(expected[means]), ...endsOf(loads[means], now)]);
  const span = Math.max(...ends, 1);
  element("lanes-span").textContent = duration(span);
  const scale = { x: (ms) => Math.round((100_000 * ms) / span) / 100, height: targets.length * ROW, rtt, span, now };
  for (const means of MEANS) drawLane(means, targets, expected[means], loads[means], scale);
}

const endsOf = (load, now) => (load === undefined ? [] : [...load.rows.values()].map(({ end }) => end ?? now));

function drawLane(means, targets, expected, load, scale) {
  const lane = element(`lane-${means}`);
  const picture = lane.querySelector("svg");
  const rowOf = (target) => targets.indexOf(target) * ROW;
  const total = load?.total;
  lane.querySelector(".total").textContent = total === undefined ? "" : duration(total);
  picture.setAttribute("viewBox", `0 0 1000 ${scale.height}`);
  picture.replaceChildren(
    svg("title", {}, label(means, load, totalOf(expected))),
    trips(scale),
    ...expected.map(({ target, start, end }) => rect("expected", start, end, rowOf(target) + 1.5, ROW - 3, scale)),
    ...[...(load?.rows ?? [])].flatMap(([target, row]) => bars(row, rowOf(target), scale)),
  );
}

function label(means, load, expected) {
  const name = text(`means.${means}`);
  if (load?.total === undefined) return text("network.laneEmpty", { means: name, total: duration(expected) });
  return text("network.lane", { means: name, total: duration(load.total), files: counted("file", load.rows.size) });
}

/** A line for each round trip. */
function trips({ x, height, rtt, span }) {
  const lines = rtt > 0 ? Array.from({ length: Math.floor(span / rtt) }, (_, trip) => x((trip + 1) * rtt)) : [];
  return svg("path", { class: "trip", d: lines.map((at) => `M${at} 0V${height}`).join("") });
}

function bars({ start, first, end, vain }, y, scale) {
  const until = end ?? scale.now;
  const asked = rect("asked", start, end === undefined ? until : (first ?? until), y + 3.5, ROW - 7, scale);
  if (end === undefined) return [asked];
  // What comes in one piece takes no time: still, its end is marked.
  const got = rect("got", Math.min(first ?? end, end - (scale.span * 6) / 1000), end, y + 1, ROW - 2, scale);
  return [...(vain ? [rect("vain", vain.start, vain.end, y + 4, ROW - 8, scale)] : []), asked, got];
}

function rect(name, from, to, y, height, { x }) {
  return svg("rect", { class: name, x: x(from), width: Math.max(x(to - from), 0), y, height });
}
