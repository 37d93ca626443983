// First and largest paint and the load event of real pages, by one way of serving beside another: by `--delivery none`
// and by `auto`, cold, over networks that are played at the listener. Loads alternate; what counts is the difference
// of each pair. Fails when a page is slower: when the 95 % bootstrap interval of its paired difference lies above 3 %
// of the first side's figure, and again in a second run.
//
//   H2PUSH_SITES=DIR:DIR npm run bench -- paint [options]
//     --means none,auto           --delivery of each side; the first is what the others are compared with;
//                                 "injected" is a copy of the site with announcements in its pages, and none beside
//                                 them; "nginx" is one with the exported configuration, "nginx-plain" one without
//     --a "…" --b "…"             the same with any options of the program
//     --pages 20 --runs 5         pages in all, one of each template; loads of each page by each side
//     --networks 60/10000,100/1600   round-trip time (ms) and bandwidth (kbit/s; 0 for no limit)
//     --only NAME                 sites with this in their name
//     --minutes 25                no further page is begun later
//     --lanes 2                   pages that are loaded at the same time in the first run
//     --firefox                   in Firefox, not in Chromium
//     --all                       every page, no limit of time, the unlimited line too
import { parseArgs } from "node:util";
import { scan } from "../../dist/index.js";
import { median, report } from "./bar.js";
import { openChromium, TIMES } from "./chromium-times.js";
import { Firefox } from "./firefox.js";
import { givenSites } from "./given-sites.js";
import { ExportedNginx } from "./exported-nginx.js";
import { InjectedCopies } from "./injected.js";
import { writePaintSites } from "./paint-sites.js";
import { measure, METRICS, title } from "./measure-page.js";
import { programHome } from "./program.js";
import { inRounds, templates } from "./templates.js";

export async function bench(args = []) {
  const options = readOptions(args);
  const home = await programHome();
  const { sites, remove } = await sitesToLoad();
  const browser = await (options.firefox ? openFirefox() : openChromium(home.trust));
  try {
    if (browser === undefined) return report({ name: "paint", skipped: "no Firefox in PATH" });
    const chosen = sites.filter(({ name }) => options.only === undefined || name.includes(options.only));
    const jobs = (await choosePages(chosen, options)).flatMap((page) =>
      options.networks.map((network) => Object.assign({}, page, { network, options })),
    );
    await run(jobs, browser, home, options);
  } finally {
    await browser?.close();
    await Promise.all([home.remove(), remove(), copies.remove()]);
    await Promise.all(Object.values(peers).map((peer) => peer.remove()));
  }
}

function readOptions(args) {
  const text = { type: "string" };
  const flag = { type: "boolean", default: false };
  const { values } = parseArgs({
    args,
    options: {
      means: { type: "string", default: "none,auto" },
      a: text,
      b: text,
      pages: { type: "string", default: "20" },
      runs: { type: "string", default: "5" },
      networks: text,
      only: text,
      minutes: { type: "string", default: "25" },
      lanes: { type: "string", default: "2" },
      firefox: flag,
      all: flag,
    },
  });
  const { all, firefox, only } = values;
  const networks = values.networks ?? `60/10000,100/1600${all ? ",0/0" : ""}`;
  const means = values.means.split(",").map(sideOf);
  const given = [values.a, values.b].filter((side) => side !== undefined);
  return {
    sides: given.length < 2 ? means : given.map((side) => ({ name: side, args: side.split(" ").filter(Boolean) })),
    networks: networks.split(",").map((network) => network.split("/").map(Number)),
    pages: all ? Infinity : Number(values.pages),
    runs: Number(values.runs),
    minutes: all ? Infinity : Number(values.minutes),
    lanes: firefox ? 1 : Number(values.lanes),
    only,
    firefox,
    all,
  };
}

const copies = new InjectedCopies();
const peers = { nginx: new ExportedNginx({ isPlain: false }), "nginx-plain": new ExportedNginx({ isPlain: true }) };

