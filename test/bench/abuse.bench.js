// What a server under attack costs a quiet client, and what is left of the attack ten seconds later: h2push beside a bare
// node:http2 server with the same limits. Each attack meets new servers, in two runs, or in three where those differ.
// `npm run bench -- abuse --only 'reset|PING' --seconds 5 --runs 1`. Linux alone tells the memory and descriptors of another process.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as after } from "node:timers/promises";
import { parseArgs } from "node:util";
import { createCertificate } from "../../dist/index.js";
import { bundleModules } from "../support/bundle.js";
import { attacks } from "./abuse/attacks.js";
import { pair, servers, startScript } from "./abuse/processes.js";
import { QuietClient } from "./abuse/quiet-client.js";

/** Until what a server does for the quiet client is compiled. */
const WARM_UP_MS = 1000;
const QUIET_MS = 800;
const SETTLE_MS = 10_000;
const RUNS = 3;
/** The quiet client's p99 may be so many times what it was, where a bare server's is. */
const AT_MOST_TIMES = 10;
/** Else so many times the bare server's. */
const AT_MOST_BARE = 1.5;
/** Memory that may be left (MB). */
const AT_MOST_LEFT = 50;

const optionsOf = (args) =>
  parseArgs({
    args,
    options: {
      only: { type: "string", default: "" },
      seconds: { type: "string", default: "3" },
      runs: { type: "string", default: String(RUNS) },
    },
  }).values;

async function writeSite(root) {
  const images = Array.from({ length: 20 }, (_, at) => `${at}.png`);
  const tags = images.map((name) => `<img src="/${name}">`).join("");
  const head = '<!doctype html><title>t</title><link rel="stylesheet" href="/small.css">';
  await mkdir(root);
  for (const name of images) await writeFile(join(root, name), Buffer.alloc(20_000, name));
  await writeFile(join(root, "small.css"), "body { color: green }");
  await writeFile(join(root, "index.html"), `${head}<p>${"text ".repeat(100)}`);
  await writeFile(join(root, "page.html"), head + tags);
  await writeFile(join(root, "big.bin"), Buffer.alloc(1_000_000, "x"));
}

/** One attack on one server. `left` resolves when the server has settled, or has had its time for it. */
async function attackOn(start, site, name, seconds) {
  const server = await start(site);
  const client = await QuietClient.connect(server.port);
  await client.measure(WARM_UP_MS);
  const quiet = await client.measure(QUIET_MS);
  const before = await server.measure();
  const attacker = await startScript("attacker.js", [site.modules, String(server.port), name, String(seconds)]);
  const watch = watchPeak(server);
  const over = attacker.next();
  const attacked = await client.measure(seconds * 1000);
  const [{ connections }] = await over;
  const peak = await watch.stop();
  const during = await server.measure();
  await attacker.close();
  const left = settle(server, before).finally(() => client.close());
  return { quiet, attacked, before, peak: { ...peak, memory: during.peak }, connections, during, left };
}

/** Looks at the descriptors of a server now and then. */
function watchPeak(server) {
  let descriptors = 0;
  const over = new AbortController();
  const watch = async () => {
    for (; !over.signal.aborted; await after(200))
      descriptors = Math.max(descriptors, (await server.measure()).descriptors);
  };
  const watching = watch();
  return {
    stop: async () => {
      over.abort();
      await watching;
      return { descriptors };
    },
  };
}

const isSettled = (now, before) => now.descriptors <= before.descriptors && now.memory <= before.memory + AT_MOST_LEFT;

async function settle(server, before) {
  let now = await server.measure();
  for (const end = performance.now() + SETTLE_MS; !isSettled(now, before) && performance.now() < end;) {
    await after(250);
    now = await server.measure();
  }
  const errors = await server.errors();
  await server.close();
  return { ...now, errors };
}

