import { readdir, readFile, writeFile } from "node:fs/promises";
import { setTimeout as after } from "node:timers/promises";
import { join } from "node:path";
import { chromium, type BrowserContext } from "playwright-core";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { Driver } from "../../src/browser/driver.js";
import { ObservedSite } from "../../src/browser/observed-site.js";
import type { ManifestEntry, RequestRecord, ServerOptions } from "../../src/index.js";
import { chromiumPath } from "../support/browsers.js";
import { runCli, startCli } from "../support/cli.js";
import { emptyDirectory } from "../support/directory.js";
import { connect } from "../support/h2.js";
import { startServer, testCertificate } from "../support/server.js";
import { writeSite } from "../support/site.js";

/** Eight bytes: the header of a module without anything in it. */
const WASM = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);

const html = (body: string) => `<!doctype html><meta charset="utf-8"><title>page</title>
<link rel="icon" href="/icon.svg"><h1>text</h1>${body}`;

const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="600" height="400"><path d="M0 0h600v400H0z"/></svg>`;

const files = {
  "index.html": html(`<script type="module" src="/app.js"></script>`),
  "icon.svg": svg,
  "app.js": `const lazy = "./chunk.js";
import(lazy);
const add = (name, more) => document.body.append(Object.assign(document.createElement(name), more));
const head = (name, more) => document.head.append(Object.assign(document.createElement(name), more));
add("script", { src: "/classic.js" });
head("link", { rel: "stylesheet", href: "/added.css" });
add("img", { src: "/photo.svg" });
add("img", { srcset: "/small.svg 100w, /large.svg 1300w", sizes: "100vw" });
head("link", { rel: "prefetch", href: "/next.js" });
fetch("/data.json").then((response) => response.json());
fetch("/state.json", { headers: { rsc: "1" } });
fetch("/sent.json", { method: "POST" });
fetch("/random.json?" + Math.random());
const xhr = new XMLHttpRequest();
xhr.open("GET", "/xhr.json");
xhr.send();
WebAssembly.compileStreaming(fetch("/lib.wasm"));
new Worker("/worker.js");
setTimeout(() => import("/later.js"), 1500);`,
  "chunk.js": `import "./part.js"; export const chunk = 1;`,
  "part.js": "globalThis.part = 1;",
  "classic.js": "globalThis.classic = 1;",
  "added.css": `@font-face { font-family: F; src: url(/f.woff2) format("woff2") } h1 { font-family: F; background: url(/back.svg) }`,
  "f.woff2": "not a font",
  "back.svg": svg,
  "photo.svg": svg,
  "small.svg": svg,
  "large.svg": svg,
  "data.json": "{}",
  "xhr.json": "{}",
  "state.json": "{}",
  "random.json": "{}",
  "lib.wasm": WASM,
  "worker.js": `importScripts("/tool.js"); fetch("/worker.json");`,
  "tool.js": "",
  "worker.json": "{}",
  "next.js": "",
  "later.js": "",
};

/** What is added to the page, without sizes. */
const pagesOf = (text: string): Readonly<Record<string, readonly ManifestEntry[]>> => JSON.parse(text).pages;
const added = (entries: readonly ManifestEntry[] = []) =>
  Object.fromEntries(
    entries
      .filter(({ by }) => by === "browser")
      .map(({ target, rel, as, crossorigin }) => [target, [rel, as, crossorigin].filter(Boolean).join(" ")]),
  );

async function browse(): Promise<BrowserContext> {
  const context = await chromium.launchPersistentContext(await emptyDirectory(), {
    ...(chromiumPath === undefined ? {} : { executablePath: chromiumPath }),
    args: ["--no-sandbox"],
    ignoreHTTPSErrors: true,
  });
  onTestFinished(() => context.close());
  return context;
}

/** What a page asks for, sorted, and what the console says until unused preloads would have been told. */
async function visit(options: ServerOptions) {
  const asked: RequestRecord[] = [];
  const server = await startServer({ ...options, onRequest: (record) => asked.push(record) });
  const page = await (await browse()).newPage();
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(message.text()));
  await page.goto(`${server.origin}/`, { waitUntil: "networkidle" });
  // Chromium tells them 3 s after the load event.
  await after(4000);
  const linked = asked.find(({ target }) => target === "/")?.delivery?.targets ?? [];
  return {
    targets: asked.map(({ target }) => target.replace(/\?.*/s, "")).sort(),
    linked: linked.flatMap(({ target, means }) => (means === "link" ? target : [])),
    complaints: complaints.filter((text) => /preload/i.test(text)),
  };
}

/** Ends the processes in which browsers that this process has started run pages. */
async function killRenderers(): Promise<void> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const read = (pid: string, file: string) => readFile(`/proc/${pid}/${file}`, "utf8").catch(() => "");
  const parents = new Map(
    await Promise.all(
      pids.map(async (pid) => [pid, (await read(pid, "stat")).replace(/^.*\) \S /s, "").split(" ")[0]] as const),
    ),
  );
  for (const pid of pids) {
    const isOurs = (at: string | undefined): boolean =>
      at === String(process.pid) || (at !== undefined && isOurs(parents.get(at)));
    if (isOurs(pid) && (await read(pid, "cmdline")).includes("--type=renderer")) process.kill(Number(pid), "SIGKILL");
  }
}

describe.skipIf(chromiumPath === undefined)("h2push manifest --run, in Chromium", () => {
  test("adds what scripts ask for in the form that is taken once, and says what differs between two loads", async () => {
    const root = await writeSite(files);
    const file = join(await emptyDirectory(), "push.json");
    const { code, stderr, stdout } = await runCli(["manifest", root, "--run"]);
    expect(code, stderr).toBe(0);
    expect(added(pagesOf(stdout)["/"])).toEqual({
      "/chunk.js": "modulepreload script",
      "/part.js": "modulepreload script",
      "/classic.js": "preload script",
      "/added.css": "preload style",
      "/photo.svg": "preload image",
      "/large.svg": "image",
      "/data.json": "preload fetch anonymous",
      "/xhr.json": "preload fetch anonymous",
      "/lib.wasm": "preload fetch anonymous",
      "/f.woff2": "preload font anonymous",
      "/back.svg": "preload image",
      "/worker.js": "script",
      "/tool.js": "script",
      "/worker.json": "fetch",
    });
    expect(stderr).toMatch(
      /^note: \/ did not ask for this in each load, and it is left out: \/random\.json\?0\S+ \/random/m,
    );
    await writeFile(file, stdout);
    const none = await visit({ root, delivery: "none" });
    for (const announce of ["unseen", "all"] as const) {
      const loaded = await visit({ root, manifest: file, announce });
      expect(loaded.targets, announce).toEqual(none.targets);
      expect(loaded.complaints, announce).toEqual([]);
      // The page has a text of its own: what scripts add is announced where all is.
      const wanted = announce === "all" ? ["/chunk.js", "/part.js", "/data.json", "/lib.wasm"] : [];
      expect(loaded.linked, announce).toEqual(expect.arrayContaining(wanted));
    }
  });

  test("modules beside an import map, and scripts with their integrity, are announced in the form of the page", async () => {
    const integrity = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    const root = await writeSite({
      "index.html": html(`<script type="importmap">{ "imports": { "lib": "/lib.js" } }</script>
