// Loads of one page by several ways of serving, in turn, and what their times tell.
import { median } from "./bar.js";
import { interval, isSlower } from "./paired.js";
import { announced } from "./program.js";

/** In none of these may a page be slower. */
export const METRICS = ["fcp", "lcp", "load"];

/** Measures a page by each side, and prints it. */
export async function measure(job, browser, home) {
  const [rtt, kbps] = job.network;
  const { sides, runs, all } = job.options;
  const network = ["--rtt", String(rtt), "--kbps", String(kbps)];
  const servers = [];
  try {
    for (const side of sides) {
      const [root, more] = [await rootOf(side, job.site), (await side.peer?.argsFor(job.site.root)) ?? []];
      servers.push(await home.start(root, [...side.args, ...more, ...network]));
    }
    const urls = servers.map(({ url }) => new URL(job.path, url).href);
    const told = new Set(await Promise.all(urls.map((url) => announced(url))));
    if (!all && told.size === 1) return say(job, { job, alike: true });
    // The first loads fill what the servers keep, and do not count.
    await Promise.all(urls.map((url) => browser.load(url)));
    const rounds = [];
    for (let round = 0; round < runs; round++) rounds.push(await loadInTurn(browser, urls, round));
    return say(job, judge(job, rounds));
  } catch (error) {
    return say(job, { job, failure: String(error.message).split("\n")[0] });
  } finally {
    await Promise.all(servers.map((server) => server.close()));
  }
}

const rootOf = ({ copies }, { root }) => copies?.of(root) ?? root;

/** One load by each side; each is the first one as often as the others. */
async function loadInTurn(browser, urls, round) {
  const loads = [];
  for (const at of urls.keys()) {
    const turn = (at + round) % urls.length;
    loads[turn] = await browser.load(urls[turn]);
  }
  return loads;
}

/** The pairs of each metric, side by side with the first, and what is slower. */
function judge(job, rounds) {
  const pairs = job.options.sides.slice(1).flatMap(({ name }, at) =>
    [...METRICS, ...(job.options.more ?? [])].flatMap((metric) => {
      const both = rounds.map((loads) => [loads[0][metric], loads[at + 1][metric]]);
      // A page without contents has no paint.
      return both.flat().every((time) => time > 0) ? [{ name, metric, both }] : [];
    }),
  );
  const slower = pairs
    .filter(({ metric, both }) => METRICS.includes(metric) && isSlower(both))
    .map(({ name, metric }) => `${name} ${metric}`);
  return { job, pairs, slower };
}

export const title = ({ site, path, network: [rtt, kbps] }) =>
  `${`${site.name} ${path}`.padEnd(44)} ${rtt} ms ${kbps === 0 ? "any" : kbps / 1000} Mbit/s`;

function say(job, result) {
  const { alike, failure, pairs = [], slower = [] } = result;
  console.log(`  ${title(job)}${alike ? "  told the same" : ""}${failure === undefined ? "" : `  FAILED ${failure}`}`);
  for (const { name, metric, both } of pairs) {
    const [first, second] = [0, 1].map((side) => median(both.map((pair) => pair[side])));
    const [least, most] = interval(both.map(([a, b]) => b - a)).map((ms) => ms.toFixed(0).padStart(6));
    const ratio = (second / first).toFixed(3);
    const times = `${first.toFixed(0).padStart(6)} → ${second.toFixed(0).padStart(6)}`;
    const verdict = slower.includes(`${name} ${metric}`) ? "  SLOWER" : "";
    console.log(`    ${metric.padEnd(5)} ${times}  ${ratio}  [${least}, ${most}] ms  ${name}${verdict}`);
  }
  return result;
}
