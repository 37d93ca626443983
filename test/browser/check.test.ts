import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { chromium, type Browser } from "playwright-core";
import { checkSite } from "../../src/check/check-site.js";
import { parseRedirects } from "../../src/rules/redirects/redirects-file.js";
import { chromiumPath, firefoxPath } from "../support/browsers.js";
import { writeSite } from "../support/site.js";
import { openFirefox } from "../support/sweep/firefox.js";

type Files = Readonly<Record<string, string | Uint8Array>>;

const TYPES: Readonly<Record<string, string>> = {
  css: "text/css",
  html: "text/html; charset=utf-8",
  js: "text/javascript",
  json: "application/json",
  png: "image/png",
  svg: "image/svg+xml",
  woff2: "font/woff2",
};

const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);
const JS = "globalThis.ran = true;";
const CSS = "body { color: green }";
const SVG = `<svg xmlns="http://www.w3.org/2000/svg"><g id="g"/></svg>`;
const integrity = (content: string) => `sha256-${createHash("sha256").update(content).digest("base64")}`;

const page = (head: string, body = "text") =>
  `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">${head}<body>${body}`;

/** A plain server of these files, which keeps nothing and does what simple redirects say. Returns what it was asked for. */
async function serve(files: Files, link?: string): Promise<{ readonly url: string; readonly asked: string[] }> {
  const asked: string[] = [];
  const { rules } = parseRedirects(String(files["_redirects"] ?? ""));
  const server = createServer((request, response) => {
    const path = request.url ?? "/";
    asked.push(path);
    const rule = rules.find(({ source }) => source.exact === path);
    const location = rule?.target?.path.map((piece) => ("text" in piece ? piece.text : "")).join("");
    if (rule !== undefined && location !== undefined) return response.writeHead(rule.status, { location }).end();
    const file = path === "/" ? "index.html" : path.slice(1);
    const type = TYPES[file.slice(file.lastIndexOf(".") + 1)] ?? "text/plain";
    const fields = {
      "content-type": type,
      "cache-control": "no-store",
      ...(link !== undefined && file === "index.html" ? { link } : {}),
    };
    const content = files[file];
    return response.writeHead(content === undefined ? 404 : 200, fields).end(content ?? "nothing here");
  });
  onTestFinished(() => server.closeAllConnections());
  onTestFinished(() => void server.close());
  const port = await new Promise<number>((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
  return { url: `http://127.0.0.1:${port}/`, asked };
}

async function rulesFor(files: Files, options: Parameters<typeof checkSite>[1] = {}): Promise<string[]> {
  const { findings } = await checkSite(await writeSite(files), options);
  return findings.map(({ rule }) => rule);
}

const font = `<style>@font-face { font-family: f; src: url(/t.woff2) } body { font-family: f }</style>`;
const wide = (property: string) => `<style>@media (min-width: 600px) { body { ${property}: url(/t.png) } }</style>`;
const WOFF2 = { "t.woff2": new Uint8Array(40) };

/** [rule, what is wrong, what is right, other files, the target]: Chromium fetches it twice, and once. */
const TWICE: readonly (readonly [
  rule: string,
  name: string,
  bad: string,
  good: string,
  files: Files,
  target: string,
])[] = [
  [
    "preload-as",
    "a stylesheet as a script",
    `<link rel="preload" as="script" href="/t.css"><link rel="stylesheet" href="/t.css">`,
    `<link rel="preload" as="style" href="/t.css"><link rel="stylesheet" href="/t.css">`,
    { "t.css": CSS },
    "/t.css",
  ],
  [
    "preload-crossorigin",
    "a classic script as a module",
    `<link rel="modulepreload" href="/t.js"><script src="/t.js"></script>`,
    `<link rel="preload" as="script" href="/t.js"><script src="/t.js"></script>`,
    { "t.js": JS },
    "/t.js",
  ],
  [
    "preload-as",
    "an image as something to fetch",
    `<link rel="preload" as="fetch" href="/t.png"><img src="/t.png">`,
    `<link rel="preload" as="image" href="/t.png"><img src="/t.png">`,
    { "t.png": PNG },
    "/t.png",
  ],
  [
    "preload-as",
    "SVG that is used in part",
    `<link rel="preload" as="image" href="/t.svg"><svg><use href="/t.svg#g"/></svg>`,
    `<svg><use href="/t.svg#g"/></svg>`,
    { "t.svg": SVG },
    "/t.svg",
  ],
  [
    "preload-as",
    "a background of wide windows as something to fetch",
    `<link rel="preload" as="fetch" href="/t.png">${wide("background-image")}`,
    `<link rel="preload" as="image" href="/t.png">${wide("background-image")}`,
    { "t.png": PNG },
    "/t.png",
  ],
  [
    "preload-crossorigin",
    "a mask of wide windows without crossorigin",
    `<link rel="preload" as="image" href="/t.png">${wide("mask-image")}`,
    `<link rel="preload" as="image" crossorigin href="/t.png">${wide("mask-image")}`,
    { "t.png": PNG },
    "/t.png",
  ],
  [
    "preload-crossorigin",
    "a font without crossorigin",
    `<link rel="preload" as="font" type="font/woff2" href="/t.woff2">${font}`,
    `<link rel="preload" as="font" type="font/woff2" crossorigin href="/t.woff2">${font}`,
    WOFF2,
    "/t.woff2",
  ],
  [
    "preload-crossorigin",
    "data for fetch() without crossorigin",
    `<link rel="preload" as="fetch" href="/t.json"><script>fetch("/t.json").then((data) => data.text())</script>`,
    `<link rel="preload" as="fetch" crossorigin href="/t.json"><script>fetch("/t.json").then((data) => data.text())</script>`,
    { "t.json": "{}" },
    "/t.json",
  ],
  [
    "preload-crossorigin",
    "a module without crossorigin",
    `<link rel="preload" as="script" href="/t.js"><script type="module" src="/t.js"></script>`,
    `<link rel="preload" as="script" crossorigin href="/t.js"><script type="module" src="/t.js"></script>`,
    { "t.js": JS },
    "/t.js",
  ],
  [
    "preload-crossorigin",
    "an image whose preload alone has crossorigin",
    `<link rel="preload" as="image" crossorigin href="/t.png"><img src="/t.png">`,
    `<link rel="preload" as="image" crossorigin href="/t.png"><img crossorigin src="/t.png">`,
    { "t.png": PNG },
    "/t.png",
  ],
  [
    "preload-crossorigin",
    "a stylesheet that has crossorigin alone",
    `<link rel="preload" as="style" href="/t.css"><link rel="stylesheet" crossorigin href="/t.css">`,
    `<link rel="preload" as="style" crossorigin href="/t.css"><link rel="stylesheet" crossorigin href="/t.css">`,
    { "t.css": CSS },
    "/t.css",
  ],
  [
    "preload-integrity",
    "a script that has integrity alone",
    `<link rel="preload" as="script" href="/t.js"><script src="/t.js" integrity="${integrity(JS)}"></script>`,
    `<link rel="preload" as="script" href="/t.js" integrity="${integrity(JS)}"><script src="/t.js" integrity="${integrity(JS)}"></script>`,
    { "t.js": JS },
    "/t.js",
  ],
];

/** [rule, what is wrong, what is right, file]: Chromium passes the preload over, and does not. */
const PASSED_OVER: readonly (readonly [rule: string, name: string, bad: string, good: string, file: string])[] = [
  ["preload-as", "without as", "", `as="script"`, "t.js"],
  ["preload-as", "as a document", `as="document"`, `as="script"`, "t.js"],
  [
    "preload-type",
    "a font of an old type",
    `as="font" crossorigin type="application/font-woff2"`,
    `as="font" crossorigin type="font/woff2"`,
    "t.woff2",
  ],
  [
    "preload-type",
    "an image of a type that is none",
    `as="image" type="image/x-nothing"`,
    `as="image" type="image/png"`,
    "t.png",
  ],
];

describe.skipIf(chromiumPath === undefined)("Chromium does what check says of", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: chromiumPath ?? "", args: ["--no-sandbox"] });
  });
  afterAll(() => browser.close());

  /** Loads the page; returns what the server was asked for. */
  const load = async (files: Files, link?: string, options: Parameters<Browser["newContext"]>[0] = {}) => {
    const { url, asked } = await serve(files, link);
    const context = await browser.newContext(options);
    const tab = await context.newPage();
    await tab.goto(url, { waitUntil: "networkidle" });
    await context.close();
    return asked;
  };
  const times = (asked: readonly string[], target: string) => asked.filter((path) => path === target).length;

  test.each(TWICE)("%s: %s", async (rule, _, bad, good, files, target) => {
    const [wrong, right] = [
      { ...files, "index.html": page(bad) },
      { ...files, "index.html": page(good) },
    ];
    expect(await rulesFor(wrong)).toEqual([rule]);
    expect(times(await load(wrong), target)).toBeGreaterThan(1);
    expect(await rulesFor(right)).toEqual([]);
    expect(times(await load(right), target)).toBe(1);
  });

  test.each(PASSED_OVER)("%s: %s", async (rule, _, bad, good, file) => {
    const use = `<script>const later = () => fetch("/${file}");</script>`;
    const site = (attributes: string) => ({
      "t.js": JS,
      "t.png": PNG,
      ...WOFF2,
      "index.html": page(`<link rel="preload" ${attributes} href="/${file}">`, use),
    });
    expect(await rulesFor(site(bad))).toEqual([rule]);
    expect(times(await load(site(bad)), `/${file}`)).toBe(0);
    expect(await rulesFor(site(good))).toEqual([]);
    expect(times(await load(site(good)), `/${file}`)).toBe(1);
  });

  test.each([
    ["an image", `<link rel="preload" as="image" href="/t.png">`, { "t.png": PNG }],
    ["a font", `<link rel="preload" as="font" crossorigin href="/t.woff2">`, WOFF2],
    ["a module", `<link rel="modulepreload" href="/t.js">`, { "t.js": JS }],
  ] as const)("unused-preload: %s, of which the console tells too", async (name, head, files) => {
    const site = { ...files, "index.html": page(head) };
    expect(await rulesFor(site)).toEqual(["unused-preload"]);
    const { url, asked } = await serve(site);
    const tab = await browser.newPage();
    onTestFinished(() => tab.close());
    // Chromium does not tell it of modules: that it was fetched and never ran shows it.
    const told =
      name === "a module"
        ? undefined
        : tab.waitForEvent("console", {
            predicate: (message) => message.text().includes("preloaded using link preload but not used"),
          });
    await tab.goto(url, { waitUntil: "networkidle" });
    await told;
    expect(times(asked, `/${Object.keys(files)[0] ?? ""}`)).toBe(1);
    expect(await tab.evaluate("globalThis.ran")).toBeUndefined();
  });

  test("preload-srcset: one of several candidates, in a window that takes another", async () => {
    const files = { "small.png": PNG, "large.png": PNG };
    const srcset = "/small.png 400w, /large.png 1600w";
    const img = `<img src="/large.png" srcset="${srcset}" sizes="100vw">`;
    const wrong = { ...files, "index.html": page(`<link rel="preload" as="image" href="/small.png">`, img) };
    const right = {
      ...files,
      "index.html": page(
        `<link rel="preload" as="image" href="/large.png" imagesrcset="${srcset}" imagesizes="100vw">`,
        img,
      ),
    };
    expect(await rulesFor(wrong)).toEqual(["preload-srcset"]);
    expect(await load(wrong)).toEqual(expect.arrayContaining(["/small.png", "/large.png"]));
    expect(await rulesFor(right)).toEqual([]);
    const small = { viewport: { width: 300, height: 600 }, deviceScaleFactor: 1 };
    expect((await load(right, undefined, small)).slice(1)).toEqual(["/small.png"]);
  });

  test("preload-media: the source for large windows, in a small one", async () => {
    const files = { "large.png": PNG, "small.png": PNG };
    const picture = `<picture><source media="(min-width: 800px)" srcset="/large.png"><img src="/small.png"></picture>`;
    const site = (media: string) => ({
      ...files,
      "index.html": page(`<link rel="preload" as="image" href="/large.png"${media}>`, picture),
    });
    const small = { viewport: { width: 300, height: 600 } };
    expect(await rulesFor(site(""))).toEqual(["preload-media"]);
    expect((await load(site(""), undefined, small)).slice(1).sort()).toEqual(["/large.png", "/small.png"]);
    const right = site(` media="(min-width: 800px)"`);
    expect(await rulesFor(right)).toEqual([]);
    expect((await load(right, undefined, small)).slice(1)).toEqual(["/small.png"]);
  });

  test("missing-asset: what is not there is asked for", async () => {
    const files = { "index.html": page(`<link rel="stylesheet" href="/t.css">`), "t.css": `@import "gone.css";` };
    expect(await rulesFor(files)).toEqual(["missing-asset"]);
    const { url } = await serve(files);
    const tab = await browser.newPage();
    onTestFinished(() => tab.close());
    const [answer] = await Promise.all([
      tab.waitForResponse((response) => response.url().endsWith("/gone.css")),
      tab.goto(url),
    ]);
    expect(answer.status()).toBe(404);
  });

  test("missing-asset and unused-preload: what _headers announces", async () => {
    const files = {
      "index.html": page(""),
      "t.css": CSS,
      _headers: "/*\n  Link: </t.css>; rel=preload; as=style\n  Link: </gone.css>; rel=preload; as=style\n",
    };
    expect(await rulesFor(files)).toEqual(["unused-preload", "missing-asset"]);
    expect(await load(files, "</t.css>; rel=preload; as=style, </gone.css>; rel=preload; as=style")).toEqual(
      expect.arrayContaining(["/t.css", "/gone.css"]),
    );
  });

  test("redirect-loop and redirect-to-nothing: the browser gives up, or gets 404", async () => {
    const files = { "index.html": page(""), _redirects: "/a /b 301\n/b /a 301\n/c /gone 301\n" };
    expect(await rulesFor(files)).toEqual(["redirect-loop", "redirect-loop", "redirect-to-nothing"]);
    const { url } = await serve(files);
    const context = await browser.newContext();
    onTestFinished(() => context.close());
    await expect((await context.newPage()).goto(`${url}a`)).rejects.toThrow("ERR_TOO_MANY_REDIRECTS");
    expect((await (await context.newPage()).goto(`${url}c`))?.status()).toBe(404);
  });

  test("max-requests, max-bytes and max-depth: as many as Chromium makes", async () => {
    const files = {
      "index.html": page(`<link rel="stylesheet" href="/t.css">`),
      "t.css": `@import "u.css";`,
      "u.css": CSS,
    };
    const bytes = Object.values(files).reduce((sum, text) => sum + Buffer.byteLength(text), 0);
    expect(await load(files)).toHaveLength(3);
    expect(await rulesFor(files, { maxRequests: 3, maxBytes: bytes, maxDepth: 3 })).toEqual([]);
    const over = await rulesFor(files, { maxRequests: 2, maxBytes: bytes - 1, maxDepth: 2 });
    expect(over.sort()).toEqual(["max-bytes", "max-depth", "max-requests"]);
  });
});

