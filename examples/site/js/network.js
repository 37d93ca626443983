import { element } from "./dom.js";
import { eventsOf } from "./event-reader.js";
import { counted, duration } from "./format.js";
import { slider } from "./slider.js";
import { drawWaterfalls } from "./waterfall.js";

/** Kilobits per second, from one step of the slider to the next; 0 for no limit. */
const BANDWIDTHS = [400, 1_600, 5_000, 10_000, 50_000, 0];

/** Milliseconds without a word from the window after which something may be in its way. */
const SILENCE = 8_000;

const WORDS = { none: "with nothing said", link: "with Link", hints: "with a 103", push: "with pushes" };

/** Lets the form load the page over a slow network, by each means, and draws how it went. */
export function startNetwork() {
  const rtt = slider("network-rtt", duration);
  const kbps = slider("network-kbps", (step) => bandwidth(BANDWIDTHS[step]));
  const think = slider("network-think", duration);
  element("network-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const network = { rtt: rtt(), kbps: BANDWIDTHS[kbps()], think: think() };
    // Only what follows a click directly may open a window: it waits for its address.
    const view = open("", "", "popup,width=560,height=720");
    if (!view) {
      say("The browser did not open the window. Allow this page to open one, and try again.");
      return;
    }
    buttons(true);
    element("network-stop").focus({ preventScroll: true });
    await run(network, view);
    buttons(false);
    element("network-run").focus({ preventScroll: true });
  });
}

/** @param {Window} view where the page is loaded */
async function run(network, view) {
  const stop = new AbortController();
  const stopped = () => stop.abort("You stopped it.");
  const closed = setInterval(() => view.closed && stop.abort("The window was closed."), 250);
  element("network-stop").addEventListener("click", stopped, { once: true });
  try {
    say("A server with a slow network begins …");
    const loads = await measure(network, view, stop.signal);
    say(inWords(loads));
  } catch (error) {
    say(stop.signal.aborted ? stop.signal.reason : `It could not be measured: ${error.message}.`);
  } finally {
    clearInterval(closed);
    element("network-stop").removeEventListener("click", stopped);
    view.close();
  }
}

/** Sends the window to each address that the server gives, and shows each load that it tells of. */
async function measure(network, view, signal) {
  const loads = [];
  let silence;
  const response = await fetch(`/demo/network?${new URLSearchParams(network)}`, { method: "POST", signal });
  if (!response.ok) throw new Error(await refusal(response));
  try {
    for await (const { event, data } of eventsOf(response)) {
      clearTimeout(silence);
      if (event === "silence") throw new Error("the window did not say that the page was there");
      if (event === "open") {
        say(`Loading the page ${WORDS[data.means]} …`);
        if (data.url) view.location.replace(data.url);
        silence = setTimeout(hintAtCertificate, SILENCE);
      }
      if (event === "loaded") {
        loads.push(data);
        show(loads, network.rtt);
      }
    }
  } finally {
    clearTimeout(silence);
  }
  return loads;
}

async function refusal(response) {
  const { detail } = await response.json().catch(() => ({}));
  return detail ?? `POST /demo/network was answered with ${response.status}; this page needs h2push --demo`;
}

function hintAtCertificate() {
  say(
    "The window has not said anything yet. Does it warn of the certificate? Each load has a port of its own, " +
      "and some browsers ask for each: accept it there. After h2push cert trust, none asks again.",
  );
}

function show(loads, rtt) {
  drawWaterfalls(loads, rtt);
  element("network-legend").hidden = false;
  const twice = loads.find(({ means }) => means === "hints")?.rows.filter(({ vain }) => vain) ?? [];
  element("network-twice").hidden = twice.length === 0;
  element("network-twice-count").textContent = counted(twice.length, "file");
}

/** @param {{ means: string, total: number }[]} loads */
function inWords(loads) {
  const [first, ...others] = loads.map(({ means, total }) => `${duration(total)} ${WORDS[means]}`);
  return others.length === 0 ? "Nothing was measured." : `${first}, ${others.join(", ")}.`;
}

function bandwidth(kbps) {
  if (kbps === 0) return "no limit";
  return kbps < 1000 ? `${kbps} kbit/s` : `${kbps / 1000} Mbit/s`;
}

function buttons(running) {
  element("network-run").disabled = running;
  element("network-stop").disabled = !running;
}

function say(text) {
  element("network-status").textContent = text;
}
