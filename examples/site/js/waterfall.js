import { element, html, svg } from "./dom.js";
import { duration } from "./format.js";
import { text } from "./language.js";

/**
 * One file of a load; times in ms since the page was asked for.
 *
 * @typedef {object} Row
 * @property {string} target path-absolute reference
 * @property {"page" | "push" | "hint" | "link" | "found"} means
 * @property {string} [reason] what refers to it
 * @property {number} start
 * @property {number} first
 * @property {number} end
 * @property {{ start: number, end: number }} [vain] an earlier request whose response was not used
 */

const DOTS = { none: "found", link: "link", hints: "hint", push: "push" };

/**
 * Draws loads of the same page under each other, on one scale.
 *
 * @param {{ means: string, total: number, rows: Row[] }[]} loads
 * @param {number} rtt round-trip time, ms: the distance of the lines
 */
export function drawWaterfalls(loads, rtt) {
  const table = element("waterfalls");
  const span = Math.max(...loads.map(({ total }) => total), 1);
  for (const body of table.querySelectorAll("tbody")) body.remove();
  table.append(...loads.map((load) => waterfall(load, span, rtt)));
  element("waterfalls-span").textContent = duration(span);
}

function waterfall({ means, total, rows }, span, rtt) {
  const heading = html(
    "th",
    { role: "rowheader", scope: "rowgroup", colspan: 4 },
    html("b", { class: `means ${DOTS[means]}` }, text(`means.${means}`)),
    html("span", { class: "total" }, duration(total)),
  );
  return html(
    "tbody",
    { role: "rowgroup" },
    html("tr", { role: "row", class: "load" }, heading),
    ...rows.map((row) => tableRow(row, span, rtt)),
  );
}

function tableRow(row, span, rtt) {
  return html(
    "tr",
    { role: "row", class: row.means },
    html("th", { role: "rowheader", scope: "row" }, row.target),
    html("td", { role: "cell", title: row.reason ?? "" }, knownBy(row)),
    html("td", { role: "cell", class: "figure" }, duration(row.end)),
    html("td", { role: "cell", class: "time" }, bar(row, span, rtt)),
  );
}

/** What told the client of a file: the server, or the file that refers to it. */
function knownBy({ means, reason, vain }) {
  const told = { push: text("network.byPush"), link: text("means.link"), hint: text("means.hints") };
  const by = told[means] ?? reason?.replace(/^.* in /, "") ?? "";
  return vain ? text("network.twice", { by }) : by;
}

function bar({ start, first, end, vain }, span, rtt) {
  const x = (ms) => Math.round((100_000 * ms) / span) / 100;
  // What comes in one piece takes no time: still, its end is marked.
  const came = Math.max(x(end - first), 5);
  const rect = (name, from, width, y, height) => svg("rect", { class: name, x: from, width, y, height });
  const lines = rtt > 0 ? Array.from({ length: Math.floor(span / rtt) }, (_, trip) => x((trip + 1) * rtt)) : [];
  return svg(
    "svg",
    { class: "bar", role: "img", viewBox: "0 0 1000 10", preserveAspectRatio: "none" },
    svg("title", {}, text("arrivals.bar", { start: duration(start), end: duration(end) })),
    svg("path", { class: "trip", d: lines.map((at) => `M${at} 0V10`).join("") }),
    ...(vain ? [rect("vain", x(vain.start), x(vain.end - vain.start), 4, 2)] : []),
    rect("asked", x(start), Math.max(x(first - start), 0), 3.5, 3),
    rect("got", Math.min(x(first), 1000 - came), came, 1.5, 7),
  );
}
