import { readFile, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { CheckCache } from "../../src/check/check-cache.js";
import { checkSite, type CheckOptions } from "../../src/check/check-site.js";
import { emptyDirectory } from "../support/directory.js";
import { writeSite } from "../support/site.js";

const page = (head: string, body = "") => `<!doctype html>\n<meta charset="utf-8">\n${head}\n<p>text</p>\n${body}\n`;

async function check(files: Readonly<Record<string, string>>, options: CheckOptions = {}) {
  const { findings } = await checkSite(await writeSite(files), options);
  return findings.map(({ rule, file, line, column }) => `${file}:${line}:${column} ${rule}`);
}

const js = "globalThis.x = 1;";

test("says where what is missing is referred to: in pages, styles in them, stylesheets and scripts", async () => {
  const style = `<style>/* ü */ @import "/gone.css"; p { background: url(/gone.png) }</style>`;
  const files = {
    "index.html": page(`ü <link rel="stylesheet" href="/a.css"> ü <script src="/gone.js"></script>\n${style}`),
    "b/index.html": page(`<link rel="stylesheet" href="/a.css"><script type="module" src="/m.js"></script>`),
    "a.css": `/* ü\n */ /* ü */ @import "gone2.css";`,
    "m.js": `// ü\nconst a = "ü"; import "./gone2.js";`,
  };
  expect(await check(files)).toEqual([
    "a.css:2:13 missing-asset",
    "index.html:3:43 missing-asset",
    "index.html:4:25 missing-asset",
    "index.html:4:57 missing-asset",
    "m.js:2:24 missing-asset",
  ]);
});

test("what is lazy, an icon, for other windows or another candidate is missing, too, where it is not there", async () => {
  const body = `<img src="/l.png" loading="lazy">\n<iframe src="/f" loading="lazy"></iframe>
<img src="/a.png" srcset="/a.png 1x, /b.png 2x, /c.png 3x">\n<video preload="none" src="/v.mp4"></video>
<img src="/a.png" loading="lazy"><iframe src="/there" loading="lazy"></iframe><img src="#" loading="lazy">`;
  const head = `<link rel="icon" href="/i.svg"><link rel="icon" href="#"><script nomodule src="/n.js"></script>`;
  const files = { "index.html": page(head, body), "a.png": "", "c.png": "", "there.html": "<!doctype html>" };
  const { findings } = await checkSite(await writeSite(files), {});
  expect(findings.map(({ line, column, message }) => `${line}:${column} ${message}`)).toEqual([
    "3:1 /i.svg is not there (icon)",
    "3:58 /n.js is not there (nomodule)",
    "5:1 /l.png is not there (lazy)",
    "6:1 /f is not there (lazy)",
    "7:1 /b.png is not there (srcset)",
    "8:1 /v.mp4 is not there (not loaded)",
  ]);
});

test.each([
  ["a stylesheet has it for what a script does", { "a.css": "p:hover { background: url(t.js) }" }],
  ["a script names it", { "a.js": `load("t.js")` }],
  ["a script has its name without the extension", { "a.js": "load(`./${'t'}.js`)" }],
  ["data name it", { "a.json": `{ "file": "/x/t.js" }` }],
  [
    "the page names it otherwise",
    { "b.html": page(`<link rel="preload" as="script" href="/t.js">`, `<a data-load="/t.js">`), "index.html": "" },
  ],
  [
    "it applies itself",
    { "index.html": page(`<link rel="preload" as="style" href="/t.js" onload="this.rel='stylesheet'">`) },
  ],
])("calls a preload unused only where nothing can use it: %s", async (_, files: Readonly<Record<string, string>>) => {
  const site = { "index.html": page(`<link rel="preload" as="script" href="/t.js">`), "t.js": js };
  expect(await check(site)).toEqual(["index.html:3:1 unused-preload"]);
  expect(await check({ ...site, ...files })).toEqual([]);
});

test.each([
  ["/41.9f3ab2c1.js", `e=>e+"."+{41:"9f3ab2c1"}[e]+".js"`],
  ["/index.md.BSvIYj_p.lean.js", `{"index.md":"BSvIYj_p"}`],
  ["/app-Bq-IYj_p.js", `{"app":"Bq-IYj_p"}`],
])("knows a chunk that a table of hashes makes a name of: %s", async (path, table) => {
  const site = { "index.html": page(`<link rel="modulepreload" href="${path}">`), [path.slice(1)]: js };
  expect(await check(site)).toEqual(["index.html:3:1 unused-preload"]);
  expect(await check({ ...site, "runtime.js": table })).toEqual([]);
});

const rule = (condition: string, image = "url(/a.png)") =>
  `<style>${condition} { .h { background-image: ${image} } }</style>`;

test.each([
  ["some windows", rule("@media (min-width: 600px)")],
  ["some containers", rule("@container (min-width: 1px)")],
  ["some densities", rule("@media all", `image-set(url(/a.png) 1x, url(/b.png) 2x)`)],
  ["a page that is not changed by its scripts", "<style>body:not(.x) .h { background-image: url(/a.png) }</style>"],
  ["what stands first", "<style>.h:first-child { background-image: url(/a.png) }</style>"],
  ["a stylesheet that comes later", `<link rel="stylesheet" href="/a.css" media="print" onload="this.media='all'">`],
  ["a list", "<style>@media (min-width: 600px) { ul { list-style-image: url(/a.png) } }</style>"],
  ["a mask", "<style>@media (min-width: 600px) { .h { mask-image: url(/a.png) } }</style>", " crossorigin"],
])("finds nothing wrong with an image that only some load: for %s", async (_, head, crossorigin = "") => {
  const preload = `<link rel="preload" as="image" href="/a.png"${crossorigin}>`;
  const files = { "a.png": "", "b.png": "", "a.css": ".h { background-image: url(/a.png) }" };
  const body = `<div><div class="h">text</div></div><ul><li>text</ul>`;
  expect(await check({ ...files, "index.html": page(preload + head, body) })).toEqual([]);
});

test.each([
  ["a filter", "<style>@media (min-width: 600px) { .h { filter: url(/a.svg#f) } }</style>", ""],
  ["a filter's image", "", `<svg><filter><feImage href="/a.svg"/></filter></svg>`],
])("says that a preload is not taken for %s", async (_, head, body) => {
  const html = page(`<link rel="preload" as="image" href="/a.svg">${head}`, `<div class="h">text</div>${body}`);
  expect(await check({ "a.svg": "<svg/>", "index.html": html })).toEqual(["index.html:3:1 preload-as"]);
});

test("takes what one of several uses takes", async () => {
  const uses = `<script src="/t.js"></script><script type="module" src="/t.js"></script>`;
  expect(
    await check({ "index.html": page(`<link rel="preload" as="script" href="/t.js">${uses}`), "t.js": js }),
  ).toEqual([]);
});

test.each([
  [
    "the only file of a source",
    `<link rel="preload" as="image" href="/a.png">`,
    `<picture><source srcset="a.png"><img src="/b.png"></picture>`,
  ],
  [
    "a file with the same end of its name",
    `<link rel="preload" as="image" href="/ba.png">`,
    `<img src="/ba.png"><img src="a.png" srcset="a.png 1x, c.png 2x">`,
  ],
  [
    "candidates that are written otherwise",
    `<link rel="preload" as="image" imagesrcset="/a.png 1x,/b.png 2x" href="/a.png">`,
    `<img src="a.png" srcset="a.png 1x, b.png 2x">`,
  ],
  [
    "candidates in another order, with the file that they stand beside",
    `<link rel="preload" as="image" href="/a.png" imagesrcset="/b.png 2x">`,
    `<img src="a.png" srcset="b.png 2x">`,
  ],
  [
    "art direction that says for which windows each is",
    `<link rel="preload" as="image" href="/a.png" media="(max-width: 799px)"><link rel="preload" as="image" href="/b.png" media="(min-width: 800px)">`,
    `<picture><source media="(max-width: 799px)" srcset="/a.png"><img src="/b.png"></picture>`,
  ],
  [
    "a module of another kind before the import map",
    `<link rel="modulepreload" as="json" href="/c.json"><script type="importmap">{}</script>
    <script type="module">import data from "/c.json" with { type: "json" };</script>`,
    "",
  ],
  [
    "a stylesheet by media",
    `<link rel="preload" as="style" href="/a.css"><link rel="stylesheet" media="print" href="/a.css">`,
    "",
  ],
  [
    "integrity that the preload alone has",
    `<link rel="preload" as="script" href="/a.js" integrity="sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=">`,
    `<script src="/a.js"></script>`,
  ],
  [
    "a module with credentials",
    `<link rel="modulepreload" crossorigin="use-credentials" href="/a.js">`,
    `<script type="module" crossorigin="use-credentials" src="/a.js"></script>`,
  ],
  [
    "a type that is no media type",
    `<link rel="preload" as="script" type="module" crossorigin href="/a.js">`,
    `<script type="module" src="/a.js"></script>`,
  ],
  ["another site's file", `<link rel="preload" as="script" href="https://example.com/a.js">`, ""],
])("finds nothing wrong with %s", async (_, head, body) => {
  const files = { "a.png": "", "b.png": "", "c.png": "", "ba.png": "", "a.css": "", "a.js": "", "c.json": "{}" };
  expect(await check({ ...files, "index.html": page(head, body) })).toEqual([]);
});

test("an image behind a source that some windows take is not for all of them", async () => {
  const html = page(
    `<link rel="preload" as="image" href="/b.png">`,
    `<picture><source media="(max-width: 799px)" srcset="/a.png"><img src="/b.png"></picture>`,
  );
  expect(await check({ "a.png": "", "b.png": "", "index.html": html })).toEqual(["index.html:3:1 preload-media"]);
});

test("what is left out for one page is told for another that has the same fault", async () => {
  const html = page(`<link rel="stylesheet" href="/a.css">`);
  const files = { "404.html": html, "index.html": html, "a.css": `@import "gone.css"` };
  const ignores: CheckOptions["ignores"] = (finding) => finding.page === "/404.html";
  const { findings } = await checkSite(await writeSite(files), { ignores });
  expect(findings.map(({ rule, file, page }) => `${file} ${rule} ${page}`)).toEqual(["a.css missing-asset /"]);
});

test("what goes behind a password is seen with what is kept from before, too", async () => {
  const root = await writeSite({
    "index.html": page(`<link rel="stylesheet" href="/a.css">`),
    "a.css": "",
    _headers: "/*\n  Basic-Auth: a:b",
  });
  const file = join(await emptyDirectory(), "cache.json");
  const found = async () => (await checkSite(root, { cache: new CheckCache(file, "x") })).findings;
  expect(await found()).toEqual([]);
  await rm(join(root, "a.css"));
  expect((await found()).map(({ rule }) => rule)).toEqual(["missing-asset"]);
});

test("checks what _headers and _redirects say", async () => {
  const files = {
    "index.html": page(""),
    "app/index.html": page(""),
    _headers:
      "/*\n  X-A: b\n  nonsense\n/gone.css\n  X-A: b\n/api/users\n  X-A: b\n/*\n  Link: </index.html>; rel=preload; as=fetch, </gone.js>; rel=preload; as=script\n",
    _redirects: [
      "/ok /index.html 301",
      "/old/* /new/:splat 301",
      "/new/* /old/:splat 302",
      "/self /self 301",
      "/app/* /app/index.html 200",
      "/dead /gone.html 200",
      "/out https://example.com/gone",
      "/fn /.netlify/functions/fn 200",
      "/asked /gone.html 301 Language=de",
      "/slash /slash/ 301",
      "/broken",
      "/index.html /elsewhere 301",
    ].join("\n"),
  };
  expect(await check(files)).toEqual([
    "_headers:3:1 rule-syntax",
    "_headers:4:1 headers-for-nothing",
    "_headers:9:9 preload-crossorigin",
    "_headers:9:48 missing-asset",
    "_redirects:2:1 redirect-loop",
    "_redirects:3:1 redirect-loop",
    "_redirects:4:1 redirect-loop",
    "_redirects:6:7 redirect-to-nothing",
    "_redirects:10:8 redirect-to-nothing",
    "_redirects:11:1 rule-syntax",
    "_redirects:12:13 redirect-to-nothing",
  ]);
});

test("a redirect that leads back by the one to the slash leads in a circle", async () => {
  const files = { "index.html": page("", ""), "docs/index.html": page("", ""), _redirects: "/docs/ /docs 301!" };
  expect(await check(files)).toEqual(["_redirects:1:1 redirect-loop"]);
});

test.each([{}, { _redirects: "/* /index.html 200" }, { _headers: "/cdn-cgi/a.js\n  X-A: b" }])(
  "what hosts answer themselves is not missing: %j",
  async (more: Readonly<Record<string, string>>) => {
    const html = page(
      `<script defer src="/_vercel/insights/script.js"></script><script src="/cdn-cgi/scripts/email-decode.min.js"></script>
      <script src="/__/firebase/init.js"></script><style>p { background: url(/.netlify/images?url=/a.png&w=800) }</style>`,
      `<img src="/_vercel/image?url=/a.png"><img src="/_next/image?url=%2Fa.png&w=640&q=75">
      <iframe src="/.netlify/functions/view"></iframe>`,
    );
    expect(await check({ "index.html": html, ...more })).toEqual([]);
    const gone = page("", `<img src="/vercel/image.png"><img src="/_next/images/a.png">`);
    expect(await check({ "index.html": gone, ...more })).toEqual([
      "index.html:5:1 missing-asset",
      "index.html:5:30 missing-asset",
    ]);
  },
);

const site = {
  "index.html": page(`<link rel="stylesheet" href="/a.css">`),
  "b.html": page(`<img src="/gone.png">`),
  "a.css": `@import "gone.css";`,
};

/** Each page that was looked at, and what was found. */
async function cached(root: string, cache: string, setting = "") {
  let looked = 0;
  const options = { cache: new CheckCache(cache, setting), onProgress: (count: number) => void (looked = count) };
  const { findings } = await checkSite(root, options);
  return { looked, found: findings.map(({ file, message }) => `${file} ${message}`) };
}

test("with a cache, looks at what has changed, and finds the same", async () => {
  const root = await writeSite(site);
  const cache = join(await emptyDirectory(), "cache.json");
  const found = ["a.css /gone.css is not there (@import)", "b.html /gone.png is not there (img)"];
  expect(await cached(root, cache)).toEqual({ looked: 2, found });
  expect(await cached(root, cache)).toEqual({ looked: 0, found });
  // Built again: other times, the same content.
  for (const [name, text] of Object.entries(site)) {
    await rm(join(root, name));
    await writeFile(join(root, name), text);
  }
  expect(await cached(root, cache)).toEqual({ looked: 0, found });
  // Another content of the same size and time.
  await writeFile(join(root, "a.css"), `@import "gine.css";`);
  await utimes(join(root, "a.css"), 0, 0);
  const other = found.map((text) => text.replace("gone.css", "gine.css"));
  expect(await cached(root, cache)).toEqual({ looked: 1, found: other });
  // What was missing is there; what was there is not.
  await writeFile(join(root, "gone.png"), "");
  expect(await cached(root, cache)).toEqual({ looked: 1, found: other.slice(0, 1) });
  await rm(join(root, "a.css"));
  expect((await cached(root, cache)).found).toEqual(["index.html /a.css is not there (stylesheet)"]);
});

test("with a cache, a suspicion is looked at again when a script has changed", async () => {
  const root = await writeSite({ "index.html": page(`<link rel="preload" as="script" href="/t.js">`), "t.js": js });
  const cache = join(await emptyDirectory(), "cache.json");
  expect((await cached(root, cache)).found).toHaveLength(1);
  await writeFile(join(root, "a.js"), `load("t.js")`);
  expect(await cached(root, cache)).toEqual({ looked: 0, found: [] });
});

test.each([
  ["the rules of the site change", async (root: string) => writeFile(join(root, "_headers"), "/*\n  X-A: b\n"), ""],
  ["the options change", async () => undefined, "other"],
  ["it is empty", async (_: string, cache: string) => writeFile(cache, ""), ""],
])("with a cache, looks at everything again where %s", async (_, change, setting) => {
  const root = await writeSite(site);
  const cache = join(await emptyDirectory(), "cache.json");
  await cached(root, cache);
  await change(root, cache);
  expect((await cached(root, cache, setting)).looked).toBe(2);
  expect(JSON.parse(await readFile(cache, "utf8"))).toHaveProperty("pages");
});

test.each(["<p>a page", "[]", '{"name":"a-package"}'])("writes over nothing that is no cache: %s", async (content) => {
  const root = await writeSite(site);
  const file = join(root, "other.json");
  await writeFile(file, content);
  await expect(cached(root, file)).rejects.toThrow(`not what h2push check keeps: ${file}`);
  expect(await readFile(file, "utf8")).toBe(content);
});
