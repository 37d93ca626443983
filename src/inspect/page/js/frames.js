import { element, html, say } from "./dom.js";
import { duration, number } from "./format.js";
import { text } from "./texts.js";
import { windowPictures } from "./windows.js";

/** Rows that are shown at first, and more at a time: there may be thousands. */
const ROWS = 200;

let connection;
let frames = [];
let most = ROWS;
let isLoading = false;

/** Shows the frames of a connection: those that there are, and those to come. */
export function showConnection(id) {
  connection = id;
  frames = [];
  most = ROWS;
  element("frames-choose").hidden = true;
  element("frames-view").hidden = false;
  element("frames-note").hidden = true;
  say(element("frames-caption"), text("frames.caption", { id }));
  for (const name of ["stream", "type"]) element(`frames-${name}`).replaceChildren(option("", text("frames.all")));
  draw();
  element("frames-title").focus();
  void load();
}

/** A connection has changed: perhaps more frames have passed. */
export function updateFrames({ id, frames: count, framesOmitted: omitted }) {
  if (id === connection && (count > frames.length || omitted > 0)) void load();
}

/** Fetches the frames that are not there yet. */
async function load() {
  if (isLoading) return;
  isLoading = true;
  const of = connection;
  try {
    const response = await fetch(`connections/${of}/frames.json?from=${frames.length}`);
    if (response.ok && of === connection) take(await response.json());
  } finally {
    isLoading = false;
  }
  if (of !== connection) await load();
}

function take({ frames: more, omitted, isReadable }) {
  frames = [...frames, ...more];
  addOptions(
    "stream",
    more.map(({ stream }) => stream),
  );
  addOptions(
    "type",
    more.map(({ type }) => type),
  );
  const missing = [
    omitted > 0 ? text("frames.omitted", { count: number(omitted) }) : [],
    isReadable ? [] : text("frames.broken"),
  ].flat();
  element("frames-note").hidden = missing.length === 0;
  say(element("frames-note"), missing.join(" "));
  draw();
}

/** Makes the controls work. */
export function startFrames() {
  for (const name of ["stream", "type"]) {
    element(`frames-${name}`).addEventListener("change", () => {
      most = ROWS;
      draw();
    });
  }
  element("frames-more").addEventListener("click", () => {
    most += ROWS;
    draw();
  });
  element("frames-rows").addEventListener("click", (event) => {
    const row = event.target.closest("tr");
    if (row) void showFrame(Number(row.dataset.number));
  });
}

const option = (value, label) => html("option", { value }, label);

function addOptions(name, values) {
  const select = element(`frames-${name}`);
  const known = new Set([...select.options].map(({ value }) => value));
  for (const value of new Set(values.map(String))) if (!known.has(value)) select.append(option(value, value));
}

function draw() {
  const stream = element("frames-stream").value;
  const type = element("frames-type").value;
  const fits = (frame) =>
    (stream === "" || frame.stream === Number(stream) || frame.about === Number(stream)) &&
    (type === "" || frame.type === type);
  const chosen = frames.filter(fits);
  const shown = chosen.slice(0, most);
  const rows = element("frames-rows");
  // What stands there stays: somebody may be on one of its buttons.
  const first = rows.dataset.of === `${connection} ${stream} ${type}` ? rows.rows.length : 0;
  rows.dataset.of = `${connection} ${stream} ${type}`;
  if (first === 0) rows.replaceChildren();
  rows.append(...shown.slice(first).map(row));
  say(element("frames-count"), text("frames.shown", { count: number(chosen.length) }));
  const more = element("frames-more");
  more.hidden = chosen.length <= most;
  say(more, text("frames.more", { count: number(Math.min(ROWS, chosen.length - most)) }));
  element("windows").replaceChildren(...windowPictures(frames, stream === "" ? undefined : Number(stream)));
}