/** What of the bars a run misses. */
function missed({ quiet, attacked, before, left }, bare) {
  const holdsBare = bare.attacked.p99 < AT_MOST_TIMES * bare.quiet.p99;
  const most = holdsBare ? AT_MOST_TIMES * quiet.p99 : AT_MOST_BARE * bare.attacked.p99;
  return [
    attacked.p99 > most ? `p99 ${attacked.p99.toFixed(1)} ms, at most ${most.toFixed(1)}` : [],
    left.memory > before.memory + AT_MOST_LEFT ? `${Math.round(left.memory - before.memory)} MB left` : [],
    left.descriptors > before.descriptors ? `${left.descriptors - before.descriptors} descriptors left` : [],
    /^\s+at /m.test(left.errors) ? `a stack trace: ${left.errors.slice(0, 300)}` : [],
  ].flat();
}

const ms = (time) => time.toFixed(time < 10 ? 2 : 0);

function line(name, { quiet, attacked, before, peak, during, left, connections }) {
  const numbers = [
    `p50 ${ms(quiet.p50)} → ${ms(attacked.p50)}`,
    `p99 ${ms(quiet.p99)} → ${ms(attacked.p99)}`,
    `longest ${ms(attacked.longest)} ms`,
    `CPU ${(during.processor - before.processor).toFixed(1)} s`,
    `RSS ${[before, peak, left].map(({ memory }) => Math.round(memory)).join(" → ")} MB`,
    `fds ${[before, peak, left].map(({ descriptors }) => descriptors).join(" → ")}`,
    `${connections} connections`,
  ];
  return `    ${name.padEnd(11)} ${numbers.join("  ")}`;
}

async function runOnce(site, name, seconds) {
  const results = [];
  for (const start of Object.values(servers)) results.push(await attackOn(start, site, name, seconds));
  return async () => {
    const [bare, ours] = await Promise.all(results.map(async (one) => ({ ...one, left: await one.left })));
    return { bare, ours, missed: missed(ours, bare) };
  };
}

/** Two runs, while a third one decides where they differ; the servers of one settle while the next are attacked. */
async function judge(site, name, seconds, most) {
  const pending = [];
  for (let run = 0; run < Math.max(1, most - 1); run++) pending.push(await runOnce(site, name, seconds));
  return async () => {
    const runs = await Promise.all(pending.map((finish) => finish()));
    const holding = runs.filter((run) => run.missed.length === 0).length;
    if (holding === 1 && pending.length < most) runs.push(await (await runOnce(site, name, seconds))());
    return runs;
  };
}

function tell(name, runs) {
  const failed = runs.filter((run) => run.missed.length > 0);
  const holds = 2 * failed.length < runs.length;
  if (!holds) process.exitCode = 1;
  console.log(`  ${holds ? "holds " : "MISSED"}  ${name}`);
  for (const { bare, ours } of runs) console.log(`${line("node:http2", bare)}\n${line("h2push", ours)}`);
  for (const run of failed) console.log(`      ${run.missed.join("; ")}`);
}

export async function bench(args = []) {
  if (process.platform !== "linux") return console.log("skipped: it needs /proc");
  const { only, seconds, runs } = optionsOf(args);
  const directory = await mkdtemp(join(tmpdir(), "h2push-bench-"));
  const root = join(directory, "site");
  const modules = await bundleModules({ "raw-frames": "../test/support/raw-frames.ts" });
  const upstream = await startScript("upstream.js", []);
  try {
    await writeSite(root);
    const made = await createCertificate();
    const [cert, key] = pair(directory);
    await writeFile(cert, made.cert);
    await writeFile(key, made.key);
    const site = {
      directory,
      root,
      modules: `${modules.url}raw-frames.js`,
      upstream: `http://127.0.0.1:${upstream.message}`,
    };
    console.log(`Node ${process.version}, ${seconds} s each`);
    let before = async () => undefined;
    for (const name of Object.keys(attacks).filter((one) => new RegExp(only, "i").test(one))) {
      const finish = await judge(site, name, Number(seconds), Number(runs));
      await before();
      before = async () => tell(name, await finish());
    }
    await before();
  } finally {
    await upstream.close();
    await modules.remove();
    await rm(directory, { recursive: true, force: true });
  }
}
