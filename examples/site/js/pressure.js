import { element, svg } from "./dom.js";
import { duration, megabytes } from "./format.js";
import { text } from "./language.js";
import { openSocket } from "./socket.js";

const TOTAL_BYTES = 8_000_000;
const MESSAGE_BYTES = 50_000;

/** Kilobytes that the server reads in a second. */
const READ = 2000;

/** How often `bufferedAmount` is looked at (ms): no event tells of it. */
const LOOK_MS = 50;

/** Lets the button send more than the server reads, and shows where it waits meanwhile. */
export function startPressure() {
  const button = element("pressure-run");
  button.addEventListener("click", async () => {
    button.disabled = true;
    await run();
    button.disabled = false;
    button.focus({ preventScroll: true });
  });
}

function run() {
  return new Promise((resolve) => {
    const began = performance.now();
    const samples = [];
    let read = 0;
    let watch;
    const look = () => {
      samples.push({ at: performance.now() - began, buffered: socket.bufferedAmount, read });
      say("pressure.running", { buffered: megabytes(socket.bufferedAmount), read: megabytes(read) });
      draw(samples);
    };
    const received = ({ type, bytes }) => {
      if (type === "welcome") {
        for (let sent = 0; sent < TOTAL_BYTES; sent += MESSAGE_BYTES) socket.send(new Uint8Array(MESSAGE_BYTES));
        watch = setInterval(look, LOOK_MS);
        look();
      }
      if (type !== "read") return;
      read = bytes;
      if (read === TOTAL_BYTES) socket.close(1000);
    };
    const { socket } = openSocket({ read: READ }, received, (_event, wasOpen) => {
      clearInterval(watch);
      if (wasOpen) conclude(samples, read, performance.now() - began);
      else say("socket.failed");
      resolve();
    });
  });
}

function conclude(samples, read, total) {
  draw([...samples, { at: total, buffered: 0, read }]);
  const most = Math.max(...samples.map(({ buffered }) => buffered));
  if (read < TOTAL_BYTES) say("pressure.closed");
  else say("pressure.done", { read: megabytes(read), total: duration(total), most: megabytes(most) });
}

function draw(samples) {
  const span = Math.max(samples.at(-1).at, 1000);
  const x = (at) => Math.round((10_000 * at) / span) / 10;
  const y = (bytes) => Math.round(10_000 - (9500 * bytes) / TOTAL_BYTES) / 10;
  const along = (name) => samples.map((sample) => `L${x(sample.at)} ${y(sample[name])}`).join("");
  const plot = element("pressure-plot");
  plot.setAttribute("viewBox", "0 0 1000 1000");
  plot.replaceChildren(
    svg("path", { class: "buffered", d: `M0 1000${along("buffered")}L${x(samples.at(-1).at)} 1000Z` }),
    svg("path", { class: "line", d: `M0 1000${along("read")}` }),
  );
  element("pressure-span").textContent = duration(span);
}

function say(key, values) {
  element("pressure-status").textContent = text(key, values);
}
