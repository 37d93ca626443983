import { html, svg } from "./dom.js";
import { duration, number, size } from "./format.js";
import { text } from "./texts.js";

/** Units of a bar's width. */
const WIDTH = 1000;

/** The column heads of a waterfall. */
export const columns = ["target", "means", "status", "bytes", "encoding", "urgency", "by", "time"];

/**
 * The rows of a load, one for each request: all that a bar shows is there in words, too.
 *
 * @param {object} load as `loads/ID.json` has it
 */
export function rows(load) {
  const end = endOf(load);
  return load.requests.map((request) => row(request, load, end));
}

/** When the last of its responses had ended, on the clock of its connection (ms). */
export function endOf({ requests, start }) {
  return Math.max(start + 1, ...requests.map((request) => request.end ?? request.first ?? request.start));
}

function row(request, load, end) {
  const { target, means, status, bytes, encoding, urgency, incremental, by } = request;
  const cell = (content, name = "") => html("td", name === "" ? {} : { class: name }, content);
  return html(
    "tr",
    { class: means },
    html("th", { scope: "row" }, target),
    cell(html("span", { class: `means ${means}` }, howItCame(request))),
    cell(status === 0 ? "–" : String(status), "figure"),
    cell(size(bytes), "figure"),
    cell(encoding === "" ? "–" : encoding),
    cell(`${number(urgency)}${incremental ? ", i" : ""}`, "figure"),
    cell(by === "" ? "–" : by, "by"),
    cell(bar(request, load, end), "time"),
  );
}

/** @param {object} request */
function howItCame({ means, learned, again, outcome, code = "" }) {
  const parts = [text(`means.${means}`)];
  if (learned) parts.push(text("learned"));
  if (again) parts.push(text("again"));
  if (outcome !== "complete") parts.push(text(`outcome.${outcome}`, { code }));
  return parts.join(", ");
}

function bar({ start, first, end, outcome }, load, last) {
  const x = (time) => Math.round((WIDTH * 10 * (time - load.start)) / (last - load.start)) / 10;
  const shown = (time) => (time === undefined ? "–" : duration(time - load.start));
  const from = x(start);
  const begun = x(first ?? end ?? last);
  // What comes in one piece takes no time: still, it is marked.
  const came = Math.max(x(end ?? last) - begun, 4);
  const rect = (name, at, width, y, height) => svg("rect", { class: name, x: at, width, y, height });
  return svg(
    "svg",
    { class: `bar ${outcome}`, role: "img", viewBox: `0 0 ${WIDTH} 10`, preserveAspectRatio: "none" },
    svg("title", {}, text("row.detail", { start: shown(start), first: shown(first), end: shown(end) })),
    ...(load.hint === undefined ? [] : [svg("path", { class: "mark", d: `M${x(load.hint)} 0V10` })]),
    rect("asked", from, Math.max(0, begun - from), 3.5, 3),
    rect("got", Math.min(begun, WIDTH - came), came, 1.5, 7),
  );
}
