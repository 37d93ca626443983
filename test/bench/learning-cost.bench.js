// What learning costs: memory after many navigations, pages per second, and the time to the first byte of the first
// page, each by the program as it is beside the same with --no-learn. Runs alternate; what counts is the median of what
// was measured side by side. Pages per second are those that the processor time of the server allows, as what else runs
// bears on all others; the page that has learned entries sends a `Link` field more. Memory and processor time are those
// of the process (Linux); needs h2load (Debian: nghttp2-client).
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { connect } from "node:http2";
import { median, report } from "./bar.js";
import { writeSite } from "./delivery-site.js";
import { h2load } from "./h2load.js";
import { randomFrom } from "./paired.js";
import { programHome } from "./program.js";

const ROUNDS = Number(process.env.ROUNDS ?? 5);
const PAGES = 200;
const CHUNKS = 12;
const NAVIGATIONS = 1000;
const CLIENTS = 50;
const REQUESTS = 20_000;
/** A tick of /proc (seconds). */
const TICK = 0.01;

const NAVIGATION = { "sec-fetch-mode": "navigate", "sec-fetch-dest": "document", "user-agent": "bench" };
const MODULE = { "sec-fetch-mode": "cors", "sec-fetch-dest": "script", "user-agent": "bench", accept: "*/*" };

const numbers = (count) => Array.from({ length: count }, (_, number) => number);
const chunksOf = (page) => numbers(CHUNKS).map((chunk) => `/chunk-${(page * 7 + chunk) % 300}.js`);

const files = {
  "app.js": "1",
  ...Object.fromEntries(numbers(300).map((chunk) => [`chunk-${chunk}.js`, "export {}"])),
  ...Object.fromEntries(
    numbers(PAGES).map((page) => [`${page}.html`, `<script type="module" src="/app.js"></script><p>${page}`]),
  ),
};

export async function bench() {
  const home = await programHome();
  const { root, remove } = await writeSite(files);
  const sides = { learning: ["-q"], without: ["-q", "--no-learn"] };
  const measured = { memory: [], rate: [], firstByte: [] };
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const order = round % 2 === 0 ? ["learning", "without"] : ["without", "learning"];
      const figures = {};
      for (const side of order) figures[side] = await measure(home, root, sides[side]);
      for (const [name, all] of Object.entries(measured)) all.push([figures.learning[name], figures.without[name]]);
    }
  } finally {
    await Promise.all([home.remove(), remove()]);
  }
  conclude(measured);
}

function conclude({ memory, rate, firstByte }) {
  const side = (pairs, at) => median(pairs.map((pair) => pair[at]));
  const ratio = (pairs) => median(pairs.map(([learning, without]) => learning / without));
  const more = median(memory.map(([learning, without]) => learning - without));
  console.log(
    `  ${NAVIGATIONS} navigations: ${side(memory, 0).toFixed(1)} MB, without ${side(memory, 1).toFixed(1)} MB`,
  );
  report({ name: "memory beyond that without learning (MB)", value: more, atMost: 20 });
  console.log(`  first byte: ${side(firstByte, 0).toFixed(1)} ms, without ${side(firstByte, 1).toFixed(1)} ms`);
  report({ name: "first byte of the first page: learning / without", value: ratio(firstByte) });
  if (rate.flat().includes(undefined)) return report({ name: "pages per second", skipped: "h2load is not installed" });
  console.log(`  pages per second: ${Math.round(side(rate, 0))}, without ${Math.round(side(rate, 1))}`);
  report({ name: "pages per second: learning / without", value: ratio(rate), atLeast: 0.95 });
}

/** One start of the program. */
async function measure(home, root, args) {
  const server = await home.start(root, args);
  try {
    const firstByte = await timeToFirstByte(server.url);
    const random = randomFrom(5);
    const pages = numbers(NAVIGATIONS).map(() => Math.floor(random() * PAGES));
    await Promise.all(numbers(CLIENTS).map(() => browse(server.url, pages)));
    const memory = await residentMegabytes(server.pid);
    const fields = Object.entries(NAVIGATION).map(([name, value]) => `${name}: ${value}`);
    const rate = async () => {
      const before = await processorSeconds(server.pid);
      const rate = await h2load(new URL("/0.html", server.url).href, REQUESTS, fields);
      return rate && REQUESTS / ((await processorSeconds(server.pid)) - before);
    };
    // The first run is for what is compiled while it runs.
    await rate();
    return { firstByte, memory, rate: await rate() };
  } finally {
    await server.close();
  }
}

/** Loads the next page of the list until it is empty. */
async function browse(url, pages) {
  const session = connect(url, { rejectUnauthorized: false, settings: { enablePush: false } });
  const origin = new URL(url).origin;
  for (let page = pages.shift(); page !== undefined; page = pages.shift()) {
    await get(session, { ":path": `/${page}.html`, ...NAVIGATION });
    const targets = ["/app.js", ...chunksOf(page)];
    const referer = `${origin}/${page}.html`;
    await Promise.all(targets.map((target) => get(session, { ":path": target, referer, ...MODULE })));
  }
  session.close();
  await once(session, "close");
}

async function get(session, fields) {
  const stream = session.request(fields);
  stream.resume();
  await once(stream, "close");
}

/** Milliseconds from the request for a page to the fields of its response, of a server that has answered nothing yet. */
async function timeToFirstByte(url) {
  const session = connect(url, { rejectUnauthorized: false, settings: { enablePush: false } });
  await once(session, "remoteSettings");
  const began = performance.now();
  const stream = session.request({ ":path": "/1.html", ...NAVIGATION });
  await once(stream, "response");
  const took = performance.now() - began;
  stream.resume();
  await once(stream, "close");
  session.destroy();
  return took;
}

async function residentMegabytes(pid) {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
}

/** Of the user and of the system (proc(5): fields 14 and 15). */
async function processorSeconds(pid) {
  const status = await readFile(`/proc/${pid}/stat`, "utf8");
  const fields = status.slice(status.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK;
}
