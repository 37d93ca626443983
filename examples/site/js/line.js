import { element, svg } from "./dom.js";
import { number } from "./format.js";

/** Samples that are shown at once. */
const SHOWN = 240;

const calm = matchMedia("(prefers-reduced-motion: reduce)");

/**
 * Keeps the latest samples of each stream and draws them as lines that move to
 * the left, one above the other; once a second for a reader who wants little
 * motion.
 */
export class Lines {
  /** @type {{ id: number, value: number, peak: boolean, begins: boolean }[][]} */
  #lines = [];
  #scheduled = false;

  /** What is drawn no longer belongs to what comes. @param {number} streams */
  clear(streams) {
    this.#lines = Array.from({ length: streams }, () => []);
  }

  add(stream, sample) {
    const samples = this.#lines[stream];
    samples.push(sample);
    if (samples.length > SHOWN) samples.shift();
    if (this.#scheduled) return;
    this.#scheduled = true;
    const draw = () => {
      this.#scheduled = false;
      drawLines(this.#lines);
    };
    if (calm.matches) setTimeout(draw, 1000);
    else requestAnimationFrame(draw);
  }
}

function drawLines(lines) {
  const newest = Math.max(...lines.map((samples) => samples.at(-1)?.id ?? 0));
  const first = newest - SHOWN + 1;
  const parts = lines.map((samples, index) => pathsOf(samples, first, index / lines.length, 1 / lines.length));
  const plot = element("events-plot");
  plot.setAttribute("viewBox", "0 0 1000 1000");
  plot.replaceChildren(
    ...["break", "line", "dot"].map((name) =>
      svg("path", { class: name, d: parts.map((part) => part[name]).join("") }),
    ),
  );
  element("events-first").textContent = first < 0 ? "" : number(first);
  element("events-newest").textContent = number(newest);
}

/** @param {number} top @param {number} height parts of the picture's height */
function pathsOf(samples, first, top, height) {
  const x = (id) => Math.round((985 * 100 * (id - first)) / (SHOWN - 1)) / 100;
  const y = (value) => Math.round(100_000 * (top + height * (0.5 - 0.44 * value))) / 100;
  const shown = samples.filter(({ id }) => id >= first);
  const points = shown.map(({ id, value }) => `${x(id)} ${y(value)}`);
  return {
    line: points.length > 0 ? `M${points.join("L")}` : "",
    dot: shown.flatMap(({ id, value, peak }) => (peak ? `M${x(id)} ${y(value)}h0` : "")).join(""),
    break: shown.flatMap(({ id, begins }) => (begins ? `M${x(id)} ${1000 * top}v${1000 * height}` : "")).join(""),
  };
}
