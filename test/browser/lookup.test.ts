import { chromium, type Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ServerOptions } from "../../src/index.js";
import { chromiumPath } from "../support/browsers.js";
import { connect } from "../support/h2.js";
import { startServer } from "../support/server.js";
import { writeSite } from "../support/site.js";

type Files = Readonly<Record<string, string>>;

/** A page with something of each kind; its references are relative, from the root, or below `base`. */
function pageFiles(folder: string, start: string): Files {
  const html = `<!doctype html><meta charset=utf-8><link rel=icon href=data:,><link rel=stylesheet href=${start}css/a.css>
<script src=${start}js/a.js></script><script type=module src=${start}js/m.js></script><h1>text</h1>
<img src=${start}i.svg><iframe src=${start}frame.html></iframe>`;
  return {
    [`${folder}index.html`]: html,
    [`${folder}about.html`]: html,
    [`${folder}frame.html`]: "<!doctype html><link rel=icon href=data:,><p>frame",
    [`${folder}css/a.css`]: `@import "b.css"; h1 { background: url(../back.svg); font-family: F }`,
    [`${folder}css/b.css`]: `@font-face { font-family: F; src: url(../f.woff2) }`,
    [`${folder}js/a.js`]: "",
    [`${folder}js/m.js`]: `import "./n.js"`,
    [`${folder}js/n.js`]: "export {}",
    [`${folder}i.svg`]: `<svg xmlns="http://www.w3.org/2000/svg"/>`,
    [`${folder}back.svg`]: `<svg xmlns="http://www.w3.org/2000/svg"/>`,
    [`${folder}f.woff2`]: "no font",
  };
}

const own = pageFiles("", "");
const rooted = pageFiles("", "/");
const dist = pageFiles("dist/", "");
const based = pageFiles("", "/repo/");

type Case = readonly [what: string, files: Files, path: string, rules: string, options: ServerOptions];

const cases: readonly Case[] = [
  ["the usual base path", own, "/repo/", "/repo/* /:splat 200", {}],
  ["a page below it", own, "/repo/about.html", "/repo/* /:splat 200", {}],
  ["a clean URL below it", own, "/repo/about", "/repo/* /:splat 200", {}],
  ["references with the base path", based, "/repo/", "/repo/* /:splat 200", {}],
  ["references past the base path", rooted, "/repo/", "/repo/* /:splat 200", {}],
  ["a subfolder", dist, "/v2/", "/v2/* /dist/:splat 200", {}],
  ["a subfolder as the site", dist, "/", "/* /dist/:splat 200", {}],
  ["a catch-all", rooted, "/any/where", "/* /index.html 200", {}],
  ["a catch-all with relative references", own, "/any", "/* /index.html 200", {}],
  ["a placeholder", rooted, "/show/about", "/show/:page /:page.html 200", {}],
  ["a stylesheet under another name", own, "/", "/css/a.css /css/b.css 200!", {}],
  ["a module under another name", own, "/", "/js/n.js /js/a.js 200!\n/js/m.js /js/n.js 200!", {}],
  ["an image that redirects", own, "/", "/i.svg /back.svg 302!", {}],
  ["a stylesheet that is not found", own, "/", "/css/b.css /404.html 404!", {}],
  ["--base", own, "/repo/", "", { base: "/repo/" }],
  ["--base and a clean URL", own, "/repo/about", "", { base: "/repo/" }],
  ["--base and references with it", based, "/repo/", "", { base: "/repo/" }],
  ["--base and a catch-all", based, "/repo/any/where", "/* /index.html 200", { base: "/repo/" }],
  ["--base and --single", based, "/repo/any/where", "", { base: "/repo/", single: true }],
  [
    "--base and a base element",
    { ...own, "index.html": `<base href=/repo/>${own["index.html"] ?? ""}` },
    "/repo/",
    "",
    { base: "/repo/" },
  ],
];

describe.skipIf(chromiumPath === undefined)("in Chromium", () => {
  let browser: Browser | undefined;
  beforeAll(async () => {
    const executable = chromiumPath === undefined ? {} : { executablePath: chromiumPath };
    browser = await chromium.launch({ ...executable, args: ["--no-sandbox", "--disable-gpu"] });
  });
  afterAll(() => browser?.close());

  test.each(cases)(
    "%s: what goes with the page is what is asked for and found",
    async (_what, files, path, rules, options) => {
      const root = await writeSite(rules === "" ? files : { ...files, _redirects: rules });
      // What is announced would be asked for, and so prove itself right: the browser is told nothing.
      const { origin, records } = await startServer({ root, ...options, delivery: "none" });
      const context = await browser?.newContext({ ignoreHTTPSErrors: true });
      const page = await context?.newPage();
      if (page === undefined) throw new Error("no browser");
      await page.goto(origin + path, { waitUntil: "load" });
      await page.evaluate(() => document.fonts.ready.then(() => undefined));
      await context?.close();
      const pushing = await startServer({ root, ...options });
      const { pushed } = await (await connect(pushing.port)).page(path, { accept: "text/html" });
      expect(pushed.size).toBeGreaterThan(0);
      const found = () => records.filter(({ status, target }) => status === 200 && target !== path);
      const sorted = (targets: Iterable<string>) => [...targets].toSorted();
      await expect.poll(() => sorted(new Set(found().map(({ target }) => target)))).toEqual(sorted(pushed.keys()));
    },
  );
});
