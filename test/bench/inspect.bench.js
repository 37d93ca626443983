// What --inspect costs while nobody looks: requests per second that the processor time of the server allows, with it
// and without, for a page and for a file. Runs alternate; what counts is the median of the ratios of what was measured
// side by side. Processor time is that of the process (Linux); needs h2load (Debian: nghttp2-client).
import { readFile } from "node:fs/promises";
import { median, report } from "./bar.js";
import { writeSite } from "./delivery-site.js";
import { h2load, hasH2load } from "./h2load.js";
import { programHome } from "./program.js";

const ROUNDS = Number(process.env.ROUNDS ?? 7);
const REQUESTS = Number(process.env.REQUESTS ?? 40_000);
/** A tick of /proc (seconds). */
const TICK = 0.01;

const files = {
  "page.html": `<link rel="stylesheet" href="/a.css"><p>page</p>`,
  "a.css": `@import "b.css"; p { color: red }`,
  "b.css": "p { margin: 0 }",
};

const ASKED = { "a page": "/page.html", "a file": "/a.css" };

export async function bench() {
  if (!hasH2load) return report({ name: "throughput with --inspect / without", skipped: "h2load is not installed" });
  const home = await programHome();
  const { root, remove } = await writeSite(files);
  const ratios = Object.fromEntries(Object.keys(ASKED).map((name) => [name, []]));
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const order = round % 2 === 0 ? [["--inspect"], []] : [[], ["--inspect"]];
      const rates = new Map();
      for (const args of order) rates.set(args.length, await measure(home, root, args));
      for (const name of Object.keys(ASKED)) ratios[name].push(rates.get(1)[name] / rates.get(0)[name]);
    }
  } finally {
    await Promise.all([home.remove(), remove()]);
  }
  for (const [name, all] of Object.entries(ratios)) {
    report({ name: `${name}, with --inspect and nobody looking / without`, value: median(all), atLeast: 0.97 });
  }
}

/** Requests per second of processor time, of one start of the program. */
async function measure(home, root, args) {
  const server = await home.start(root, ["-q", ...args]);
  try {
    const rates = {};
    for (const [name, target] of Object.entries(ASKED)) {
      const url = new URL(target, server.url).href;
      // The first run is for what is compiled while it runs.
      await h2load(url, REQUESTS / 2);
      const before = await processorSeconds(server.pid);
      await h2load(url, REQUESTS);
      rates[name] = REQUESTS / ((await processorSeconds(server.pid)) - before);
    }
    return rates;
  } finally {
    await server.close();
  }
}

/** Of the user and of the system (proc(5): fields 14 and 15). */
async function processorSeconds(pid) {
  const status = await readFile(`/proc/${pid}/stat`, "utf8");
  const fields = status.slice(status.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK;
}
