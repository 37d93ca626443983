import { expect, test } from "vitest";

import { scanIndex } from "../support/scan-index.js";

const targets = async (files: Readonly<Record<string, string>>, csp?: readonly string[]): Promise<string[]> =>
  (await scanIndex(files, csp)).entries.map(({ target }) => target);

const module = `<script type="module" src="/app.js"></script>`;

test("what a module imports as it runs is listed with its own imports, and announced as a module", async () => {
  const { entries, reasons } = await scanIndex({
    "index.html": module,
    "app.js": `import "./b.js"; if (x) import("./never.js");`,
    "b.js": `import("./chunks/c.js");`,
    "chunks/c.js": `import "./d.js"; import("./e.js")`,
    "chunks/d.js": "",
    "chunks/e.js": "",
    "never.js": "",
  });
  expect(entries).toMatchObject([
    { target: "/app.js", rel: "modulepreload", as: "script", named: true },
    { target: "/b.js" },
    { target: "/chunks/c.js", rel: "modulepreload", as: "script" },
    { target: "/chunks/d.js" },
    { target: "/chunks/e.js" },
  ]);
  expect(reasons.get("/chunks/c.js")).toBe("import() in /b.js");
  expect(entries[2]).not.toHaveProperty("named");
});

test("it is not needed for the paint of a page that shows something by itself", async () => {
  const files = {
    "app.js": `import "./b.js"; import("./c.js");`,
    "b.js": "",
    "c.js": `import "./b.js"; import "./d.js"`,
    "d.js": "",
  };
  const marked = async (body: string) =>
    (await scanIndex({ ...files, "index.html": module + body })).entries.flatMap(({ target, when }) =>
      when === "load" ? target : [],
    );
  expect(await marked("<p>text")).toEqual(["/c.js", "/d.js"]);
  expect(await marked("<div id=app></div>")).toEqual([]);
  expect(await marked(`<p>text<link rel="preload" as="script" crossorigin href="/d.js">`)).toEqual(["/c.js"]);
});

test("a script in the page imports by the import map, relative to the page's base", async () => {
  const scripts = `<script type="importmap">{"imports":{"x":"/x.js"}}</script><script>import("x"); import("./y.js")</script>
<script type="module">import("./z.js")</script>`;
  const { entries } = await scanIndex({
    "index.html": `<base href="/in/">${scripts}`,
    "x.js": "",
    "in/y.js": "",
    "in/z.js": "",
  });
  const link = { rel: "preload", as: "script", crossorigin: "anonymous" };
  expect(entries).toMatchObject(["/x.js", "/in/y.js", "/in/z.js"].map((target) => ({ target, ...link })));
});

test.each([
  `HTMLScriptElement.supports("importmap") || document.write('<script src="/js/wp-polyfill-importmap.min.js"></scr' + 'ipt>')`,
  `if (!HTMLScriptElement.supports?.('importmap')) load("/shim.js")`,
  `/* no import map */ x = "es-module-shims/importmap-shim"`,
])("a script that asks for import maps, and adds none, leaves modules as they are: %s", async (script) => {
  const files = { "index.html": `<script>${script}</script>${module}`, "app.js": `import "./b.js"`, "b.js": "" };
  expect(await targets(files)).toEqual(["/app.js", "/b.js"]);
});

test.each([
  `s.type = "importmap"`,
  `s.setAttribute('type', 'importmap')`,
  `document.write('<script type=importmap>{}')`,
])("what modules import is not known beside a script that may add an import map: %s", async (script) => {
  const files = { "index.html": `<script>${script}</script>${module}`, "app.js": `import "./b.js"`, "b.js": "" };
  expect(await targets(files)).toEqual(["/app.js"]);
});

test("a script whose graph is not complete does not run", async () => {
  const files = {
    "index.html": module,
    "app.js": `import "./gone.js"; import "./b.js"; import("./c.js")`,
    "b.js": `import("./c.js")`,
    "c.js": "",
  };
  expect(await targets(files)).toEqual(["/app.js", "/b.js"]);
});

test("a policy that forbids a script in the page forbids what it imports", async () => {
  const files = { "index.html": `<script>import("./a.js")</script>`, "a.js": "" };
  expect(await targets(files)).toEqual(["/a.js"]);
  expect(await targets(files, ["script-src 'self'"])).toEqual([]);
});

const list = `const __vite__mapDeps=(i,m=__vite__mapDeps,d=(m.f||(m.f=["assets/a.js","assets/a.css","assets/site.css"])))=>i.map(i=>d[i]);\n`;

