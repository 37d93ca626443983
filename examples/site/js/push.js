import { arrivals, deliveryOf } from "./arrival.js";
import { element, html, svg } from "./dom.js";
import { counted, duration, number, protocolName } from "./format.js";

const MEANS = {
  page: "the page",
  push: "pushed",
  link: "Link",
  hint: "103",
  skipped: "skipped",
  found: "found",
};

/** Why most files are not announced: the browser finds them by itself. */
const IN_HTML = "in the HTML";

const SOURCES = {
  network: "network",
  cache: "cache",
  check: "cache, checked",
  never: "not used",
};

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
    status.textContent = `The server does not say: ${error.message}. This page needs h2push --demo.`;
  }
}

async function askServer() {
  const response = await fetch("/demo/delivery");
  if (!response.ok) throw new Error(`GET /demo/delivery was answered with ${response.status}`);
  return response.json();
}

function explain({ httpVersion, connection, pushEnabled, deliveries }, rows) {
  const count = (means) => rows.filter((row) => row.means === means).length;
  const [navigation] = performance.getEntriesByType("navigation");
  const known = deliveryOf(location.pathname, deliveries) !== undefined;
  const announced = count("link") + count("hint");
  if (httpVersion !== "2") {
    const came = "This page came over HTTP/1.1, which has no push and needs several connections.";
    return known
      ? `${came} The server announced ${counted(announced, "file")} in Link fields.`
      : `${came} This is another one than the page came over, so the means are not known.`;
  }
  if (!known) return `This is connection ${connection}. The page came over another one, so the means are not known.`;
  const came = `This page came over connection ${connection}, ${protocolName(navigation.nextHopProtocol)}.`;
  if (pushEnabled) return `${came} This client takes pushes: it was sent ${counted(count("push"), "file")} unasked.`;
  const refused = `${came} This browser takes no pushes, as it said in its first frame`;
  return announced === 0
    ? `${refused}, and there was nothing to announce.`
    : `${refused}, so the server announced ${counted(announced, "file")} in Link fields instead.`;
}

function drawTable(rows) {
  const span = Math.max(...rows.map(({ end }) => end));
  element("arrivals-span").textContent = duration(span);
  element("arrivals").tBodies[0].replaceChildren(...rows.map((row) => tableRow(row, span)));
  element("arrivals").hidden = false;
}

function tableRow(row, span) {
  const means =
    row.reason && row.reason !== IN_HTML ? `${MEANS[row.means]}: ${row.reason}` : (row.reason ?? MEANS[row.means]);
  return html(
    "tr",
    { role: "row", class: row.means },
    html("th", { role: "rowheader", scope: "row" }, row.target),
    html("td", { role: "cell" }, html("span", { class: `means ${row.means}` }, means)),
    html("td", { role: "cell", class: "figure" }, row.bytes === undefined ? "" : number(row.bytes)),
    html("td", { role: "cell" }, SOURCES[row.source]),
    html("td", { role: "cell", class: "time" }, ...(row.source === "never" ? [] : [bar(row, span)])),
  );
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
    svg("title", {}, `from ${duration(start)} to ${duration(end)}`),
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
  const what = counts.map(([means, { length }]) => `${MEANS[means]} ${length}`).join(", ");
  return html(
    "li",
    {},
    html("time", { datetime: date.toISOString() }, date.toLocaleTimeString("en-GB")),
    html("code", {}, page),
    html("span", {}, what || "nothing to announce"),
  );
}
