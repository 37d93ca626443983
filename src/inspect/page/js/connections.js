import { element, html, say } from "./dom.js";
import { number, protocolName, size } from "./format.js";
import { text } from "./texts.js";

const COLUMNS = ["number", "protocol", "state", "streams", "begun", "windows", "settings", "goaway", "frames"];

/** By number, the row of a connection and its cells. */
const rows = new Map();
let body;

/**
 * Takes a connection that has begun, or has changed.
 *
 * @param {object} connection as `connections.json` has it
 * @param {(id: number) => void} showFrames
 */
export function takeConnection(connection, showFrames) {
  const { id, isOpen, open, begun, windows, goaway } = connection;
  const row = rows.get(id) ?? newRow(connection, showFrames);
  row.node.classList.toggle("closed", !isOpen);
  say(row.cells.state, text(isOpen ? "connection.open" : "connection.closed"));
  say(row.cells.streams, number(open));
  say(row.cells.begun, number(begun));
  say(row.cells.windows, windows === undefined ? "–" : windowsOf(windows));
  say(
    row.cells.goaway,
    goaway === undefined ? "–" : text(`connection.goaway.${goaway.from}`, { code: goaway.code ?? "" }),
  );
  showSettings(row, connection);
  if (row.button) say(row.button, text("connection.show", { id, count: number(connection.frames) }));
}

/** @param {{ id: number }} gone a connection that is no longer kept */
export function forgetConnection({ id }) {
  rows.get(id)?.node.remove();
  rows.delete(id);
}

/** @param {number[]} ids all that there are: others have gone while nobody could tell it */
export function keepConnections(ids) {
  for (const id of rows.keys()) if (!ids.includes(id)) forgetConnection({ id });
}

const windowsOf = ({ server, client }) =>
  [
    text("connection.window.server", { bytes: size(server) }),
    text("connection.window.client", { bytes: size(client) }),
  ].join("\n");

function newRow({ id, protocol, frames }, showFrames) {
  const cells = Object.fromEntries(COLUMNS.map((name) => [name, html("td", { class: name })]));
  cells.protocol.textContent = protocolName(protocol);
  const node = html("tr", {}, html("th", { scope: "row" }, String(id)), ...COLUMNS.slice(1).map((name) => cells[name]));
  const button = frames === undefined ? undefined : html("button", { type: "button" });
  button?.addEventListener("click", () => showFrames(id));
  cells.frames.append(button ?? text(protocol === "h2" ? "connection.unread" : "connection.plain"));
  table().prepend(node);
  const row = { node, cells, button, settings: "" };
  rows.set(id, row);
  return row;
}

function table() {
  if (body) return body;
  body = html("tbody");
  const heads = COLUMNS.map((name) => html("th", { scope: "col" }, text(`connection.${name}`)));
  const view = element("connections-table");
  view.append(
    html(
      "table",
      {},
      html("caption", {}, text("connections.caption")),
      html("thead", {}, html("tr", {}, ...heads)),
      body,
    ),
  );
  view.hidden = false;
  element("connections-none").hidden = true;
  return body;
}

/** Settings change seldom: what somebody has opened stays open. */
function showSettings(row, { settings }) {
  const written = JSON.stringify(settings ?? {});
  if (row.settings === written) return;
  row.settings = written;
  if (settings === undefined) return;
  const sides = ["client", "server"].map((side) =>
    html(
      "details",
      {},
      html("summary", {}, text(`connection.settings.${side}`)),
      html(
        "dl",
        {},
        ...Object.entries(settings[side]).flatMap(([name, value]) => [
          html("dt", {}, name),
          html("dd", {}, String(value)),
        ]),
      ),
    ),
  );
  row.cells.settings.replaceChildren(...sides);
}
