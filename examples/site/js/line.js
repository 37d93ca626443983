import { element, svg } from "./dom.js";
import { number } from "./format.js";

/** Samples that are shown at once. */
const SHOWN = 240;

const calm = matchMedia("(prefers-reduced-motion: reduce)");

/**
 * Keeps the latest samples and draws them as a line that moves to the left;
 * once a second for a reader who wants little motion.
 */
export function createLine() {
  /** @type {{ id: number, value: number, peak: boolean, begins: boolean }[]} */
  const samples = [];
  let scheduled = false;

  const drawNow = () => {
    scheduled = false;
    draw(samples);
  };
  return {
    add(sample) {
      samples.push(sample);
      if (samples.length > SHOWN) samples.shift();
      if (scheduled) return;
      scheduled = true;
      if (calm.matches) setTimeout(drawNow, 1000);
      else requestAnimationFrame(drawNow);
    },
    /** What is drawn no longer belongs to what comes. */
    clear() {
      samples.length = 0;
    },
  };
}

function draw(samples) {
  const newest = samples.at(-1)?.id ?? 0;
  const first = newest - SHOWN + 1;
  const x = (id) => Math.round((985 * 100 * (id - first)) / (SHOWN - 1)) / 100;
  const y = (value) => Math.round(50_000 - 44_000 * value) / 100;
  const points = samples.map(({ id, value }) => `${x(id)} ${y(value)}`);
  const dots = samples.filter(({ peak }) => peak).map(({ id, value }) => `M${x(id)} ${y(value)}h0`);
  const breaks = samples.filter(({ begins }) => begins).map(({ id }) => `M${x(id)} 0V1000`);
  const plot = element("events-plot");
  plot.setAttribute("viewBox", "0 0 1000 1000");
  plot.replaceChildren(
    svg("path", { class: "break", d: breaks.join("") }),
    svg("path", { class: "line", d: points.length > 0 ? `M${points.join("L")}` : "" }),
    svg("path", { class: "dot", d: dots.join("") }),
  );
  element("events-first").textContent = first < 0 ? "" : number(first);
  element("events-newest").textContent = number(newest);
}
