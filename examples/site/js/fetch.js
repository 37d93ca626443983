import { animate, element } from "./dom.js";
import { runEvents } from "./event-reader.js";
import { duration, number, protocolName } from "./format.js";
import { counted, text } from "./language.js";
import { drawRequests, lastEnd } from "./plot.js";
import { slider } from "./slider.js";

/** Round trip of the network between the server's own client and its server (ms). */
const RTT = 40;

/** The plots of the server's client, by the protocols that it names. */
const PLOTS = { h2: "h2", "http/1.1": "h1" };

/** Numbers the runs: no two requests have the same URL, so that each finds its own timing entry. */
let runs = 0;

/** Lets the form send its requests and draws them: from this browser, then from a client in the server. */
export function startFetch() {
  const count = slider("fetch-count", number);
  const ms = slider("fetch-ms", duration);
  const button = element("fetch-send");
  element("fetch-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    const result = await fromBrowser(count(), ms());
    say(result.text);
    if (!result.failed) await fromServer(count(), ms(), result.text);
    button.disabled = false;
    button.focus({ preventScroll: true });
  });
}

/** Sends the requests over the connection of this page. */
async function fromBrowser(count, ms) {
  runs += 1;
  const began = performance.now();
  const requests = new Map();
  const show = () => {
    const now = performance.now() - began;
    drawRequests("browser", [...requests.values()], now, lastEnd([...requests.values()], now));
  };
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) measure(requests.get(entry.name), entry, began);
    show();
  });
  observer.observe({ type: "resource" });
  say(text("fetch.sending", { count: counted("request", count) }));
  const endAnimation = animate(show);
  await Promise.all(
    Array.from({ length: count }, (_, index) => {
      const url = new URL(`/demo/slow?ms=${ms}&run=${runs}.${index}`, location.origin).href;
      const request = { start: performance.now() - began };
      requests.set(url, request);
      return send(url, request, began);
    }),
  );
  endAnimation();
  // The entries of the last answers are handed over in a task of their own.
  await new Promise((resolve) => setTimeout(resolve, 50));
  observer.disconnect();
  performance.clearResourceTimings();
  show();
  return summarize([...requests.values()], ms);
}

async function send(url, request, began) {
  try {
    const response = await fetch(url);
    if (!response.ok) throw new Error(text("fetch.status", { status: response.status }));
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

/** Has a client in the server send the same over both protocols, and draws it as it happens. */
async function fromServer(count, ms, before) {
  say(text("fetch.comparing", { text: before }));
  const sent = {};
  let began = 0;
  const show = () => {
    const now = performance.now() - began;
    const span = Math.max(...Object.values(sent).map((requests) => lastEnd(requests, now)), 1);
    for (const [protocol, requests] of Object.entries(sent)) drawRequests(PLOTS[protocol], requests, now, span);
  };
  const endAnimation = animate(show);
  try {
    for await (const { event, data } of runEvents(`/demo/parallel?${new URLSearchParams({ count, ms, rtt: RTT })}`)) {
      if (event === "begin") {
        began = performance.now();
        sent[data.protocol] = Array.from({ length: count }, () => ({ start: 0 }));
      } else Object.assign(sent[data.protocol][data.index], data);
    }
    const [h2, h1] = Object.keys(PLOTS).map((protocol) => lastEnd(sent[protocol], 0));
    conclude(sent, text("fetch.result", { text: before, h2: duration(h2), h1: duration(h1) }));
  } catch (error) {
    say(text("network.failed", { reason: error.message }));
  } finally {
    endAnimation();
    show();
  }
}

function conclude(sent, result) {
  say(result);
  for (const [protocol, requests] of Object.entries(sent)) {
    const connections = new Set(requests.map(({ connection }) => connection)).size;
    const values = {
      count: counted("request", requests.length),
      connections: counted("connection", connections),
      total: duration(lastEnd(requests, 0)),
    };
    element(`fetch-plot-${PLOTS[protocol]}`).setAttribute("aria-label", text("fetch.together", values));
  }
}

function summarize(requests, ms) {
  const answers = requests.flatMap(({ answer }) => answer ?? []);
  const failed = requests.find((request) => request.failed);
  const connections = new Set(answers.map(({ connection }) => connection)).size;
  const protocols = [...new Set(requests.flatMap(({ protocol }) => protocol ?? []))].map(protocolName).join(", ");
  const total = lastEnd(requests, 0);
  show({
    answered: text("fetch.of", { answered: number(answers.length), count: number(requests.length) }),
    connections: number(connections),
    protocol: protocols || text("word.unknown"),
    total: duration(total),
    serial: duration(ms * requests.length),
  });
  const count = counted("request", requests.length);
  const words = failed
    ? text("fetch.failed", { answered: number(answers.length), count, reason: failed.failed })
    : inWords(requests.length, connections, total, ms);
  element("fetch-plot-browser").setAttribute("aria-label", text("fetch.bars", { text: words }));
  return { text: words, failed: failed !== undefined };
}

function inWords(count, connections, total, ms) {
  if (count === 1) return text("fetch.one", { total: duration(total) });
  const together = text("fetch.together", {
    count: counted("request", count),
    connections: counted("connection", connections),
    total: duration(total),
  });
  return ms === 0 ? together : `${together} ${text("fetch.serial.text", { serial: duration(ms * count) })}`;
}

function show(figures) {
  for (const [name, figure] of Object.entries(figures)) element(`fetch-${name}`).textContent = figure;
}

function say(words) {
  element("fetch-status").textContent = words;
}