function sideOf(name) {
  if (name === "injected") return { name, args: ["--delivery", "none"], copies };
  // What an upstream announces is passed on, and nothing beside it.
  if (name in peers) return { name, args: ["--delivery", "link", "--announce", "all"], peer: peers[name] };
  return { name, args: ["--delivery", name] };
}

async function sitesToLoad() {
  const sites = await givenSites();
  if (sites.length > 0) return { sites, remove: async () => undefined };
  console.log("  skipped  sites of others: H2PUSH_SITES=DIR… names none; four small sites are made instead");
  return writePaintSites();
}

/** Pages of all sites in turn, so that the most frequent templates of each are among them. */
async function choosePages(sites, { all, pages }) {
  const lists = await Promise.all(
    sites.map(async (site) => {
      const { manifest } = await scan(site.root);
      const paths = all ? Object.keys(manifest.pages) : templates(manifest.pages);
      return paths.map((path) => ({ site, path }));
    }),
  );
  const chosen = inRounds(lists, pages);
  const found = lists.flat().length;
  console.log(`  ${chosen.length} pages of ${sites.length} sites`);
  if (found > chosen.length) console.log(`  skipped  ${found - chosen.length} templates: --pages ${pages}`);
  return chosen;
}

async function openFirefox() {
  const firefox = await Firefox.launch();
  return firefox && { load: (url) => firefox.load(url, TIMES), close: () => firefox.close() };
}

/** Measures every page, those that seem slower once more and alone, and says which are. */
async function run(jobs, browser, home, { lanes, minutes, sides }) {
  const end = performance.now() + minutes * 60_000;
  // Some of the time is for the second run.
  const results = await inLanes(jobs, lanes, end - minutes * 12_000, (job) => measure(job, browser, home));
  const suspicious = results.filter(({ slower }) => slower?.length > 0);
  if (suspicious.length > 0) console.log(`\n  once more, one at a time: ${suspicious.length}`);
  const again = await inLanes(
    suspicious.map(({ job }) => job),
    1,
    end,
    (job) => measure(job, browser, home),
  );
  console.log("");
  conclude(jobs, results, suspicious, again, sides);
}

function conclude(jobs, results, suspicious, again, sides) {
  const slower = suspicious.filter(({ job, slower }) => {
    const second = again.find((result) => result.job === job);
    // What there was no time to try again is not excused.
    return second?.slower === undefined || slower.some((one) => second.slower.includes(one));
  });
  const measured = results.filter(({ pairs }) => pairs !== undefined);
  for (const { name } of sides.slice(1)) summarize(measured, sides[0].name, name);
  const alike = results.filter((result) => result.alike).length;
  if (alike > 0) console.log(`  ${alike} of ${jobs.length} are told the same by all sides: not loaded`);
  const failed = results.filter(({ failure }) => failure !== undefined).length;
  const left = jobs.length - results.length;
  if (left > 0) console.log(`  skipped  ${left} of ${jobs.length}: no time left (--minutes)`);
  report({ name: "pages that could not be measured", value: failed, atMost: 0 });
  report({ name: "pages that are slower", value: slower.length, atMost: 0 });
  for (const { job } of slower) console.log(`    ${title(job)}`);
}

/** Works on so many at a time, and begins none after `end`. */
async function inLanes(jobs, lanes, end, work) {
  const waiting = [...jobs];
  const results = [];
  const lane = async () => {
    for (let job = waiting.shift(); job !== undefined && performance.now() < end; job = waiting.shift()) {
      results.push(await work(job));
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return results;
}

/** The geometric mean of the ratios of medians, over all pages. */
function summarize(results, first, name) {
  for (const metric of METRICS) {
    const logs = results
      .flatMap(({ pairs }) => pairs.filter((pair) => pair.name === name && pair.metric === metric))
      .map(({ both }) => Math.log(median(both.map(([, b]) => b)) / median(both.map(([a]) => a))));
    if (logs.length === 0) continue;
    const value = Math.exp(logs.reduce((sum, log) => sum + log, 0) / logs.length);
    report({ name: `${metric}: ${name} / ${first}, mean of ${logs.length}`, value });
  }
}
