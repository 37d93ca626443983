import { element, svg } from "./dom.js";
import { runEvents } from "./event-reader.js";
import { duration, number } from "./format.js";
import { text } from "./language.js";

/** Rows of the picture: eight responses, and the ninth that is asked for later. */
const RESPONSES = 9;
const NINTH = 8;

/** The urgency of the ninth (RFC 9218): the same as that of the others, or the highest. */
const RUNS = [
  { name: "same", urgency: 3 },
  { name: "urgent", urgency: 0 },
];

/** Lets the form ask for nine responses twice, and draws each piece when it comes. */
export function startPriority() {
  const button = element("priority-run");
  element("priority-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    await run().catch((error) => say("network.failed", { reason: error.message }));
    button.disabled = false;
    button.focus({ preventScroll: true });
  });
}

async function run() {
  const pieces = { same: [], urgent: [] };
  for (const { name, urgency } of RUNS) {
    for await (const { data } of runEvents(`/demo/priority?urgency=${urgency}`)) {
      pieces[name].push(data);
      say("priority.running", { bytes: number(bytesOf(pieces[name])) });
      draw(pieces);
    }
  }
  const ends = Object.fromEntries(Object.entries(pieces).map(([name, all]) => [name, endsOf(all)]));
  say("priority.result", {
    same: duration(ends.same[NINTH]),
    urgent: duration(ends.urgent[NINTH]),
    before: number(ends.urgent.filter((end) => end > ends.urgent[NINTH]).length),
  });
}

/** The latest piece of each response that has begun. */
function latestOf(pieces) {
  const rows = Array.from({ length: RESPONSES }, (_, row) => pieces.findLast(({ index }) => index === row));
  return rows.filter((piece) => piece !== undefined);
}

/** When each response was complete (ms). */
const endsOf = (pieces) => latestOf(pieces).map(({ at }) => at);

const bytesOf = (pieces) => latestOf(pieces).reduce((sum, { bytes }) => sum + bytes, 0);

function draw(pieces) {
  const span = Math.max(...Object.values(pieces).flatMap((all) => all.map(({ at }) => at)), 500);
  for (const { name } of RUNS) {
    const plot = element(`priority-plot-${name}`);
    plot.setAttribute("viewBox", `0 0 1000 ${RESPONSES * 10}`);
    plot.replaceChildren(...waits(pieces[name], span), ...pieces[name].map((piece) => tick(piece, span)));
    element(`priority-span-${name}`).textContent = duration(span);
  }
}

/** From when a response was asked for to its last piece. */
function waits(pieces, span) {
  const asked = pieces.filter(({ bytes }) => bytes === 0);
  return asked.map(({ index, at }) => {
    const end = pieces.findLast((piece) => piece.index === index).at;
    return rect("asked", index, (1000 * at) / span, (1000 * (end - at)) / span, 4);
  });
}

function tick({ index, at, bytes }, span) {
  const name = index === NINTH ? "ninth" : "other";
  return rect(name, index, (1000 * at) / span - 2, bytes === 0 ? 0 : 4, 8);
}

function rect(name, row, x, width, height) {
  return svg("rect", { class: name, x, width, y: row * 10 + 5 - height / 2, height });
}

function say(key, values) {
  element("priority-status").textContent = text(key, values);
}