<script type="module">const name = "lib"; import(name);
document.head.append(Object.assign(document.createElement("script"), { src: "/checked.js", integrity: "${integrity}", crossOrigin: "anonymous", onload() { this.remove(); } }));</script>`),
      "icon.svg": svg,
      "lib.js": "export {};",
      "checked.js": "",
    });
    const { stdout } = await runCli(["manifest", root, "--run"]);
    const entries = pagesOf(stdout)["/"] ?? [];
    expect(added(entries)).toEqual({
      "/lib.js": "preload script anonymous",
      "/checked.js": "preload script anonymous",
    });
    expect(entries.find(({ target }) => target === "/checked.js")?.integrity).toBe(integrity);
  });

  test("a page that hangs, one that leads elsewhere and one that is not there cost no other page", async () => {
    const root = await writeSite({
      ...files,
      "hangs.html": html("<script>for (;;);</script>"),
      "leads.html": html(`<script>location.replace("/")</script>`),
    });
    const pages = ["/hangs.html", "/leads.html", "/"].flatMap((page) => ["--page", page]);
    const { code, stdout, stderr } = await runCli(["manifest", root, "--run", "--page-timeout", "4", ...pages]);
    expect(code).toBe(0);
    expect(stderr).toContain("note: /hangs.html was not loaded within 4 s: it has what reading finds\n");
    expect(stderr).toContain("note: /leads.html leads to another page: it has what reading finds\n");
    expect(pagesOf(stdout)["/"]).toEqual(expect.arrayContaining([expect.objectContaining({ target: "/chunk.js" })]));
  });

  test("a page that asks again and again has a list too", async () => {
    const body = `<script type="module">const name = "./chunk.js"; import(name);
