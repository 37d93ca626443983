// The simulated network beside TCP as Linux has it: the same page, with and without `Link`, over `--rtt`, `--kbps` and `--loss`, and
// between two network namespaces with a line between them that is as slow. Needs root, `ip` and `python3`, and /dev/net/tun.
// `npm run bench -- network --only 100 --loads 9`.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { median, report } from "./bar.js";
import { programHome } from "./program.js";

const run = promisify(execFile);
const fileOf = (name) => fileURLToPath(new URL(name, import.meta.url));

const LINES = [40, 100, 300].flatMap((rtt) => [1600, 10_000].map((kbps) => ({ rtt, kbps, loss: 0, within: 0.05 })));
/** Where segments are lost, no load is like another. */
const LOSSY = { rtt: 100, kbps: 10_000, loss: 1, within: 0.15, more: 3 };
const MEANS = { none: ["--delivery", "none"], link: ["--delivery", "link", "--announce", "all"] };

async function writeSite(root) {
  const text = (bytes) =>
    `/* ${Array.from({ length: bytes / 8 }, () => Math.random().toString(36).slice(2, 10)).join("")} */`;
  const files = {
    "index.html": `<!doctype html><link rel="stylesheet" href="a.css"><script src="b.js" defer></script><img src="i.png"><p>${text(9000)}`,
    "a.css": `@import "c.css"; ${text(9000)}`,
    "c.css": text(20_000),
    "b.js": text(120_000),
    "i.png": Buffer.alloc(300_000, 7),
  };
  for (const [name, content] of Object.entries(files)) await writeFile(join(root, name), content);
}

/** Two namespaces with a line between them. Undefined, with the reason told, where that is not to be had. */
async function openLine({ rtt, kbps, loss }) {
  const [server, client] = ["server", "client"].map((side) => `h2push-${process.pid}-${side}`);
  const remove = async () => {
    for (const name of [server, client]) await run("ip", ["netns", "del", name]).catch(() => undefined);
  };
  try {
    for (const name of [server, client]) await run("ip", ["netns", "add", name]);
    const line = spawn("python3", [fileOf("network/line.py"), server, client, rtt, kbps, loss].map(String), {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [word] = await Promise.race([once(line.stdout, "data"), once(line, "exit")]);
    if (String(word).trim() !== "ready") throw new Error(`line.py ended with ${word}`);
    for (const [at, name] of [server, client].entries()) {
      const ip = (...args) => run("ip", ["-n", name, ...args]);
      await ip("link", "set", "line", "mtu", "1500", "up");
      await ip("addr", "add", `10.9.0.${at + 1}/30`, "dev", "line");
      // What the simulated network follows (RFC 9438), whatever the system's own is.
      await ip("route", "replace", "10.9.0.0/30", "dev", "line", "src", `10.9.0.${at + 1}`, "congctl", "cubic");
    }
    return { server, client, close: () => (line.kill(), remove()) };
  } catch (error) {
    await remove();
    report({ name: `${rtt} ms, ${kbps} kbit/s`, skipped: error.message.split("\n")[0] });
    return undefined;
  }
}

const within = (namespace) => ["ip", "netns", "exec", namespace];

/** @param before words of the command before its own */
async function times(url, loads, before = []) {
  const [command, ...words] = [...before, process.execPath, fileOf("network/client.js"), url, String(loads)];
  return JSON.parse((await run(command, words)).stdout);
}

/** The same loads over both, in turns. */
async function compare(home, root, line, means, loads) {
  const simulated = await home.start(root, [
    ...MEANS[means],
    ...["--rtt", line.rtt, "--kbps", line.kbps, "--loss", line.loss].map(String),
  ]);
  const real = await openLine(line);
  if (real === undefined) return simulated.close();
  const server = await home.start(root, [...MEANS[means], "--host", "10.9.0.1"], { before: within(real.server) });
  try {
    const taken = { real: [], simulated: [] };
    for (const more of [1, loads, loads]) {
      const [there, here] = [await times(server.url, more, within(real.client)), await times(simulated.url, more)];
      // The first load fills the memory of both.
      if (more === 1) continue;
      taken.real.push(...there);
      taken.simulated.push(...here);
    }
    const [there, here] = [median(taken.real), median(taken.simulated)];
    const lost = line.loss === 0 ? "" : `, ${line.loss} % lost`;
    const name = `${line.rtt} ms, ${line.kbps} kbit/s${lost}, ${means}: ${here.toFixed(0)} / ${there.toFixed(0)} ms`;
    report({ name, value: here / there, atLeast: 1 - line.within, atMost: 1 + line.within });
  } finally {
    await Promise.all([simulated.close(), server.close(), real.close()]);
  }
}

export async function bench(args = []) {
  const { only, loads } = parseArgs({
    args,
    options: { only: { type: "string", default: "" }, loads: { type: "string", default: "5" } },
  }).values;
  const root = await mkdtemp(join(tmpdir(), "h2push-bench-"));
  const home = await programHome();
  try {
    await writeSite(root);
    for (const line of [...LINES, LOSSY]) {
      if (only !== "" && only !== String(line.rtt)) continue;
      for (const means of Object.keys(MEANS)) await compare(home, root, line, means, loads * (line.more ?? 1));
    }
  } finally {
    await home.remove();
    await rm(root, { recursive: true, force: true });
  }
}