test("Vite's helper adds the stylesheets of what it imports, and none that the page has", async () => {
  const { entries } = await scanIndex({
    "index.html": `<script type="module" src="/base/assets/app.js"></script><link rel="stylesheet" href="/base/assets/site.css"><p>text`,
    "base/assets/app.js": `${list}p(()=>import("./a.js"),__vite__mapDeps([0,1,2]))`,
    "base/assets/a.js": "",
    "base/assets/a.css": `@font-face { font-family: F; src: url(f.woff2) } p { font-family: F }`,
    "base/assets/f.woff2": "",
    "base/assets/site.css": "",
  });
  expect(entries).toMatchObject([
    { target: "/base/assets/site.css", blocking: true },
    { target: "/base/assets/f.woff2", as: "font" },
    { target: "/base/assets/app.js" },
    { target: "/base/assets/a.js", rel: "modulepreload" },
    { target: "/base/assets/a.css", rel: "preload", as: "style", crossorigin: "anonymous" },
  ]);
  expect(entries[4]).not.toHaveProperty("blocking");
});

const island = (client: string, more = "") =>
  `<script>customElements.define("astro-island", class {})</script><astro-island component-url="/c.js" renderer-url="/r.js" client="${client}" ${more}></astro-island>`;
const islandFiles = { "c.js": `import "./d.js"`, "d.js": "", "r.js": "", "before.js": "" };
const opts = (value: string) => `opts='${JSON.stringify({ name: "C", value })}'`;

test.each([
  [island("load"), ["/c.js", "/d.js", "/r.js"]],
  [island("idle"), ["/c.js", "/d.js", "/r.js"]],
  [island("only"), ["/c.js", "/d.js", "/r.js"]],
  [island("visible"), []],
  [island("visible", `before-hydration-url="/before.js"`), ["/before.js"]],
  [island("media", opts("(min-width: 600px)")), ["/c.js", "/d.js", "/r.js"]],
  [island("media", opts("(max-width: 600px)")), []],
  [island("media"), []],
  [`<template>${island("load")}</template>`, []],
  [island("load").replace(/<script>.*<\/script>/, ""), []],
])("an island of Astro's: %s", async (html, expected) => {
  const listed = await scanIndex({ "index.html": html, ...islandFiles });
  expect(listed.entries.map(({ target }) => target).sort()).toEqual(expected);
  for (const entry of listed.entries) expect(entry).not.toHaveProperty("named");
});

test("explains what only running shows", async () => {
  const { ignored } = await scanIndex(
    {
      "index.html": `${module}<script src="/classic.js"></script><div id="root"></div><link rel="stylesheet" href="/s.css">`,
      "app.js": `import "./b.js"; import("./known.js"); const later = () => import("./later.js"); later(import(x))`,
      "b.js": `new Worker(new URL("./worker.js", import.meta.url)); fetch("/data.json")`,
      "classic.js": `fetch(url); this.fetch(); window.fetch`,
      "known.js": "",
      "s.css": `@font-face { font-family: F; src: url(f.woff2) } p { font-family: F; background: url(back.svg) }`,
    },
    [],
    true,
  );
  const made = "the page's elements are made by a script: fonts and backgrounds can't be told";
  expect(Object.fromEntries(ignored.map(({ target, reason }) => [target, reason]))).toEqual({
    "/later.js": "import() in /app.js: only running shows when",
    "import() in /app.js": "only running shows what, and when",
    "/worker.js": "a worker in /b.js: only running shows when",
    "/data.json": "fetch() in /b.js: only running shows when",
    "fetch() in /classic.js": "only running shows what, and when",
    "/f.woff2": made,
    "/back.svg": made,
  });
});

test.each([
  ["imports by a bare name", `import "bare"`],
  ["does not parse", `import "./d.js"; let let = ;`],
  ["imports what no browser knows", `import "./d.js" with { type: "x" }`],
])("lists no import() of a graph in which a script %s", async (_, broken) => {
  const files = {
    "index.html": `<script type=module src=a.js></script><script type=module src=e.js></script><script type=module>
      import "./a.js"; import("./later.js")</script>`,
    "a.js": `import "./b.js"; import("./later.js")`,
    "b.js": `import "./broken.js"; import "./c.js"; import("./later.js")`,
    "c.js": "",
    "broken.js": broken,
    "e.js": `import "./b.js"; import("./later.js")`,
    "d.js": "",
    "later.js": "",
  };
  const found = (await scanIndex(files)).entries.map(({ target }) => target);
  expect(found.sort()).toEqual(["/a.js", "/b.js", "/broken.js", "/c.js", "/e.js"]);
});

test("a script beside one that does not parse runs for another graph", async () => {
  const files = {
    "index.html": `<script type=module src=a.js></script><script type=module src=e.js></script>`,
    "a.js": `import "./broken.js"; import "./c.js"`,
    "broken.js": `import "bare"`,
    "c.js": "",
    "e.js": `import "./c.js"; import("./later.js")`,
    "later.js": "",
  };
  expect((await scanIndex(files)).entries.map(({ target }) => target)).toContain("/later.js");
});
