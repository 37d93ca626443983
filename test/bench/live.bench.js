// Live reload: from the change of a file to the page that was loaded anew, its `load` event included, as the page
// itself tells by a request. Medians of the rounds count.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as after } from "node:timers/promises";
import { chromium } from "playwright-core";
import { WebSocket } from "ws";
import { createServer } from "../../dist/index.js";
import { median, report } from "./bar.js";

const ROUNDS = Number(process.env["ROUNDS"] ?? 9);
const CHROMIUM = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const FIREFOX = process.env["FIREFOX"] ?? "/usr/bin/firefox-esr";

const html = (round) => `<!doctype html><title>${round}</title><link rel="stylesheet" href="/site.css"><p>${round}
<script>addEventListener("load", () => fetch("/loaded/${round}"))</script>`;

/** A site whose page tells that it has loaded, and a wait for that. */
async function serve() {
  const root = await mkdtemp(join(tmpdir(), "h2push-live-"));
  const page = (round) => writeFile(join(root, "index.html"), html(round));
  await page("first");
  await writeFile(join(root, "site.css"), "p { color: red }");
  const waiting = new Map();
  const loads = [];
  const server = createServer({
    root,
    port: 0,
    live: true,
    routes: [
      (request) => {
        const round = /\/loaded\/(.*)$/.exec(request.url)?.[1];
        if (round === undefined) return undefined;
        loads.push(round);
        waiting.get(round)?.();
        return new Response("");
      },
    ],
  });
  const { url } = await server.listen();
  const loaded = (round) => new Promise((resolve) => waiting.set(String(round), resolve));
  return { root, url, page, loaded, loads, close: () => server.close(0).then(() => rm(root, { recursive: true })) };
}

async function openChromium(url) {
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });
  const page = await (await browser.newContext({ ignoreHTTPSErrors: true })).newPage();
  await page.goto(url);
  return { reload: () => page.reload(), close: () => browser.close() };
}

/** Over WebDriver BiDi. */
async function openFirefox(url) {
  const profile = await mkdtemp(join(tmpdir(), "h2push-firefox-"));
  const args = ["--headless", "--no-remote", "--remote-debugging-port", "0", "--profile", profile];
  const browser = spawn(FIREFOX, args, {
    env: { ...process.env, HOME: profile },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let address;
  for await (const line of createInterface(browser.stderr)) {
    address = /WebDriver BiDi listening on (ws:\S+)/.exec(line)?.[1];
    if (address !== undefined) break;
  }
  browser.stderr.resume();
  const socket = new WebSocket(`${address}/session`);
  await once(socket, "open");
  let last = 0;
  const send = async (method, params) => {
    const id = ++last;
    socket.send(JSON.stringify({ id, method, params }));
    for (;;) {
      const message = JSON.parse(String((await once(socket, "message"))[0]));
      if (message.id === id) return message.result;
    }
  };
  await send("session.new", { capabilities: { alwaysMatch: { acceptInsecureCerts: true } } });
  const { contexts } = await send("browsingContext.getTree", {});
  const { context } = contexts[0];
  await send("browsingContext.navigate", { context, url, wait: "complete" });
  const close = async () => {
    socket.close();
    browser.kill();
    await once(browser, "exit");
    await rm(profile, { recursive: true, force: true });
  };
  return { reload: () => send("browsingContext.reload", { context, wait: "complete" }), close };
}

/** Milliseconds until the page has told that it has loaded as that round. */
async function time(site, round, act) {
  const loaded = site.loaded(round);
  const began = performance.now();
  const acted = act();
  await loaded;
  const took = performance.now() - began;
  await acted;
  return took;
}

async function measure(name, open) {
  const site = await serve();
  const { reload, close } = await open(site.url);
  const changes = [];
  const reloads = [];
  try {
    for (let round = 0; round < ROUNDS; round++) {
      // Until its stream has begun, and as somebody edits.
      await after(1000);
      changes.push(await time(site, round, () => site.page(round)));
      reloads.push(await time(site, round, reload));
    }
    report({ name: `${name}: from a change to the page loaded anew (ms)`, value: median(changes), atMost: 300 });
    report({ name: `${name}: the browser's own reload of it, for comparison (ms)`, value: median(reloads) });
    await after(1000);
    const before = site.loads.length;
    const loaded = site.loaded("b199");
    for (let edit = 0; edit < 200; edit++) await site.page(`b${edit}`);
    await loaded;
    await after(1000);
    report({ name: `${name}: loads for 200 edits`, value: site.loads.length - before, atLeast: 1, atMost: 1 });
  } finally {
    await close();
    await site.close();
  }
}

export async function bench() {
  const browsers = [
    { name: "Chromium", path: CHROMIUM, open: openChromium },
    { name: "Firefox", path: FIREFOX, open: openFirefox },
  ];
  for (const { name, path, open } of browsers) {
    if (existsSync(path)) await measure(name, open);
    else report({ name: `${name}: live reload`, skipped: `no ${path}` });
  }
}
