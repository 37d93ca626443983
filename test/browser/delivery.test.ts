import { createHash, X509Certificate } from "node:crypto";
import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as after } from "node:timers/promises";
import { chromium, type BrowserContext, type Page } from "playwright-core";
import { describe, expect, onTestFinished, test } from "vitest";
import type { RequestRecord, Route, ServerOptions } from "../../src/index.js";
import { chromiumPath } from "../support/browsers.js";
import { emptyDirectory } from "../support/directory.js";
import { connect } from "../support/h2.js";
import { startServer, testCertificate } from "../support/server.js";
import { writeSite } from "../support/site.js";

const files = {
  "index.html": `<!doctype html><meta charset="utf-8"><title>page</title><link rel="icon" href="data:,">
<link rel="stylesheet" href="/site.css"><script type="module" src="/app.js"></script><h1>text</h1>
<img src="/a.svg" srcset="/a.svg 100w, /b.svg 1000w" sizes="50vw" alt="">`,
  "site.css": `@import "/base.css"; h1 { background: url(/back.svg) }`,
  "base.css": `@font-face { font-family: F; src: url(/f.woff2) format("woff2") } h1 { font-family: F }`,
  "app.js": `import "./part.js"; import data from "./data.json" with { type: "json" }; globalThis.loaded = data;`,
  "part.js": "export {};",
  "data.json": "{}",
  "f.woff2": "not a font",
  "a.svg": `<svg xmlns="http://www.w3.org/2000/svg"/>`,
  "b.svg": `<svg xmlns="http://www.w3.org/2000/svg"/>`,
  "back.svg": `<svg xmlns="http://www.w3.org/2000/svg"/>`,
};

const flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"];

/** A browser that has been nowhere. To one that trusts the certificate, it is as valid as any. */
async function browse(trusted: boolean): Promise<BrowserContext> {
  const { cert } = await testCertificate();
  const key = new X509Certificate(cert).publicKey.export({ type: "spki", format: "der" });
  const spki = createHash("sha256").update(key).digest("base64");
  const context = await chromium.launchPersistentContext(await emptyDirectory(), {
    ...(chromiumPath === undefined ? {} : { executablePath: chromiumPath }),
    args: [...flags, ...(trusted ? [`--ignore-certificate-errors-spki-list=${spki}`] : [])],
    ignoreHTTPSErrors: !trusted,
  });
  onTestFinished(() => context.close());
  return context;
}

/** A server, a page of it in a browser, and what that asks for. */
async function visit(options: ServerOptions, trusted: boolean) {
  const asked: RequestRecord[] = [];
  const server = await startServer({ ...options, trusted, onRequest: (record) => asked.push(record) });
  const page = await (await browse(trusted)).newPage();
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(message.text()));
  const load = async (act: (page: Page) => Promise<unknown>) => {
    asked.length = 0;
    await act(page);
    await page.evaluate(() => document.fonts.ready.then(() => undefined));
    return asked.map(({ target }) => target).sort();
  };
  return { server, page, load, complaints, url: `${server.origin}/` };
}

const all = ["/", "/app.js", "/b.svg", "/back.svg", "/base.css", "/data.json", "/f.woff2", "/part.js", "/site.css"];

describe.skipIf(chromiumPath === undefined)("in Chromium", () => {
  test.each([
    ["auto", true],
    ["auto", false],
    ["link", false],
    ["none", false],
  ] as const)("--delivery %s, certificate trusted %s: nothing is fetched twice", async (delivery, trusted) => {
    const { load, url } = await visit({ root: await writeSite(files), delivery }, trusted);
    // The smaller candidate is not taken by a window of 1280 pixels; neither is it announced.
    expect(await load((page) => page.goto(url))).toEqual(all);
  });

  test("a trusted page that a slow route answers is hinted in a 103, and nothing is fetched twice", async () => {
    const link = `</site.css>; rel=preload; as=style, </app.js>; rel=modulepreload`;
    const slow: Route = async (request) => {
      if (new URL(request.url).pathname !== "/slow") return undefined;
      await after(300);
      return new Response(files["index.html"], { headers: { "content-type": "text/html", link } });
    };
    const { load, url, server } = await visit({ root: await writeSite(files), routes: [slow] }, true);
    // What a page's response named is hinted with the next one, whoever asks.
    await (await connect(server.port)).request("/slow");
    const targets = await load((page) => page.goto(`${url}slow?again`));
    expect(targets.filter((target, at) => targets.indexOf(target) !== at)).toEqual([]);
    const record = await server.record(({ target }) => target === "/slow?again");
    expect(record.delivery?.targets.filter(({ means }) => means === "hint").map(({ target }) => target)).toEqual([
      "/site.css",
      "/app.js",
    ]);
  });

  test("a page whose stylesheet imports another one by now gets the new one on reload, and does not ask for the old", async () => {
    const root = await writeSite({ ...files, "other.css": "h1 { color: green }" });
    const { load, page, url, server } = await visit({ root }, true);
    await load(() => page.goto(url));
    // A stylesheet is fresh for two seconds (Firefox would else fetch it twice), and until then taken as it was.
    await after(2000);
    await writeFile(join(root, "new.css"), `@import "/other.css"; h1 { color: red }`);
    await rename(join(root, "new.css"), join(root, "site.css"));
    server.invalidate();
    const targets = await load(() => page.reload());
    expect(targets).toContain("/other.css");
    expect(targets).not.toContain("/base.css");
    expect(targets).not.toContain("/f.woff2");
  });
});
