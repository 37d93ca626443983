// What Link buys in Firefox, over a network that is played at the listener: loads of the same page by none and by
// Link, in turn; medians count.
import { createServer } from "../../dist/index.js";
import { median, report } from "./bar.js";
import { deepSite, writeSite } from "./delivery-site.js";
import { Firefox } from "./firefox.js";

const ROUNDS = Number(process.env["ROUNDS"] ?? 15);

const LOAD = `(async () => {
  await document.fonts.ready;
  const [navigation] = performance.getEntriesByType("navigation");
  const files = performance.getEntriesByType("resource").map(({ name }) => name);
  const load = navigation.loadEventStart - navigation.requestStart;
  return JSON.stringify({ load, twice: files.length - new Set(files).size });
})()`;

export async function bench() {
  const firefox = await Firefox.launch();
  if (firefox === undefined) return report({ name: "Firefox", skipped: "no Firefox in PATH" });
  const { root, remove } = await writeSite(deepSite());
  const means = ["none", "link", "auto"];
  const servers = means.map((delivery) => createServer({ root, port: 0, delivery, rtt: 100 }));
  const loads = means.map(() => []);
  try {
    const urls = await Promise.all(servers.map(async (server) => (await server.listen()).url));
    for (let round = 0; round < ROUNDS; round++) {
      for (const at of urls.keys()) {
        const turn = (at + round) % urls.length;
        loads[turn].push(await firefox.load(urls[turn], LOAD));
      }
    }
  } finally {
    await firefox.close();
    await Promise.all(servers.map((server) => server.close(0)));
    await remove();
  }
  const [none, link, auto] = loads.map((times) => median(times.map(({ load }) => load)));
  report({ name: "100 ms: load by none (ms)", value: none });
  report({ name: "100 ms: link / none", value: link / none, atMost: 0.75 });
  report({ name: "100 ms: auto / none", value: auto / none, atMost: 0.75 });
  report({ name: "fetched twice", value: Math.max(...loads.flat().map(({ twice }) => twice)), atMost: 0 });
}
