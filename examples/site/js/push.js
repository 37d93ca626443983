import { arrivals, deliveryOf } from "./arrival.js";
import { element, html, svg } from "./dom.js";
import { duration, number, protocolName, timeOfDay } from "./format.js";
import { counted, hasText, text } from "./language.js";

/** Shows how the files of the page that this script runs in have arrived. */
export async function showArrivals() {
  const status = element("push-status");
  try {
    const told = await askServer();
    const timings = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
    const ours = timings.filter(({ name }) => new URL(name).origin === location.origin);
    const rows = arrivals(location.pathname, told.deliveries, ours);
    status.textContent = explain(told, rows);
    drawTable(rows);
    drawVisits(told.deliveries);
  } catch (error) {
    status.textContent = text("arrivals.silent", { reason: error.message });
  }
}

async function askServer() {
  const response = await fetch("/demo/delivery");
  if (!response.ok) throw new Error(`GET /demo/delivery: ${response.status}`);
  return response.json();
}

/** Over which connection the page came, and what the server did for it. */
function explain({ httpVersion, connection, pushEnabled, deliveries }, rows) {
  const count = (...means) => counted("file", rows.filter((row) => means.includes(row.means)).length);
  const [navigation] = performance.getEntriesByType("navigation");
  const isKnown = deliveryOf(location.pathname, deliveries) !== undefined;
  const announced = count("link", "hint");
  if (httpVersion !== "2") {
    const means = isKnown ? text("arrivals.http1.known", { count: announced }) : text("arrivals.http1.unknown");
    return `${text("arrivals.http1")} ${means}`;
  }
  if (!isKnown) return text("arrivals.unknown", { connection });
  const came = text("arrivals.came", { connection, protocol: protocolName(navigation.nextHopProtocol) });
  if (pushEnabled) return `${came} ${text("arrivals.pushed", { count: count("push") })}`;
  const isNone = rows.every(({ means }) => means !== "link" && means !== "hint");
  return `${came} ${text(isNone ? "arrivals.refused.none" : "arrivals.refused", { count: announced })}`;
}

function drawTable(rows) {
  const span = Math.max(...rows.map(({ end }) => end));
  element("arrivals-span").textContent = duration(span);
  element("arrivals").tBodies[0].replaceChildren(...rows.map((row) => tableRow(row, span)));
  element("arrivals").hidden = false;
}

function tableRow(row, span) {
  return html(
    "tr",
    { role: "row", class: row.means },
    html("th", { role: "rowheader", scope: "row" }, row.target),
    html("td", { role: "cell" }, html("span", { class: `means ${row.means}` }, meansOf(row))),
    html("td", { role: "cell", class: "figure" }, row.bytes === undefined ? "" : number(row.bytes)),
    html("td", { role: "cell" }, text(`arrivals.source.${row.source}`)),
    html("td", { role: "cell", class: "time" }, ...(row.source === "never" ? [] : [bar(row, span)])),
  );
}

/** By which means, or why by none: most files are not announced, as the browser finds them by itself. */
function meansOf({ means, reason }) {
  const name = text(`arrivals.means.${means}`);
  if (reason === undefined) return name;
  return hasText(`arrivals.reason.${reason}`) ? text(`arrivals.reason.${reason}`) : `${name}: ${reason}`;
}

/** The time from the request to the first byte, light, and from there to the last, strong but never invisible. */
function bar({ start, first, end }, span) {
  const x = (ms) => (1000 * ms) / span;
  const got = Math.max(x(end - first), 9);
  return svg(
    "svg",
    {
      class: "bar",
      role: "img",
      viewBox: "0 0 1000 10",
      preserveAspectRatio: "none",
    },
    svg("title", {}, text("arrivals.bar", { start: duration(start), end: duration(end) })),
    svg("rect", { class: "asked", x: x(start), width: Math.max(x(first - start), 0), y: 3.5, height: 3 }),
    svg("rect", { class: "got", x: Math.min(x(first), 1000 - got), width: got, height: 10 }),
  );
}

function drawVisits(deliveries) {
  const visits = element("visits");
  const list = visits.querySelector("ol");
  list.replaceChildren(...deliveries.map(visit));
  visits.hidden = deliveries.length === 0;
}

function visit({ page, time, targets }) {
  const date = new Date(time);
  const counts = Object.entries(Object.groupBy(targets, ({ means }) => means));
  const what = counts.map(([means, { length }]) => `${text(`arrivals.means.${means}`)} ${number(length)}`).join(", ");
  return html(
    "li",
    {},
    html("time", { datetime: date.toISOString() }, timeOfDay(date)),
    html("code", {}, page),
    html("span", {}, what || text("arrivals.nothing")),
  );
}
