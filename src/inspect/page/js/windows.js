import { html, svg } from "./dom.js";
import { size } from "./format.js";
import { text } from "./texts.js";

const WIDTH = 1000;
const HEIGHT = 120;

/**
 * Draws the windows of a connection over time, one picture for each side: that
 * of the connection, and that of one stream where one is chosen.
 *
 * @param {object[]} frames of the connection
 * @param {number | undefined} stream
 */
export function windowPictures(frames, stream) {
  const pictures = ["server", "client"].flatMap((side) => picture(frames, side, stream));
  return pictures.length > 0 ? pictures : [html("p", { class: "message" }, text("windows.none"))];
}

function picture(frames, side, stream) {
  const changes = frames.filter(({ window }) => window?.of === side);
  if (changes.length === 0) return [];
  const lines = [line("connection", text("windows.connection"), changes, ({ window }) => window.connection)];
  const own = changes.filter((frame) => frame.stream === stream && frame.window.stream !== undefined);
  if (own.length > 0)
    lines.push(line("stream", text("windows.stream", { stream }), own, ({ window }) => window.stream));
  const summary = lines.map(summaryOf).join(" ");
  const span = { from: frames[0].time, to: Math.max(frames.at(-1).time, frames[0].time + 1) };
  const all = lines.flatMap(({ points }) => points.map(({ bytes }) => bytes));
  // From the least to the most: of a window of megabytes, a page takes little.
  const range = { least: Math.min(...all), most: Math.max(...all) };
  return [
    html(
      "figure",
      { class: "window" },
      html("figcaption", {}, html("b", {}, text(`windows.of.${side}`)), ` ${summary}`),
      svg(
        "svg",
        { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" },
        ...lines.map(({ name, points }) => svg("path", { class: name, d: steps(points, span, range) })),
      ),
    ),
  ];
}

const line = (name, title, changes, of) => ({
  name,
  title,
  points: changes.map((frame) => ({ time: frame.time, bytes: of(frame) })),
});

function summaryOf({ title, points }) {
  const all = points.map(({ bytes }) => bytes);
  const shut = all.filter((bytes, at) => bytes <= 0 && (at === 0 || all[at - 1] > 0)).length;
  const ends = { least: size(Math.min(...all)), most: size(Math.max(...all)), last: size(all.at(-1)) };
  const said = text("windows.summary", { name: title, ...ends });
  return shut === 0 ? `${said}.` : `${said}. ${text("windows.zero", { count: shut })}`;
}

/** A window stays as it is until the next frame changes it. */
function steps(points, { from, to }, { least, most }) {
  const x = (time) => ((WIDTH * (time - from)) / (to - from)).toFixed(1);
  const y = (bytes) => (HEIGHT - 2 - ((HEIGHT - 4) * (bytes - least)) / Math.max(1, most - least)).toFixed(1);
  const [first] = points;
  const path = points.slice(1).map(({ time, bytes }) => `H${x(time)}V${y(bytes)}`);
  return `M${x(first.time)} ${y(first.bytes)}${path.join("")}H${WIDTH}`;
}
