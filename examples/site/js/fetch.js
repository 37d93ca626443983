import { element, svg } from "./dom.js";
import { counted, duration, number, protocolName } from "./format.js";
import { slider } from "./slider.js";

/**
 * One request of a run. The times are ms since the run began; `sent` and
 * `first` come later, from Resource Timing.
 *
 * @typedef {{ start: number, sent?: number, first?: number, end?: number, protocol?: string, answer?: object }} Sent
 */

const calm = matchMedia("(prefers-reduced-motion: reduce)");

/** Numbers the runs: no two requests have the same URL, so that each finds its own timing entry. */
let runs = 0;

/** Lets the form send its requests and draws them. */
export function startFetch() {
  const count = slider("fetch-count", number);
  const ms = slider("fetch-ms", duration);
  const button = element("fetch-send");
  element("fetch-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    await run(count(), ms());
    button.disabled = false;
    button.focus({ preventScroll: true });
  });
}

async function run(count, ms) {
  runs += 1;
  const began = performance.now();
  /** @type {Map<string, Sent>} */
  const requests = new Map();
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) measure(requests.get(entry.name), entry, began);
    draw([...requests.values()], performance.now() - began);
  });
  observer.observe({ type: "resource" });
  say(`Sending ${counted(count, "request")} …`);
  const animation = animate(() => draw([...requests.values()], performance.now() - began));
  await Promise.all(
    Array.from({ length: count }, (_, index) => {
      const url = new URL(`/demo/slow?ms=${ms}&run=${runs}.${index}`, location.origin).href;
      const request = { start: performance.now() - began };
      requests.set(url, request);
      return send(url, request, began);
    }),
  );
  animation.stop();
  // The entries of the last answers are handed over in a task of their own.
  await new Promise((resolve) => setTimeout(resolve, 50));
  observer.disconnect();
  performance.clearResourceTimings();
  summarize([...requests.values()], ms);
}

async function send(url, request, began) {
  try {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`answered with ${response.status}`);
    request.answer = await response.json();
  } catch (error) {
    request.failed = error.message;
  }
  request.end ??= performance.now() - began;
}

/** Puts in what the browser measured: the script's own clock stops only when the script has its turn. */
function measure(request, entry, began) {
  if (!request || entry.responseEnd === 0) return;
  request.start = entry.startTime - began;
  request.sent = entry.requestStart - began;
  request.first = entry.responseStart - began;
  request.end = entry.responseEnd - began;
  request.protocol = entry.nextHopProtocol;
}

/** Calls `frame` for each picture, or never for a reader who wants no motion. */
function animate(frame) {
  if (calm.matches) return { stop() {} };
  let handle = requestAnimationFrame(function next() {
    frame();
    handle = requestAnimationFrame(next);
  });
  return { stop: () => cancelAnimationFrame(handle) };
}

/** @param {Sent[]} requests @param {number} now */
function draw(requests, now) {
  const plot = element("fetch-plot");
  const span = Math.max(...requests.map(({ end }) => end ?? now), 1);
  // At least twenty rows, so that one request is a bar and not a wall.
  const height = 1000 / Math.max(requests.length, 20);
  const rows = requests.flatMap((request, row) => bars(request, now, (row + 0.15) * height, height * 0.7, 1000 / span));
  plot.setAttribute("viewBox", "0 0 1000 1000");
  plot.replaceChildren(...rows);
  element("fetch-span").textContent = duration(span);
}

function bars({ start, sent = start, first, end }, now, y, height, scale) {
  const until = end ?? now;
  const firstByte = first ?? until;
  const rect = (name, from, to) =>
    svg("rect", { class: name, x: from * scale, width: Math.max(to - from, 0) * scale, y, height });
  return [
    rect("queued", start, sent),
    rect("waiting", sent, firstByte),
    // What is received in one piece takes no time: still, its end is marked.
    rect("content", Math.min(firstByte, until - 3 / scale), end === undefined ? firstByte : until),
  ];
}

/** @param {Sent[]} requests @param {number} ms */
function summarize(requests, ms) {
  const answers = requests.flatMap(({ answer }) => answer ?? []);
  const failed = requests.find((request) => request.failed);
  const connections = new Set(answers.map(({ connection }) => connection)).size;
  const protocols = [...new Set(requests.flatMap(({ protocol }) => protocol ?? []))].map(protocolName).join(", ");
  const total = Math.max(...requests.map(({ end }) => end));
  show({
    answered: `${number(answers.length)} of ${number(requests.length)}`,
    connections: number(connections),
    protocol: protocols || "unknown",
    total: duration(total),
    serial: duration(ms * requests.length),
  });
  const text = failed
    ? `${number(answers.length)} of ${counted(requests.length, "request")} answered; one failed: ${failed.failed}.`
    : inWords(requests.length, connections, total, ms);
  say(text);
  element("fetch-plot").setAttribute("aria-label", `Bars over time. ${text}`);
}

function inWords(count, connections, total, ms) {
  if (count === 1) return `1 request took ${duration(total)}.`;
  const together = `${counted(count, "request")} over ${counted(connections, "connection")} took ${duration(total)} together.`;
  return ms === 0
    ? together
    : `${together} One after another, the waits alone would add up to ${duration(ms * count)}.`;
}

function show(figures) {
  for (const [name, text] of Object.entries(figures)) element(`fetch-${name}`).textContent = text;
}

function say(text) {
  element("fetch-status").textContent = text;
}
