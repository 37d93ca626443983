import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { h2load } from "./h2load.js";

const STARTS = Number(process.env.STARTS ?? 7);
const ROUNDS = Number(process.env.ROUNDS ?? 5);
const REQUESTS = 10_000;
/** Until what a server does for each request is compiled. */
const WARM_UP = 40_000;

/** What h2push says of a file beside its type and length: on Node 20 each field of a response costs a tenth of it. */
export const sameFields = {
  "cache-control": "no-cache",
  etag: '"1c8gx-1-hoi5akg4dq"',
  "last-modified": "Wed, 25 Nov 2026 23:06:19 GMT",
  "accept-ranges": "bytes",
  "x-content-type-options": "nosniff",
};

async function startServer(args, directory) {
  const env = { ...process.env, HOME: directory, XDG_DATA_HOME: join(directory, "data") };
  const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  let url;
  while (url === undefined) {
    text += String((await once(child.stdout, "data"))[0]);
    url = /https:\/\/\S+\//.exec(text)?.[0];
  }
  child.stdout.resume();
  // By the same address for all: a name may mean another one for each.
  return { child, url: url.replace("localhost", "127.0.0.1") };
}

/**
 * The best rate of each process, by path and server: those that ran side by side stand at the same place.
 *
 * @param commands the arguments of Node for each server, which prints its URL
 */
export async function measureRates(commands, paths, directory) {
  const rates = new Map(paths.map((path) => [path, new Map(Object.keys(commands).map((name) => [name, []]))]));
  for (let start = 0; start < STARTS; start++) {
    const servers = [];
    try {
      for (const [name, args] of Object.entries(commands)) {
        servers.push({ name, ...(await startServer(args, directory)) });
      }
      for (const { url } of servers) await h2load(url + paths[0], WARM_UP);
      for (const path of paths) {
        const best = new Map();
        // The first round warms up.
        for (let round = 0; round <= ROUNDS; round++) {
          // Each comes first in its turn: what ran before bears on a run, too.
          servers.push(servers.shift());
          for (const { name, url } of servers) {
            const rate = await h2load(url + path, REQUESTS);
            if (round > 0) best.set(name, Math.max(rate, best.get(name) ?? 0));
          }
        }
        for (const [name, rate] of best) rates.get(path).get(name).push(rate);
      }
    } finally {
      for (const { child } of servers) child.kill("SIGKILL");
    }
  }
  return rates;
}
