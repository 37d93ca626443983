// Whether `h2push report` says the same twice: it is run on the home page of each site, then on all of them once more. No
// page may be told in one run to use what harms it in the other. The requests that it counts are held against Chromium's
// own log of its network (--log-net-log), of a load without any help.
//
//   H2PUSH_SITES=DIR:DIR npm run bench -- verdicts [options]
//     --runs 5                    loads of each page with each delivery mode
//     --network 170/9000          round-trip time (ms) and bandwidth (kbit/s)
//     --only NAME                 sites with this in their name
//     --save DIR                  keeps what each run said of each site, as JSON
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { report } from "./bar.js";
import { openChromium } from "./chromium-times.js";
import { givenSites } from "./given-sites.js";
import { programHome } from "./program.js";

const bin = fileURLToPath(new URL("../../bin/h2push.js", import.meta.url));

/** The part of what is said that is the same in both runs. */
const EQUAL = 0.95;

export async function bench(args = []) {
  const options = readOptions(args);
  const sites = (await givenSites()).filter(({ name }) => name.includes(options.only));
  if (sites.length === 0) return report({ name: "verdicts", skipped: "H2PUSH_SITES=DIR… names no site" });
  const runs = [];
  for (const number of [1, 2]) {
    console.log(`  run ${number}`);
    const results = [];
    for (const site of sites) {
      const page = await verdictOf(site, options);
      results.push(page);
      if (options.save !== undefined) await save(options.save, `${site.name}.${number}.json`, page);
    }
    runs.push(results);
  }
  compare(sites, runs);
  await compareRequests(sites, runs[0]);
}

function readOptions(args) {
  const { values } = parseArgs({
    args,
    options: {
      runs: { type: "string", default: "5" },
      network: { type: "string", default: "170/9000" },
      only: { type: "string", default: "" },
      save: { type: "string" },
    },
  });
  const [rtt, kbps] = values.network.split("/");
  const { only, save } = values;
  return { only, save, flags: ["--runs", values.runs, "--rtt", rtt, "--kbps", kbps] };
}

async function save(directory, name, page) {
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, name), JSON.stringify(page));
}

/** What the real command says of a site's home page. */
async function verdictOf({ name, root }, { flags }) {
  const child = spawn(process.execPath, [bin, "report", root, "--page", "/", "--format", "json", ...flags], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [{ pages }] = await Promise.all([json(child.stdout), once(child, "exit")]);
  const [page] = pages;
  console.log(`    ${name.padEnd(14)}${page.verdict.text}`);
  return page;
}

/** What a verdict says of each mode: it is advised, it harms, or neither. */
const saidOf = ({ ways, verdict: { use, harmful } }) =>
  new Map(
    ways.slice(1).map(({ name }) => [name, harmful.includes(name) ? "harms" : use === name ? "advised" : "neither"]),
  );

/** Both runs, page by page. */
function compare(sites, [first, second]) {
  let [turned, sameUse, same, all] = [0, 0, 0, 0];
  for (const [at, { name }] of sites.entries()) {
    const [one, other] = [first[at], second[at]];
    if (isOpposite(one.verdict, other.verdict) || isOpposite(other.verdict, one.verdict)) turned += 1;
    if (one.verdict.use === other.verdict.use) sameUse += 1;
    const then = saidOf(other);
    for (const [way, said] of saidOf(one)) {
      all += 1;
      if (then.get(way) === said) same += 1;
      else console.log(`  ${name}: ${way} is ${said} in the first run, ${then.get(way)} in the second`);
    }
  }
  report({ name: "verdicts that turned to their opposite", value: turned, atMost: 0 });
  report({ name: "pages with the same advice twice", value: sameUse / sites.length, atLeast: EQUAL });
  report({ name: `what is said of ${all} modes, the same twice`, value: same / all, atLeast: EQUAL });
}

const isOpposite = (one, other) => one.use !== undefined && other.harmful.includes(one.use);

/** The requests of a load without help: in the report, and in Chromium's log. */
async function compareRequests(sites, pages) {
  const home = await programHome();
  try {
    for (const [at, { name, root }] of sites.entries()) {
      const [{ requests, sample }] = pages[at].ways;
      const asked = await requestsIn(root, home);
      // The browser looks for this one by itself, whatever the page says.
      const isPages = (path) => path !== "/favicon.ico" || sample.requests.some(({ target }) => target === path);
      const counted = asked.filter(isPages).length;
      const value = requests - counted;
      report({
        name: `${name}: requests in the report beyond the ${counted} in Chromium's log`,
        value,
        atLeast: 0,
        atMost: 0,
      });
    }
  } finally {
    await home.remove();
  }
}

/** Paths that Chromium asked for in one load of the home page, by its own log. */
async function requestsIn(root, home) {
  const log = join(home.directory, "net-log.json");
  const server = await home.start(root, ["--delivery", "none"]);
  const browser = await openChromium(home.trust, [`--log-net-log=${log}`]);
  try {
    await browser.load(server.url);
  } finally {
    await browser.close();
    await server.close();
  }
  const { constants, events } = JSON.parse(await readFile(log, "utf8"));
  const sent = constants.logEventTypes.HTTP2_SESSION_SEND_HEADERS;
  const authority = `:authority: ${new URL(server.url).host}`;
  const ours = events.filter(({ type, params }) => type === sent && params?.headers?.includes(authority));
  return ours.flatMap(({ params }) => params.headers.flatMap((field) => /^:path: (.*)/s.exec(field)?.[1] ?? []));
}
