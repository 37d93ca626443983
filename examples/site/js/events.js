import { element } from "./dom.js";
import { duration, number } from "./format.js";
import { counted, text } from "./language.js";
import { Lines } from "./line.js";
import { slider } from "./slider.js";
import { Stream } from "./stream.js";

/** Milliseconds between two events, from one step of the slider to the next. */
const STEPS = [20, 50, 100, 200, 500, 1000, 2000, 5000];

/** Events after which the server hangs up, when it is let. */
const LIMIT = 50;

/** Lets the form open, break, close and reopen event streams, and draws what comes. */
export function startEvents() {
  const every = slider("events-every", (step) => duration(STEPS[step]));
  const streamCount = slider("events-streams", number);
  const lines = new Lines();
  /** @type {Stream[]} */
  let streams = [];
  let isOpen = false;
  let times = [];

  const query = () => ({ every: STEPS[every()], ...(element("events-limit").checked ? { limit: LIMIT } : {}) });

  function openAll() {
    isOpen = true;
    say("events.opening");
    for (const stream of streams) stream.open(query());
    buttons(true);
  }

  function begin() {
    for (const stream of streams) stream.close();
    lines.clear(streamCount());
    times = [];
    streams = Array.from({ length: streamCount() }, (_, index) => streamOf(index));
    openAll();
  }

  function streamOf(index) {
    return new Stream({
      onStart: (start) => index === 0 && say("events.open", inWords(start)),
      onSample(sample) {
        lines.add(index, sample);
        times = latest(times);
        show(streams, times);
      },
      onBroken: (goesOn) => (goesOn ? broken(streams) : refused()),
    });
  }

  function refused() {
    isOpen = false;
    say("events.refused");
    buttons(false, streams[0].lastId !== undefined);
  }

  function stop() {
    isOpen = false;
    for (const stream of streams) stream.close();
    const id = streams[0].lastId;
    say(id === undefined ? "events.stopped" : "events.stoppedAfter", { id: number(id ?? 0) });
    buttons(false, id !== undefined);
  }

  element("events-form").addEventListener("submit", (event) => {
    event.preventDefault();
    begin();
    element("events-stop").focus({ preventScroll: true });
  });
  element("events-stop").addEventListener("click", () => {
    stop();
    element("events-again").focus({ preventScroll: true });
  });
  element("events-again").addEventListener("click", () => {
    openAll();
    element("events-stop").focus({ preventScroll: true });
  });
  element("events-break").addEventListener("click", () => void breakOff(streams));
  for (const name of ["events-every", "events-limit"]) {
    element(name).addEventListener("change", () => isOpen && openAll());
  }
  element("events-streams").addEventListener("change", () => isOpen && begin());
}

/** Asks the server to break off every stream in the middle of an event. */
function breakOff(streams) {
  return Promise.all(streams.map(({ number }) => fetch(`/demo/events/break?stream=${number}`, { method: "POST" })));
}

function inWords({ from, by, every }) {
  const reason = by === "last-event-id" ? text("events.byId", { id: from - 1 }) : text("events.byFrom");
  return { from: number(from), reason, every: duration(every) };
}

/** EventSource goes on by itself. */
function broken([{ lastId }]) {
  if (lastId === undefined) say("events.broken");
  else say("events.brokenAfter", { id: number(lastId) });
}

/** The arrivals of the last two seconds. */
function latest(times) {
  const now = performance.now();
  return [...times, now].filter((time) => now - time <= 2000);
}

function show(streams, times) {
  const sum = (name) => streams.reduce((sum, stream) => sum + stream[name], 0);
  const [first] = times;
  const rate = times.length > 1 ? ((times.length - 1) * 1000) / (times.at(-1) - first) : undefined;
  element("events-id").textContent = number(streams[0].lastId ?? 0);
  for (const name of ["peaks", "missed", "breaks"]) element(`events-${name}`).textContent = number(sum(name));
  element("events-count").textContent = number(sum("events"));
  element("events-rate").textContent = rate === undefined ? "–" : rate.toFixed(rate < 9.95 ? 1 : 0);
  const label = { events: counted("event", sum("events")), streams: counted("stream", streams.length) };
  element("events-plot").setAttribute("aria-label", text("events.plot", label));
}

function buttons(open, canResume = false) {
  element("events-start").disabled = open;
  element("events-stop").disabled = !open;
  element("events-break").disabled = !open;
  element("events-again").disabled = open || !canResume;
}

function say(key, values) {
  element("events-status").textContent = text(key, values);
}
