import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { chromium, type Page } from "playwright-core";
import { expect, onTestFinished, test } from "vitest";
import { WebSocketServer } from "ws";
import { chromiumPath } from "../support/browsers.js";
import { startServer } from "../support/server.js";
import { writeSite } from "../support/site.js";
import { startUpstream } from "../support/upstream.js";

async function newPage(options: object = {}): Promise<Page> {
  const browser = await chromium.launch({ executablePath: chromiumPath ?? "", args: ["--no-sandbox"] });
  onTestFinished(() => browser.close());
  return (await browser.newContext({ ignoreHTTPSErrors: true, ...options })).newPage();
}

const files = {
  "index.html": `<!doctype html><link rel="stylesheet" href="/a.css"><script src="/a.js"></script><p>page`,
  "a.css": "p { color: rgb(1, 2, 3) }",
  "a.js": "globalThis.loaded = true;",
  "worker.js": "postMessage([crossOriginIsolated, typeof SharedArrayBuffer]);",
};

/** Whether the page, its assets and its worker are what an isolated page's have to be. */
const isolation = (page: Page) =>
  page.evaluate(async () => {
    const worker = new Worker("/worker.js");
    const answer = await new Promise((resolve) => worker.addEventListener("message", ({ data }) => resolve(data)));
    const colour = getComputedStyle(document.querySelector("p")!).color;
    return [crossOriginIsolated, Reflect.get(globalThis, "loaded"), colour, answer];
  });

test.skipIf(chromiumPath === undefined)(
  "--coi makes a page and its worker cross-origin isolated in Chromium",
  async () => {
    const root = await writeSite(files);
    const page = await newPage();
    await page.goto((await startServer({ root, coi: true })).origin);
    expect(await isolation(page)).toEqual([true, true, "rgb(1, 2, 3)", [true, "function"]]);
    await page.goto((await startServer({ root })).origin);
    expect(await isolation(page)).toEqual([false, true, "rgb(1, 2, 3)", [false, "undefined"]]);
  },
);

test.skipIf(chromiumPath === undefined)(
  "--cors lets a page of another origin read, also after a preflight",
  async () => {
    const root = await writeSite(files);
    const page = await newPage();
    const home = await startServer({ root });
    const read = (url: string) =>
      page.evaluate(async (url) => {
        const plain = await fetch(url).then(
          (response) => response.status,
          () => "refused",
        );
        const asked = await fetch(url, { headers: { "x-own": "1" } }).then(
          (response) => response.status,
          () => "refused",
        );
        return [plain, asked];
      }, url);
    await page.goto(home.origin);
    expect(await read(`${(await startServer({ root })).origin}/a.js`)).toEqual(["refused", "refused"]);
    expect(await read(`${(await startServer({ root, cors: true })).origin}/a.js`)).toEqual([200, 200]);
    expect(await read(`${(await startServer({ root, cors: home.origin })).origin}/a.js`)).toEqual([200, 200]);
    const other = await startServer({ root, cors: "https://other.example" });
    expect(await read(`${other.origin}/a.js`)).toEqual(["refused", "refused"]);
  },
);

test.skipIf(chromiumPath === undefined)(
  "behind --auth, a page has its assets, its events and its WebSocket through the proxy",
  async () => {
    const { origin } = await startUpstream((_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" }).write("data: event\n\n");
    });
    const sockets = new WebSocketServer({ port: 0, host: "127.0.0.1" });
    onTestFinished(() => sockets.close());
    sockets.on("connection", (socket) => socket.send("message"));
    await once(sockets, "listening");
    const { port }: Partial<AddressInfo> = Object(sockets.address());
    const proxy = [`/api=${origin}`, `/ws=http://127.0.0.1:${port}`];
    const server = await startServer({ root: await writeSite(files), auth: "me:secret", proxy });
    const page = await newPage({ httpCredentials: { username: "me", password: "secret" } });
    expect((await page.goto(server.origin))?.status()).toBe(200);
    const heard = await page.evaluate(async () => {
      const first = (source: EventTarget) =>
        new Promise((resolve) => source.addEventListener("message", (event) => resolve(Reflect.get(event, "data"))));
      const events = new EventSource("/api/events");
      const socket = new WebSocket(`wss://${location.host}/ws`);
      return Promise.all([first(events), first(socket), Reflect.get(globalThis, "loaded")]);
    });
    expect(heard).toEqual(["event", "message", true]);
    await expect((await newPage()).goto(server.origin)).rejects.toThrow("ERR_INVALID_AUTH_CREDENTIALS");
  },
);