function row(frame) {
  const { number: at, time, from, type, stream, length, flags } = frame;
  const button = html(
    "button",
    { type: "button", "aria-label": text("frame.details", { number: at, type }) },
    String(at),
  );
  return html(
    "tr",
    { class: from, "data-number": String(at) },
    html("th", { scope: "row" }, button),
    html("td", { class: "figure" }, duration(time)),
    html("td", {}, text(`frame.${from}`)),
    html("td", {}, html("code", {}, type)),
    html("td", { class: "figure" }, String(stream)),
    html("td", { class: "figure" }, number(length)),
    html("td", {}, flags.join(" ")),
    html("td", { class: "content" }, contentOf(frame)),
  );
}

/** What a frame says, on one line. */
function contentOf({ fields, block, settings, code, lastStream, about, increment, text: said, window }) {
  const field = (name) => fields?.find((one) => one.name === name)?.value;
  const parts = [
    about === undefined ? [] : `→ ${about}`,
    field(":status") ?? [field(":method") ?? [], field(":path") ?? []].flat().join(" "),
    block === undefined ? [] : `HPACK ${number(block)} B`,
    settings === undefined
      ? []
      : Object.entries(settings)
          .map(([name, value]) => `${name} ${value}`)
          .join(", "),
    code ?? [],
    lastStream === undefined ? [] : `≤ ${lastStream}`,
    increment === undefined ? [] : `+${number(increment)}`,
    window === undefined ? [] : `⇒ ${number(window.stream ?? window.connection)}`,
    said ?? [],
  ];
  return parts
    .flat()
    .filter((part) => part !== "")
    .join(" · ");
}

async function showFrame(at) {
  const response = await fetch(`connections/${connection}/frames/${at}.json`);
  if (!response.ok) return;
  const { frame, bytes } = await response.json();
  say(element("frame-title"), text("frame.details", { number: frame.number, type: frame.type }));
  element("frame-content").replaceChildren(
    html("p", {}, contentOf(frame)),
    ...fieldsOf(frame),
    ...bytesOf(frame, bytes),
  );
  element("frame").showModal();
}

function fieldsOf({ fields = [], block = 0 }) {
  if (fields.length === 0) return [];
  const plain = fields.reduce((sum, field) => sum + field.plain, 0);
  const heads = ["name", "value", "plain", "bytes", "how"].map((name) =>
    html("th", { scope: "col" }, text(`frame.field.${name}`)),
  );
  const rows = fields.map((field) =>
    html(
      "tr",
      {},
      html("th", { scope: "row" }, field.name),
      html("td", { class: "value" }, field.value),
      html("td", { class: "figure" }, number(field.plain)),
      html("td", { class: "figure" }, number(field.bytes)),
      html("td", {}, text(`hpack.${field.representation}`)),
    ),
  );
  const caption = text("frame.hpack", { plain: number(plain), block: number(block) });
  return [
    html("h3", {}, text("frame.fields")),
    html(
      "div",
      { class: "scrolls", tabindex: "0", role: "group", "aria-label": text("frame.fields") },
      html(
        "table",
        {},
        html("caption", {}, caption),
        html("thead", {}, html("tr", {}, ...heads)),
        html("tbody", {}, ...rows),
      ),
    ),
  ];
}

function bytesOf({ length }, hex) {
  const heading = html("h3", {}, text("frame.bytes"));
  if (hex === "") return [heading, html("p", {}, text("frame.bytes.none"))];
  const pairs = hex.match(/../g);
  const lines = Array.from({ length: Math.ceil(pairs.length / 16) }, (_, at) =>
    dumpLine(pairs.slice(at * 16, at * 16 + 16), at * 16),
  );
  const cut =
    pairs.length < length
      ? [html("p", {}, text("frame.bytes.cut", { count: number(pairs.length), length: number(length) }))]
      : [];
  return [heading, ...cut, html("pre", { tabindex: "0" }, lines.join("\n"))];
}

function dumpLine(pairs, offset) {
  const characters = pairs.map((pair) => {
    const code = Number.parseInt(pair, 16);
    return code >= 32 && code < 127 ? String.fromCharCode(code) : "·";
  });
  return `${offset.toString(16).padStart(4, "0")}  ${pairs.join(" ").padEnd(47)}  ${characters.join("")}`;
}
