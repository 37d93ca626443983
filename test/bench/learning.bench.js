// What was learned of built sites, in Chromium: paints, load, and when all that was fetched is there, by `--delivery
// none`, by `auto` with what reading finds alone, and by `auto` with what earlier loads have shown, kept in a learn file.
// Loads are cold and alternate. A page is slower by the measure of the bench `paint`, and again in a second run.
//
//   H2PUSH_SITES=DIR:DIR npm run bench -- learning [options]
//     --runs 10                   loads of each page by each side
//     --pages 1                   pages of each site, one of each template
//     --paths /a,/b               these pages instead; a site of one page is served with --single
//     --network 100/0             round-trip time (ms) and bandwidth (kbit/s; 0 for no limit)
//     --only NAME                 sites with this in their name
import { join } from "node:path";
import { parseArgs } from "node:util";
import { scan } from "../../dist/index.js";
import { median, report } from "./bar.js";
import { openChromium } from "./chromium-times.js";
import { givenSites } from "./given-sites.js";
import { writeLearningSite } from "./learning-site.js";
import { measure } from "./measure-page.js";
import { programHome } from "./program.js";
import { templates } from "./templates.js";

/** The part of the load without help that is left, as a median over the sites. */
const LOAD = 0.7;

/** A target with a query is learned when a second load has asked for it. */
const LEARNING_LOADS = 2;

export async function bench(args = []) {
  const options = readOptions(args);
  const home = await programHome();
  const { sites, remove } = await sitesToLoad();
  const browser = await openChromium(home.trust);
  try {
    const results = [];
    for (const site of sites.filter(({ name }) => name.includes(options.only))) {
      for (const page of await pagesOf(site, options)) results.push(await measurePage(page, browser, home, options));
    }
    conclude(results);
  } finally {
    await browser.close();
    await Promise.all([home.remove(), remove()]);
  }
}

function readOptions(args) {
  const { values } = parseArgs({
    args,
    options: {
      runs: { type: "string", default: "10" },
      pages: { type: "string", default: "1" },
      paths: { type: "string" },
      network: { type: "string", default: "100/0" },
      only: { type: "string", default: "" },
    },
  });
  return {
    only: values.only,
    runs: Number(values.runs),
    pages: Number(values.pages),
    paths: values.paths?.split(","),
    network: values.network.split("/").map(Number),
  };
}

async function sitesToLoad() {
  const sites = await givenSites();
  if (sites.length > 0) return { sites, remove: async () => undefined };
  console.log("  skipped  sites of others: H2PUSH_SITES=DIR… names none; a small site is made instead");
  return writeLearningSite();
}

async function pagesOf(site, { pages, paths }) {
  const { manifest } = await scan(site.root);
  const found = Object.keys(manifest.pages);
  const args = found.filter((path) => !path.startsWith("/404")).length === 1 ? ["--single"] : [];
  return (paths ?? templates(manifest.pages).slice(0, pages)).map((path) => ({ site, path, args }));
}

/** Measures a page, and what seems slower once more. */
async function measurePage({ site, path, args }, browser, home, { network, runs }) {
  const learned = join(home.directory, `${site.name}${path.replaceAll("/", "-")}.json`);
  await learn(browser, home, site.root, path, [...args, "--learn-file", learned]);
  const side = (name, more) => ({ name, args: [...args, ...more] });
  const sides = [
    side("none", ["--delivery", "none", "--no-learn"]),
    side("static", ["--no-learn"]),
    side("learned", ["--learn-file", learned]),
  ];
  const job = { site, path, network, options: { sides, runs, all: true, more: ["last"] } };
  const first = await measure(job, browser, home);
  if (!first.slower?.some(isOurs)) return first;
  console.log("  once more:");
  const second = await measure(job, browser, home);
  return { ...first, slower: first.slower.filter((one) => second.slower?.includes(one) !== false) };
}

const isOurs = (slower) => slower.startsWith("learned");

async function learn(browser, home, root, path, args) {
  const server = await home.start(root, args);
  try {
    for (let load = 0; load < LEARNING_LOADS; load++) await browser.load(new URL(path, server.url).href);
  } finally {
    await server.close("SIGTERM");
  }
}

function conclude(results) {
  console.log("");
  for (const side of ["static", "learned"]) {
    for (const metric of ["fcp", "lcp", "load", "last"]) {
      const ratios = results.flatMap(({ pairs = [] }) => ratioOf(pairs, side, metric) ?? []);
      if (ratios.length === 0) continue;
      const bar = side === "learned" && metric === "load" ? { atMost: LOAD } : {};
      report({ name: `${metric}: ${side} / none, median of ${ratios.length}`, value: median(ratios), ...bar });
    }
  }
  const slower = results.filter(({ slower }) => slower?.some(isOurs));
  const failed = results.filter(({ failure }) => failure !== undefined);
  report({ name: "pages that could not be measured", value: failed.length, atMost: 0 });
  report({ name: "pages that are slower with what was learned", value: slower.length, atMost: 0 });
}

function ratioOf(pairs, side, metric) {
  const both = pairs.find((pair) => pair.name === side && pair.metric === metric)?.both;
  return both && median(both.map(([, second]) => second)) / median(both.map(([first]) => first));
}
