import { element } from "./dom.js";
import { counted, duration, number } from "./format.js";
import { createLine } from "./line.js";

/** Milliseconds between two events, from one step of the slider to the next. */
const STEPS = [20, 50, 100, 200, 500, 1000, 2000, 5000];

/** Events after which the server hangs up, when it is let. */
const LIMIT = 50;

/** Lets the form open, close and reopen the event stream, and draws what comes. */
export function startEvents() {
  const line = createLine();
  const stream = {
    /** @type {EventSource | undefined} */
    source: undefined,
    /** @type {number | undefined} */
    lastId: undefined,
    events: 0,
    peaks: 0,
    missed: 0,
    /** The next sample is the first of its response. */
    begins: false,
    /** Arrival times of the latest events, ms. */
    times: [],
  };

  function open() {
    stream.source?.close();
    stream.source = new EventSource(address(stream.lastId));
    stream.source.addEventListener("start", (event) => started(stream, JSON.parse(event.data)));
    stream.source.addEventListener("sample", (event) => received(stream, line, event));
    stream.source.addEventListener("peak", (event) => received(stream, line, event));
    stream.source.addEventListener("error", () => broken(stream));
    say("Opening the stream …");
    buttons(true);
  }

  function close() {
    stream.source?.close();
    stream.source = undefined;
    say(stream.lastId === undefined ? "Stopped." : `Stopped after event ${number(stream.lastId)}.`);
    buttons(false, stream.lastId !== undefined);
  }

  element("events-form").addEventListener("submit", (event) => {
    event.preventDefault();
    Object.assign(stream, { lastId: undefined, events: 0, peaks: 0, missed: 0, times: [] });
    line.clear();
    open();
    element("events-stop").focus({ preventScroll: true });
  });
  element("events-stop").addEventListener("click", () => {
    close();
    element("events-again").focus({ preventScroll: true });
  });
  element("events-again").addEventListener("click", () => {
    open();
    element("events-stop").focus({ preventScroll: true });
  });
  watchSettings(() => stream.source && open());
}

/** Shows the interval that is chosen, and calls `changed` when a setting was changed for good. */
function watchSettings(changed) {
  const every = element("events-every");
  const show = () => {
    const text = duration(STEPS[every.valueAsNumber]);
    element("events-every-value").textContent = text;
    every.setAttribute("aria-valuetext", text);
  };
  every.addEventListener("input", show);
  every.addEventListener("change", changed);
  element("events-limit").addEventListener("change", changed);
  show();
}

function address(lastId) {
  const query = new URLSearchParams({ every: STEPS[element("events-every").valueAsNumber] });
  if (lastId !== undefined) query.set("from", lastId + 1);
  if (element("events-limit").checked) query.set("limit", LIMIT);
  return `/demo/events?${query}`;
}

function started(stream, { from, by, every }) {
  stream.begins = true;
  const reason =
    by === "last-event-id" ? `because the browser sent Last-Event-ID: ${from - 1}` : "as its address asked";
  say(`Open: from number ${number(from)}, ${reason}; one event every ${duration(every)}.`);
}

function received(stream, line, { type, data, lastEventId }) {
  const id = Number(lastEventId);
  if (stream.lastId !== undefined) stream.missed += id - stream.lastId - 1;
  stream.lastId = id;
  stream.events += 1;
  stream.peaks += type === "peak" ? 1 : 0;
  line.add({ id, value: JSON.parse(data).value, peak: type === "peak", begins: stream.begins });
  stream.begins = false;
  show(stream);
}

/** The stream ended, or never began: EventSource goes on by itself unless the server refused it. */
function broken(stream) {
  if (stream.source?.readyState === EventSource.CONNECTING) {
    const last = stream.lastId === undefined ? "" : ` and will say that it has seen number ${number(stream.lastId)}`;
    say(`The stream broke off. The browser waits a moment, reconnects${last}.`);
    return;
  }
  stream.source = undefined;
  say("The server refused the stream. This page needs h2push --demo.");
  buttons(false, stream.lastId !== undefined);
}

function show(stream) {
  const now = performance.now();
  stream.times.push(now);
  while (now - stream.times[0] > 2000) stream.times.shift();
  const [first] = stream.times;
  const rate = stream.times.length > 1 ? ((stream.times.length - 1) * 1000) / (now - first) : undefined;
  element("events-id").textContent = number(stream.lastId);
  element("events-count").textContent = number(stream.events);
  element("events-peaks").textContent = number(stream.peaks);
  element("events-missed").textContent = number(stream.missed);
  element("events-rate").textContent = rate === undefined ? "–" : rate.toFixed(rate < 9.95 ? 1 : 0);
  element("events-plot").setAttribute("aria-label", `A moving line of ${counted(stream.events, "event")}`);
}

function buttons(open, canResume = false) {
  element("events-start").disabled = open;
  element("events-stop").disabled = !open;
  element("events-again").disabled = open || !canResume;
}

function say(text) {
  element("events-status").textContent = text;
}
