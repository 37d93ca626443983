// Many clients that do this and that at random, for minutes: `npm run soak -- --minutes 2 --seed 7`. At the end the server
// has to have as much memory in use as after the first part, within 10 %, and exactly as many descriptors open.
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as after } from "node:timers/promises";
import { parseArgs } from "node:util";
import { report } from "../bench/bar.js";
import { randomFrom } from "../bench/paired.js";
import { actions, nextAction, siteFiles } from "./clients.js";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "10" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    clients: { type: "string", default: "12" },
  },
});
const MINUTE_MS = 60_000;
/** What compiles, caches and pools fill by then. */
const WARM_UP = 0.4;
/** How long the server may take to notice that everybody has left. */
const SETTLE_MS = 20_000;

/** Forks the server; what it returns asks it by name. */
async function startServer(root) {
  const child = fork(new URL("server.js", import.meta.url), [root], { execArgv: ["--expose-gc"] });
  const waiting = new Map();
  let next = 1;
  child.on("message", ({ id, value }) => waiting.get(id)?.(value));
  const answerTo = (id) => new Promise((resolve) => waiting.set(id, resolve));
  child.on("exit", (code) => {
    if (code !== 0) throw new Error(`the server ended with ${code}`);
  });
  const { url } = await answerTo(0);
  const ask = (name) => {
    const id = next++;
    child.send({ id, name });
    return answerTo(id).finally(() => waiting.delete(id));
  };
  return { url, ask, end: () => (child.connected ? child.disconnect() : undefined), exited: once(child, "exit") };
}

/** No action waits longer than that for the server. */
const ACTION_MS = 30_000;

async function tooLate() {
  await after(ACTION_MS, undefined, { ref: false });
  throw new Error(`no end after ${ACTION_MS / 1000} s`);
}

/** Clients that take one action after another until the time is over. Counts what was done, and keeps what went wrong. */
async function play(site, counts, until) {
  const client = async () => {
    while (performance.now() < until) {
      const name = nextAction(site);
      try {
        await Promise.race([actions[name](site), tooLate()]);
      } catch (error) {
        site.failures.push(`${name}: ${error.message}`);
      }
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: Number(values.clients) }, client));
}

/** What the server has when nobody is there: as soon as its descriptors stay the same for a while. */
async function settled(ask) {
  let last = await ask("measure");
  let times = 0;
  for (const until = performance.now() + SETTLE_MS; times < 8 && performance.now() < until;) {
    await after(250);
    const measured = await ask("measure");
    times = measured.descriptors.length === last.descriptors.length ? times + 1 : 0;
    last = measured;
  }
  return last;
}

/** What is in `list` more often than in `other`. */
function beyond(list, other) {
  const left = [...other];
  return list.filter((item) => {
    const at = left.indexOf(item);
    if (at !== -1) left.splice(at, 1);
    return at === -1;
  });
}

const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
const root = await mkdtemp(join(tmpdir(), "h2push-soak-"));
console.log(
  `soak: ${values.minutes} minutes, ${values.clients} clients, --seed ${values.seed}, Node ${process.version}`,
);
const files = siteFiles();
for (const [name, content] of files) await writeFile(join(root, name), content);
const server = await startServer(root);
try {
  const begin = await server.ask("measure");
  let number = 0;
  const counts = new Map();
  const site = {
    root,
    files,
    url: server.url,
    ask: server.ask,
    failures: [],
    random: randomFrom(Number(values.seed)),
    number: () => number++,
  };
  const duration = Number(values.minutes) * MINUTE_MS;
  const start = performance.now();
  await play(site, counts, start + duration * WARM_UP);
  const before = await settled(server.ask);
  await play(site, counts, start + duration);
  const end = await settled(server.ask);
  console.log(`  ${[...counts].map(([name, count]) => `${name} ${count}`).join(", ")}`);
  console.log(
    `  memory ${[begin, before, end].map(({ memory, external }) => `${megabytes(memory)} (${megabytes(external)} outside the heap)`).join(" → ")}`,
  );
  console.log(`  descriptors ${[begin, before, end].map(({ descriptors }) => descriptors.length).join(" → ")}`);
  const more = beyond(end.descriptors, before.descriptors);
  report({ name: "memory at the end / after the first part", value: end.memory / before.memory, atMost: 1.1 });
  report({
    name: "descriptors more than after the first part",
    value: more.length,
    atMost: 0,
  });
  for (const kind of more) console.log(`  ${kind}`);
  report({ name: "answers that were not whole", value: site.failures.length, atMost: 0 });
  report({ name: "errors of the server", value: end.problems.length, atMost: 0 });
  for (const text of new Set([...site.failures, ...end.problems])) console.log(`  ${text}`);
} finally {
  server.end();
  await server.exited;
  await rm(root, { recursive: true, force: true });
}
