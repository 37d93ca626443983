// What Link buys in Chromium, over networks that are played at the listener: loads of the same page with each means,
// in turn, so that a busy machine slows all of them alike; medians count.
import { chromium } from "playwright-core";
import { createServer } from "../../dist/index.js";
import { median, report } from "./bar.js";
import { deepSite, heavySite, writeSite } from "./delivery-site.js";

const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const ROUNDS = Number(process.env["ROUNDS"] ?? 15);

/** Loads the page once, in a browser that has been nowhere; its times are counted from the request that it sent. */
async function load(browser, port) {
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  try {
    const page = await context.newPage();
    await page.goto(`https://localhost:${port}/`, { waitUntil: "load" });
    await page.evaluate(() => document.fonts.ready.then(() => undefined));
    return await page.evaluate(() => {
      const [navigation] = performance.getEntriesByType("navigation");
      const resources = performance.getEntriesByType("resource");
      const blocking = resources.filter(({ renderBlockingStatus }) => renderBlockingStatus === "blocking");
      const since = (time) => time - navigation.requestStart;
      return {
        load: since(navigation.loadEventStart),
        all: since(Math.max(navigation.responseEnd, ...resources.map(({ responseEnd }) => responseEnd))),
        html: since(navigation.responseEnd),
        blocking: since(Math.max(0, ...blocking.map(({ responseEnd }) => responseEnd))),
        files: resources.length,
      };
    });
  } finally {
    await context.close();
  }
}

/** Medians of the loads by each means. */
async function compare(files, network, means) {
  const { root, remove } = await writeSite(files);
  const servers = means.map((delivery) => createServer({ root, port: 0, delivery, ...network }));
  const ports = await Promise.all(servers.map(async (server) => (await server.listen()).port));
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
  const loads = means.map(() => []);
  try {
    for (let round = 0; round < ROUNDS; round++) {
      // Each means is the first one as often as the others.
      for (const at of ports.keys()) {
        const turn = (at + round) % ports.length;
        loads[turn].push(await load(browser, ports[turn]));
      }
    }
  } finally {
    await browser.close();
    await Promise.all(servers.map((server) => server.close(0)));
    await remove();
  }
  return Object.fromEntries(
    means.map((name, at) => [
      name,
      Object.fromEntries(Object.keys(loads[at][0]).map((key) => [key, median(loads[at].map((times) => times[key]))])),
    ]),
  );
}

async function overLongWay() {
  const far = await compare(deepSite(), { rtt: 100 }, ["none", "link", "auto"]);
  report({ name: "100 ms: load by none (ms)", value: far.none.load });
  report({ name: "100 ms: load by link (ms)", value: far.link.load });
  report({ name: "100 ms: link / none", value: far.link.load / far.none.load, atMost: 0.62 });
  report({ name: "100 ms: auto / link", value: far.auto.load / far.link.load, atLeast: 0.9, atMost: 1.1 });
}

async function overNarrowLine() {
  // Without coding, so that the sizes of the files are what goes over the line.
  const narrow = await compare(heavySite(), { rtt: 50, kbps: 1600, compress: false }, ["none", "auto"]);
  report({ name: "1600 kbit/s: load by none (ms)", value: narrow.none.load });
  report({ name: "1600 kbit/s: load, auto / none", value: narrow.auto.load / narrow.none.load });
  report({ name: "1600 kbit/s: end of HTML, auto / none", value: narrow.auto.html / narrow.none.html, atMost: 1.1 });
  const blocking = narrow.auto.blocking / narrow.none.blocking;
  report({ name: "1600 kbit/s: last render-blocking byte, auto / none", value: blocking, atMost: 1.1 });
}

export async function bench() {
  await overLongWay();
  await overNarrowLine();
}
