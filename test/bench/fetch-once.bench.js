// Whether a browser asks for anything twice, or warns of a preload that it had no use for: each page of a site, loaded
// in a browser that has been nowhere, with a certificate that it trusts and with one that it does not. The server
// counts. `H2PUSH_BENCH_SITES` names a folder of sites, one folder each; without it, our own examples are taken.
import { execFile } from "node:child_process";
import { createHash, X509Certificate } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as after } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { chromium } from "playwright-core";
import { createCertificate, createServer, scan } from "../../dist/index.js";
import { report } from "./bar.js";
import { Firefox } from "./firefox.js";

const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const bin = fileURLToPath(new URL("../../bin/h2push.js", import.meta.url));
const examples = fileURLToPath(new URL("../../examples", import.meta.url));
const sites = process.env["H2PUSH_BENCH_SITES"] ?? examples;
/** Pages of a site at most, spread over all of it. */
const PAGES = Number(process.env["PAGES"] ?? 12);
const AT_A_TIME = 4;
/** Chromium warns some seconds after the load, and tells by no event that it will not (milliseconds). */
const WARNING_AFTER = 5000;

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // Other hosts are out of reach; without this, a page that names one waits for its time-out.
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost",
];

/** A page that is served to one client alone: which targets it asked for twice. */
async function watched(root, path, options, load) {
  const asked = [];
  const server = createServer({ root, port: 0, ...options, onRequest: (record) => asked.push(record) });
  try {
    const { url } = await server.listen();
    const warnings = await load(new URL(path, url).href);
    const targets = asked.filter(({ method }) => method === "GET").map(({ target }) => target);
    // A part of a video that is asked for is not a second fetch of it.
    const whole = asked.filter(({ method, status }) => method === "GET" && status !== 206).map(({ target }) => target);
    return { targets, twice: whole.filter((target, at) => whole.indexOf(target) !== at), warnings };
  } finally {
    await server.close(0);
  }
}

/** The same without what the browser fetches twice by itself: a picture that is the page's icon, too. */
async function compared(root, path, options, load) {
  const result = await watched(root, path, options, load);
  if (result.twice.length === 0) return result;
  const own = await watched(root, path, { ...options, delivery: "none" }, load);
  return { ...result, twice: result.twice.filter((target) => !own.twice.includes(target)) };
}

async function chromiumLoader(pair, trusted) {
  const profile = await mkdtemp(join(tmpdir(), "h2push-chromium-"));
  const key = new X509Certificate(pair.cert).publicKey.export({ type: "spki", format: "der" });
  const spki = createHash("sha256").update(key).digest("base64");
  const args = [...FLAGS, ...(trusted ? [`--ignore-certificate-errors-spki-list=${spki}`] : [])];
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath,
    args,
    ignoreHTTPSErrors: !trusted,
  });
  const load = async (url) => {
    const warnings = [];
    const page = await browser.newPage();
    page.on("console", (message) => {
      if (/preloaded using link preload but not used/.test(message.text())) warnings.push(message.text());
    });
    await page.goto(url, { waitUntil: "load" }).catch(() => undefined);
    await after(WARNING_AFTER);
    await page.close();
    return warnings.map((text) => /resource (\S+) was/.exec(text)?.[1] ?? text);
  };
  const close = async () => {
    await browser.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  return { load, close };
}

/** A certificate, and a Firefox profile that trusts who signed it; undefined without certutil. */
async function trustedByFirefox(home) {
  const profile = join(home, ".mozilla/firefox/bench.default");
  await mkdir(profile, { recursive: true });
  const env = { ...process.env, HOME: home, XDG_DATA_HOME: join(home, "data") };
  const run = (command, ...args) => promisify(execFile)(command, args, { env });
  try {
    await run("certutil", "-d", `sql:${profile}`, "-N", "--empty-password");
  } catch {
    return undefined;
  }
  await run(process.execPath, bin, "cert", "trust", "--store", "nss");
  await run(process.execPath, bin, "cert", "--out", join(home, "certs"));
  const read = (name) => readFile(join(home, "certs", name), "utf8");
  return { profile, certificate: { cert: await read("cert.pem"), key: await read("key.pem") } };
}

async function firefoxLoader(options) {
  const firefox = await Firefox.launch(options);
  if (firefox === undefined) return undefined;
  const load = async (url) => {
    await firefox.load(url, `new Promise((done) => setTimeout(() => done("[]"), 500))`).catch(() => undefined);
    return [];
  };
  return { load, close: () => firefox.close() };
}

/** Pages spread evenly over the site. */
async function pagesOf(root) {
  const all = Object.keys((await scan(root)).manifest.pages);
  const step = Math.max(1, all.length / PAGES);
  return Array.from({ length: Math.min(PAGES, all.length) }, (_, at) => all[Math.floor(at * step)]);
}

async function sweep(name, loader, options) {
  if (loader === undefined) return report({ name, skipped: "not installed" });
  const sum = { pages: 0, targets: 0, twice: 0, warnings: 0 };
  try {
    for (const site of (await readdir(sites, { withFileTypes: true })).filter((entry) => entry.isDirectory())) {
      const root = join(sites, site.name);
      const pages = await pagesOf(root);
      for (let at = 0; at < pages.length; at += AT_A_TIME) {
        const some = pages.slice(at, at + AT_A_TIME);
        const results = await Promise.all(some.map((path) => compared(root, path, options, loader.load)));
        for (const [index, { targets, twice, warnings }] of results.entries()) {
          sum.pages += 1;
          sum.targets += targets.length;
          sum.twice += twice.length;
          sum.warnings += warnings.length;
          for (const target of twice) console.log(`  twice    ${name}: ${site.name}${some[index]} ${target}`);
          for (const target of warnings) console.log(`  unused   ${name}: ${site.name}${some[index]} ${target}`);
        }
      }
    }
  } finally {
    await loader.close();
  }
  report({ name: `${name}: pages`, value: sum.pages, atLeast: 1 });
  report({ name: `${name}: requests`, value: sum.targets });
  report({ name: `${name}: fetched twice`, value: sum.twice, atMost: 0 });
  report({ name: `${name}: unused preloads`, value: sum.warnings, atMost: 0 });
}

export async function bench() {
  const certificate = await createCertificate();
  for (const trusted of [true, false]) {
    const name = `Chromium, certificate ${trusted ? "trusted" : "not trusted"}`;
    await sweep(name, await chromiumLoader(certificate, trusted), { certificate, trusted });
  }
  await sweep("Firefox, certificate not trusted", await firefoxLoader(), { certificate });
  const home = await mkdtemp(join(tmpdir(), "h2push-home-"));
  const trusted = await trustedByFirefox(home);
  const loader = trusted === undefined ? undefined : await firefoxLoader({ profile: trusted.profile });
  await sweep("Firefox, certificate trusted", loader, { certificate: trusted?.certificate, trusted: true });
  await rm(home, { recursive: true, force: true, maxRetries: 5 });
}
