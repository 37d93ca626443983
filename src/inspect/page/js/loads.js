import { element, html, say } from "./dom.js";
import { duration, number, protocolName, size, timeOfDay } from "./format.js";
import { text } from "./texts.js";
import { columns, endOf, rows } from "./waterfall.js";

/** Loads in the list, as many as the server keeps. */
const MAX_LOADS = 200;

const loads = new Map();
const items = new Map();
/** The load that is shown; undefined for none. */
let chosen;
let shown;

/** Takes a load that has begun, or in which something has happened. */
export function takeLoad(load) {
  element("loads-none").hidden = true;
  loads.set(load.id, load);
  listed(load);
  // The first one is shown at once: there is something to see.
  if (chosen === undefined) choose(load.id);
  else if (chosen === load.id) show(load);
}

function listed(load) {
  let item = items.get(load.id);
  if (item === undefined) {
    item = newItem(load);
    items.set(load.id, item);
    element("loads-list").prepend(item);
    forgetOldest();
  }
  const bytes = load.requests.reduce((sum, request) => sum + request.bytes, 0);
  const time = load.isOver ? duration(endOf(load) - load.start) : text("loads.running");
  say(
    item.querySelector("small"),
    text("loads.summary", { requests: number(load.requests.length), bytes: size(bytes), time }),
  );
}

function newItem({ id, page, time }) {
  const button = html(
    "button",
    { type: "button" },
    html("b", {}, page),
    " ",
    html("span", {}, timeOfDay(time)),
    html("small"),
  );
  button.addEventListener("click", () => choose(id));
  return html("li", {}, button);
}

function forgetOldest() {
  const [oldest] = items.keys();
  if (items.size <= MAX_LOADS || oldest === chosen) return;
  items.get(oldest).remove();
  items.delete(oldest);
  loads.delete(oldest);
}

function choose(id) {
  items.get(chosen)?.querySelector("button").removeAttribute("aria-current");
  chosen = id;
  items.get(id).querySelector("button").setAttribute("aria-current", "true");
  shown = frame(loads.get(id));
  element("load").replaceChildren(...shown.nodes);
  show(loads.get(id));
}

/** What stays of a load while it runs, and the places for what changes. */
function frame({ id, page, connection, protocol, client }) {
  const body = html("tbody");
  const notes = html("div", { class: "notes" });
  const about = html("p", { class: "quiet" });
  const keep = ["har", "svg", "json"].map((format) =>
    html("a", { href: `loads/${id}.${format}`, download: "" }, format.toUpperCase()),
  );
  const table = html(
    "table",
    { class: "waterfall" },
    html("caption", {}, text("load.caption", { page, connection, protocol: protocolName(protocol) })),
    html("thead", {}, html("tr", {}, ...columns.map((name) => html("th", { scope: "col" }, text(`column.${name}`))))),
    body,
  );
  const nodes = [
    html("div", { class: "scrolls", tabindex: "0", role: "group", "aria-label": text("loads") }, table),
    html("p", { class: "keep" }, text("load.keep"), ...keep.flatMap((link) => [" ", link])),
    about,
    notes,
  ];
  return { body, notes, about, client, nodes };
}

function show(load) {
  const { body, notes, about, client } = shown;
  body.replaceChildren(...rows(load));
  const facts = [
    client === "" ? [] : `${text("load.client")}: ${client}`,
    load.hint === undefined ? [] : text("load.hint", { time: duration(load.hint - load.start) }),
    load.omitted === 0 ? [] : text("load.omitted", { count: number(load.omitted) }),
  ].flat();
  say(about, facts.join(" · "));
  notes.replaceChildren(html("h3", {}, text("notes")), ...notesOf(load));
}

function notesOf({ targets, unlisted, twice, unused }) {
  const skipped = targets.filter(({ means }) => means === "skipped").map(({ target, reason }) => [target, reason]);
  const learned = targets
    .filter(({ by }) => by !== undefined)
    .map(({ target, means }) => [target, text(`means.${means}`)]);
  const lists = [
    list("skipped", skipped),
    list("learned", learned),
    list(
      "unlisted",
      unlisted.map((target) => [target, ""]),
    ),
    list(
      "twice",
      twice.map((target) => [target, ""]),
    ),
    list(
      "unused",
      unused.map((target) => [target, text("notes.unused.why")]),
    ),
  ].flat();
  return lists.length > 0 ? lists : [html("p", {}, text("notes.none"))];
}

function list(name, entries) {
  if (entries.length === 0) return [];
  const items = entries.map(([target, why]) =>
    html("li", {}, html("code", {}, target), ...(why === "" ? [] : [" ", html("span", { class: "quiet" }, why)])),
  );
  return [html("h4", {}, `${text(`notes.${name}`)} (${number(entries.length)})`), html("ul", {}, ...items)];
}
