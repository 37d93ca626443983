import { animate, element, html } from "./dom.js";
import { runEvents } from "./event-reader.js";
import { expectedLoads } from "./expected.js";
import { bandwidth, duration, percent } from "./format.js";
import { drawLanes } from "./lanes.js";
import { counted, text, write } from "./language.js";
import { slider } from "./slider.js";
import { verdict } from "./verdict.js";
import { drawWaterfalls } from "./waterfall.js";

/** Kilobits per second, from one step of the slider to the next; 0 for no limit. */
const BANDWIDTHS = [400, 1_600, 5_000, 10_000, 50_000, 0];

/** Milliseconds without a word from the window after which something may be in its way. */
const SILENCE = 8_000;

/** The figures of a verdict in words. */
const FIGURES = { saved: duration, total: duration, percent, count: (count) => counted("file", count) };

/** Lets the form load the page over a slow network, by each means, and draws each load while it runs. */
export async function startNetwork() {
  const rtt = slider("network-rtt", duration);
  const kbps = slider("network-kbps", (step) => bandwidth(BANDWIDTHS[step]));
  const think = slider("network-think", duration);
  const chosen = () => ({ rtt: rtt(), kbps: BANDWIDTHS[kbps()], think: think() });
  const files = readFiles();
  const showEstimate = async () => new Picture(await files, chosen()).draw();
  for (const name of ["network-rtt", "network-think"]) element(name).addEventListener("input", showEstimate);
  element("network-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    // Only what follows a click directly may open a window: it waits for its address.
    const view = open("", "", "popup,width=560,height=720");
    if (!view) return write(element("network-status"), "network.blocked");
    buttons(true);
    element("network-stop").focus({ preventScroll: true });
    await run(chosen(), view, await files);
    buttons(false);
    element("network-run").focus({ preventScroll: true });
  });
  if ((await files).length === 0) say("site.needsDemo");
  await showEstimate();
}

/** The files of the page that is loaded, the page first; none where there is no such endpoint. */
async function readFiles() {
  const response = await fetch("/demo/network/files").catch(() => undefined);
  return response?.ok ? response.json() : [];
}

/** @param {Window} view where the page is loaded */
async function run(network, view, files) {
  const stop = new AbortController();
  const stopped = () => stop.abort("network.stopped");
  const closed = setInterval(() => view.closed && stop.abort("network.closed"), 250);
  element("network-stop").addEventListener("click", stopped, { once: true });
  element("network-verdict").hidden = true;
  const picture = new Picture(files, network);
  const endAnimation = animate(() => picture.draw());
  try {
    say("network.begins");
    await measure(network, view, picture, stop.signal);
    conclude(picture.loads, network);
  } catch (error) {
    if (stop.signal.aborted) say(stop.signal.reason);
    else say("network.failed", { reason: error.message });
  } finally {
    endAnimation();
    picture.draw();
    clearInterval(closed);
    element("network-stop").removeEventListener("click", stopped);
    view.close();
  }
}

/** Sends the window to each address that the server gives, and shows what the server tells of each load. */
async function measure(network, view, picture, signal) {
  let silence;
  try {
    for await (const { event, data } of runEvents(`/demo/network?${new URLSearchParams(network)}`, signal)) {
      clearTimeout(silence);
      if (event === "silence") throw new Error(text("network.silence"));
      if (event === "open") {
        say(`network.loading.${data.means}`);
        if (data.url) view.location.replace(data.url);
        silence = setTimeout(() => say("network.certificate"), SILENCE);
      }
      picture.add(event, data);
      if (event === "loaded") showTable(picture.loads, network.rtt);
    }
  } finally {
    clearTimeout(silence);
  }
}

/** The four loads as far as they have come. */
class Picture {
  /** By their means: rows by their target while it runs, and its total and all rows when it is over. */
  loads = {};
  #began = 0;

  constructor(files, network) {
    this.files = files;
    this.network = network;
  }

  add(event, { means, target, start, ...data }) {
    if (event === "open") this.loads[means] = { rows: new Map() };
    const { rows } = this.loads[means];
    if (event === "asked") {
      if (rows.size === 0) this.#began = performance.now();
      if (!rows.has(target)) rows.set(target, { start });
    }
    if (event === "got") rows.set(target, { start, end: data.end });
    if (event === "loaded") {
      this.loads[means] = {
        rows: new Map(data.rows.map((row) => [row.target, row])),
        total: data.total,
        all: data.rows,
      };
    }
    if (event !== "asked") this.draw();
  }

  draw() {
    if (this.files.length === 0) return;
    const targets = this.files.map(({ target }) => target);
    const expected = expectedLoads(this.files, this.network);
    const now = performance.now() - this.#began;
    drawLanes({ targets, rtt: this.network.rtt, now, expected, loads: this.loads });
  }
}

function showTable(loads, rtt) {
  const done = Object.entries(loads).flatMap(([means, { total, all }]) => (all ? { means, total, rows: all } : []));
  drawWaterfalls(done, rtt);
  element("network-files").hidden = false;
}

/** Says in words what came of it. */
function conclude(loads, { think }) {
  const totals = Object.entries(loads).map(([means, { total }]) => [means, duration(total)]);
  say("network.measured", Object.fromEntries(totals));
  const done = Object.fromEntries(
    Object.entries(loads).map(([means, { total, all }]) => [means, { total, rows: all }]),
  );
  const lines = verdict(done, think).map(([key, figures]) => {
    const line = html("p");
    const values = Object.entries(figures).map(([name, figure]) => [name, FIGURES[name](figure)]);
    write(line, key, Object.fromEntries(values));
    return line;
  });
  element("network-verdict").replaceChildren(...lines);
  element("network-verdict").hidden = false;
}

function buttons(running) {
  element("network-run").disabled = running;
  element("network-stop").disabled = !running;
}

function say(key, values) {
  write(element("network-status"), key, values);
}
