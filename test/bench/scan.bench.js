import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { bundleModules } from "../support/bundle.js";
import { report } from "./bar.js";

/** A site of 500 pages and 50 MB or more: `H2PUSH_BENCH_SITE`, Debian's python3-doc, or one made up. */
async function findSite() {
  const named = process.env["H2PUSH_BENCH_SITE"];
  if (named !== undefined) return { root: named, remove: async () => {} };
  const doc = (await readdir("/usr/share/doc").catch(() => [])).find((name) => /^python3\.\d+$/.test(name));
  const root = join("/usr/share/doc", doc ?? "", "html");
  if (doc !== undefined && existsSync(join(root, "index.html"))) return { root, remove: async () => {} };
  return makeSite();
}

async function makeSite() {
  const root = await mkdtemp(join(tmpdir(), "h2push-bench-"));
  await mkdir(join(root, "static"));
  const rules = Array.from({ length: 500 }, (_, n) => `.c${n} > .d${n % 7}:hover { background: url(${n}.png) }`);
  await writeFile(join(root, "static/site.css"), rules.join("\n"));
  await writeFile(join(root, "static/site.js"), "export const x = 1;\n".repeat(100));
  const row = (n) =>
    `<tr class="c${n % 90}"><td><a class="d${n % 7}" href="p${n}.html">row ${n} &amp; more</a></td></tr>\n`;
  const rows = Array.from({ length: 1200 }, (_, n) => row(n)).join("");
  const head = `<!doctype html><link rel="stylesheet" href="static/site.css"><script type="module" src="static/site.js"></script>`;
  for (let page = 0; page < 600; page += 1)
    await writeFile(join(root, `p${page}.html`), `${head}<table>${rows}</table>`);
  return { root, remove: () => rm(root, { recursive: true }) };
}

const modules = await bundleModules({
  scanner: "scanner/scanner.ts",
  "scan-site": "scanner/scan-site.ts",
  "list-pages": "scanner/list-pages.ts",
});

/** Each measured in a process of its own, so that none has the other's warm code or memory. */
const PROGRAMS = {
  read: `
    for (const file of files) readFileSync(file);`,
  parse5: `
    const { parse } = await import("parse5");
    started = performance.now();
    cpu = process.cpuUsage();
    for (const file of files.filter((name) => name.endsWith(".html"))) parse(readFileSync(file, "utf8"));`,
  scan: `
    const { createScanner } = await import("${modules.url}scanner.js");
    const { listed, scanPages } = await import("${modules.url}scan-site.js");
    const { listPages } = await import("${modules.url}list-pages.js");
    started = performance.now();
    cpu = process.cpuUsage();
    const { manifest } = await scanPages(await listed(listPages(root)), createScanner({ lookup, once: true }));
    count = Object.keys(manifest.pages).length;`,
  // The first three scans warm the code; a new scanner knows nothing of the site.
  again: `
    const { createScanner } = await import("${modules.url}scanner.js");
    const { listed, scanPages } = await import("${modules.url}scan-site.js");
    const { listPages } = await import("${modules.url}list-pages.js");
    for (let scans = 0; scans < 4; scans += 1) {
      started = performance.now();
      cpu = process.cpuUsage();
      await scanPages(await listed(listPages(root)), createScanner({ lookup, once: true }));
    }`,
};

const PROLOGUE = `
  import { readdirSync, readFileSync, statSync } from "node:fs";
  import { join } from "node:path";
  const root = process.argv.at(-1);
  const files = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\\.(?:html|css|js)$/.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  const lookup = async ({ target }) => {
    const path = decodeURIComponent(target.split("?", 1)[0]);
    const file = join(root, path.endsWith("/") ? path + "index.html" : path);
    const found = statSync(file, { throwIfNoEntry: false });
    if (!found?.isFile()) return { kind: "missing" };
    return { kind: "file", file, size: found.size, mtimeMs: found.mtimeMs, dev: found.dev, ino: found.ino };
  };
  let count = files.length;
  let started = performance.now();
  let cpu = process.cpuUsage();
`;

async function measure(program, root) {
  const code = `${PROLOGUE}${program}
    const { user, system } = process.cpuUsage(cpu);
    const ms = performance.now() - started;
    console.log(JSON.stringify({ ms, cpu: (user + system) / 1000, count, rss: process.resourceUsage().maxRSS / 1024 }));`;
  const args = ["--input-type=module", "-e", code, "--", root];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: new URL("../..", import.meta.url) });
  return JSON.parse(stdout);
}

const ROUNDS = 5;

/** The whole command on a site of many pages, by one thread and by as many as it takes itself; as long as five rounds take. */
async function benchThreads() {
  const root = "/usr/share/doc/rust-doc/html";
  const site = process.env["H2PUSH_BENCH_MANY_PAGES"] ?? root;
  if (!existsSync(join(site, "index.html"))) {
    return report({ name: "threads", skipped: `no ${site}: Debian's rust-doc, or H2PUSH_BENCH_MANY_PAGES` });
  }
  const bin = fileURLToPath(new URL("../../bin/h2push.js", import.meta.url));
  const best = [Infinity, Infinity];
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [at, jobs] of [["--jobs", "1"], []].entries()) {
      const started = performance.now();
      await promisify(execFile)(process.execPath, [bin, "manifest", site, "--format", "json", ...jobs], {
        maxBuffer: 2 ** 30,
      });
      best[at] = Math.min(best[at], performance.now() - started);
    }
  }
  const [one, own] = best;
  console.log(`${site}: ${(one / 1000).toFixed(1)} s by one thread, ${(own / 1000).toFixed(1)} s by default`);
  report({ name: "threads, times as long as one", value: own / one, atMost: 1 });
}

/** Prints how a whole cold scan compares with reading the files and with parse5's trees of the HTML alone. */
export async function bench() {
  const { root, remove } = await findSite();
  try {
    const best = {};
    // Side by side: what else the machine does hits all three alike.
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [name, program] of Object.entries(PROGRAMS)) {
        const result = await measure(program, root);
        best[name] ??= result;
        for (const time of ["ms", "cpu"]) best[name][time] = Math.min(best[name][time], result[time]);
      }
    }
    const idle = await measure("", root);
    const { read, parse5, scan, again } = best;
    console.log(`${root}: ${scan.count} pages, best of ${ROUNDS}`);
    for (const [name, { ms, cpu }] of Object.entries(best)) {
      console.log(`${name.padEnd(6)} ${ms.toFixed(0)} ms, ${cpu.toFixed(0)} ms of processor time in all threads`);
    }
    // By the clock, as the bar has it; by processor time of all threads beside it, which a busy machine bears on less.
    const times = (a, b) => `${(a.cpu / b.cpu).toFixed(1)} by processor time`;
    report({ name: `scan, times as fast as parse5 (${times(parse5, scan)})`, value: parse5.ms / scan.ms, atLeast: 5 });
    report({ name: `scan, times as long as reading (${times(scan, read)})`, value: scan.ms / read.ms, atMost: 12 });
    console.log(
      `by code that is warm, a scan of everything anew takes ${(again.ms / read.ms).toFixed(1)} times the reading`,
    );
    report({ name: "peak memory above idle, MB", value: scan.rss - idle.rss, atMost: 200 });
    console.log(`load average ${loadavg()[0]?.toFixed(1)} on ${availableParallelism()} processors`);
  } finally {
    await Promise.all([remove(), modules.remove()]);
  }
  await benchThreads();
}