test.skipIf(firefoxPath === undefined)("modulepreload-import-map: in Firefox the modules do not run", async () => {
  const map = `<script type="importmap">{ "imports": { "t": "/t.js" } }</script><script type="module">import "t"; await fetch("/ran");</script>`;
  const rule = (link: string, html = map) => ({
    "index.html": page(html),
    "t.js": "export {}",
    "u.js": JS,
    ...(link === "" ? {} : { _headers: `/*\n  Link: ${link}\n` }),
  });
  const firefox = await openFirefox(firefoxPath ?? "");
  onTestFinished(() => firefox.close());
  const window = await firefox.window();
  const ran = async (link: string, html = map) => {
    const { url, asked } = await serve(rule(link, html), link === "" ? undefined : link);
    await window.visit({ url, probe: { files: {} }, stays: false, between: async () => undefined });
    return asked.includes("/ran");
  };
  const [wrong, right] = ["</t.js>; rel=modulepreload", "</t.js>; rel=preload; as=script; crossorigin"];
  expect(await rulesFor(rule(wrong))).toEqual(["modulepreload-import-map"]);
  expect(await ran(wrong)).toBe(false);
  expect(await rulesFor(rule(right))).toEqual([]);
  expect(await ran(right)).toBe(true);
  const element = `<link rel="modulepreload" href="/t.js">`;
  expect(await rulesFor(rule("", element + map))).toEqual(["modulepreload-import-map"]);
  expect(await ran("", element + map)).toBe(false);
  expect(await rulesFor(rule("", map + element))).toEqual([]);
  expect(await ran("", map + element)).toBe(true);
});