setInterval(() => fetch("/data.json?" + Math.random()), 100)</script>`;
    const root = await writeSite({ ...files, "index.html": html(body) });
    const { stdout, stderr } = await runCli(["manifest", root, "--run"]);
    expect(added(pagesOf(stdout)["/"])).toMatchObject({ "/chunk.js": "modulepreload script" });
    expect(stderr).toMatch(/left out: .* and \d+ more\n/);
  });

  test("a page whose process crashes is named, and the next page is loaded", async () => {
    const root = await writeSite({
      ...files,
      "crash.html": html(`<script src="/started.js"></script>`),
      "started.js": "for (;;);",
    });
    const site = await ObservedSite.open({ root, certificate: await testCertificate(), delivery: "none" });
    onTestFinished(() => site.close());
    const driver = new Driver({
      path: chromiumPath ?? "",
      viewport: { width: 1280, height: 720, density: 1, colorScheme: "light" },
      unconfined: true,
      timeout: 30_000,
      certificate: (await testCertificate()).cert,
    });
    onTestFinished(() => driver.close());
    const { signal } = new AbortController();
    const crashed = expect(driver.load(site, "/crash.html", signal)).rejects.toThrow("crashed");
    await vi.waitUntil(() => site.requests.some(({ target }) => target === "/started.js"), 20_000);
    await killRenderers();
    await crashed;
    const { requests } = await driver.load(site, "/", signal);
    expect(requests.map(({ target }) => target)).toContain("/chunk.js");
  });

  test("routes of a single-page application have lists of their own", async () => {
    const root = await writeSite({
      "index.html": html(`<script type="module" src="/app.js"></script>`),
      "icon.svg": svg,
      "app.js": `const route = location.pathname === "/" ? "/home.js" : location.pathname + ".js"; import(route);`,
      "home.js": "export {};",
      "products.js": "export {};",
    });
    const args = ["--single", "--page", "/", "--page", "/products"];
    const { stdout, stderr } = await runCli(["manifest", root, "--run", ...args]);
    const pages = pagesOf(stdout);
    expect(Object.keys(pages), stderr).toEqual(["/", "/products"]);
    expect([added(pages["/"]), added(pages["/products"])]).toEqual([
      { "/home.js": "modulepreload script" },
      { "/products.js": "modulepreload script" },
    ]);
    const file = join(await emptyDirectory(), "push.json");
    await writeFile(file, stdout);
    const server = await startServer({ root, single: true, manifest: file, announce: "all" });
    const client = await connect(server.port, { settings: { enablePush: false } });
    const linkOf = async (path: string) =>
      String((await client.request(path, { accept: "text/html" })).headers["link"]);
    expect(await linkOf("/")).toContain("home.js");
    expect(await linkOf("/products")).toContain("products.js");
    // What one route asks for is not what another one does.
    expect(await linkOf("/other")).not.toContain("home.js");
  });

  test("Ctrl+C ends the loads, and what is known is printed", async () => {
    const root = await writeSite({ ...files, "hangs.html": html("<script>for (;;);</script>") });
    const cli = await startCli([
      "manifest",
      root,
      "--run",
      "--page",
      "/",
      "--page",
      "/hangs.html",
      "--page-timeout",
      "60",
    ]);
    await cli.says(/\/ did not ask for this in each load/);
    cli.child.kill("SIGINT");
    expect(await cli.exit).toBe(130);
    expect(Object.keys(pagesOf(cli.stdout))).toEqual(["/", "/hangs.html"]);
    expect(added(pagesOf(cli.stdout)["/"])["/chunk.js"]).toBe("modulepreload script");
    expect(cli.stderr).toContain("stopped: pages that were not loaded by then have what reading finds\n");
  });
});
