import { integrity, page, ran, type Probes } from "./probe.js";

const a = ran("a");
const b = ran("b");
const module = (attributes: string) => `<script type="module" ${attributes}></script>`;

/** Scripts and modules: which run, in which order, and how often each is fetched. */
export const scripts: Probes = {
  "script-order": {
    files: {
      "index.html": page(
        `<script defer src="defer.js"></script><script src="a.js"></script>${module(`src="app.js"`)}<script>${ran("inline")}</script><script src="b.js"></script>`,
        `<script src="last.js"></script>`,
      ),
      "a.js": a,
      "b.js": b,
      "defer.js": ran("defer"),
      "app.js": ran("app", `import "./part.js";`),
      "part.js": ran("part"),
      "last.js": ran("last"),
    },
  },
  "script-async": {
    unordered: true,
    files: {
      "index.html": page(
        `<script async src="a.js"></script><script async src="b.js"></script>${module(`async src="c.js"`)}`,
      ),
      "a.js": a,
      "b.js": b,
      "c.js": ran("c", `import "./d.js";`),
      "d.js": ran("d"),
    },
  },
  "script-integrity": {
    files: { "index.html": page(`<script src="a.js" integrity="${integrity(a)}"></script>`), "a.js": a },
  },
  "script-integrity-wrong": {
    files: { "index.html": page(`<script src="a.js" integrity="${integrity(b)}"></script>`), "a.js": a },
  },
  "script-integrity-unknown": {
    files: { "index.html": page(`<script src="a.js" integrity="md5-AAAA"></script>`), "a.js": a },
  },
  "script-integrity-of-several": {
    files: {
      "index.html": page(`<script src="a.js" integrity="${integrity(b)}  ${integrity(a)}?opt"></script>`),
      "a.js": a,
    },
  },
  "script-integrity-crossorigin": {
    files: { "index.html": page(`<script crossorigin src="a.js" integrity="${integrity(a)}"></script>`), "a.js": a },
  },
  "script-twice-integrity": {
    files: {
      "index.html": page(`<script src="a.js"></script><script src="a.js" integrity="${integrity(a)}"></script>`),
      "a.js": a,
    },
  },
  "script-crossorigin": {
    files: { "index.html": page(`<script crossorigin src="a.js"></script>`), "a.js": a },
  },
  "script-use-credentials": {
    files: { "index.html": page(`<script crossorigin="use-credentials" src="a.js"></script>`), "a.js": a },
  },
  "script-crossorigin-both": {
    files: { "index.html": page(`<script src="a.js"></script><script crossorigin src="a.js"></script>`), "a.js": a },
  },
  "script-referrerpolicy": {
    files: {
      "index.html": page(
        `<script referrerpolicy="no-referrer" src="a.js"></script>${module(`referrerpolicy="no-referrer" src="b.js"`)}`,
      ),
      "a.js": a,
      "b.js": b,
    },
  },
  "script-fetchpriority": {
    files: { "index.html": page(`<script fetchpriority="low" src="a.js"></script>`), "a.js": a },
  },
  "script-charset": {
    files: { "index.html": page(`<script charset="windows-1252" src="a.js"></script>`), "a.js": ran("\u00e9") },
  },
  "script-nomodule": {
    files: { "index.html": page(`<script nomodule src="a.js"></script>${module(`src="b.js"`)}`), "a.js": a, "b.js": b },
  },
  "script-type-data": {
    files: { "index.html": page(`<script type="text/plain" src="a.js"></script>`), "a.js": a },
  },
  "script-type-switched-later": {
    files: {
      "index.html": page(
        `<script type="text/plain" src="a.js" class="consent"></script>`,
        `<script>for (const old of document.querySelectorAll(".consent")) { const now = document.createElement("script");
globalThis.until = new Promise((resolve) => (now.onload = resolve)); now.src = old.src; old.replaceWith(now); }</script>`,
      ),
      "a.js": a,
    },
  },
  "script-type-module-by-a-script": {
    files: {
      "index.html": page(
        "",
        `<script>const now = document.createElement("script"); now.type = "module"; now.src = "app.js";
globalThis.until = new Promise((resolve) => (now.onload = resolve)); document.body.append(now);</script>`,
      ),
      "app.js": ran("app", `import "./part.js";`),
      "part.js": ran("part"),
    },
  },
  "script-blocked-by-an-observer": {
    files: {
      "index.html": page(
        `<script>new MutationObserver((records) => { for (const { addedNodes } of records) for (const node of addedNodes)
if (node.src?.endsWith("a.js")) { node.type = "javascript/blocked"; node.remove(); } }).observe(document, { childList: true, subtree: true });</script>`,
        `<p>text</p><script src="first.js"></script><script defer src="a.js"></script>`,
      ),
      "first.js": ran("first"),
      "a.js": a,
    },
  },
  "script-removed-by-another": {
    files: {
      "index.html": page(
        "",
        `<script defer src="a.js"></script><script src="first.js"></script>${module(`src="b.js"`)}`,
      ),
      "first.js": ran("first", `document.querySelector("script[defer]").remove();`),
      "a.js": a,
      "b.js": b,
    },
  },
  "script-document-write": {
    files: {
      "index.html": page(`<script src="first.js"></script><script src="b.js"></script>`),
      "first.js": ran("first", `document.write('<script src="a.js"><\\/script>');`),
      "a.js": a,
      "b.js": b,
    },
  },
  "script-document-write-module": {
    files: {
      "index.html": page(`<script src="first.js"></script>`),
      "first.js": ran("first", `document.write('<script type="module" src="a.js"><\\/script>');`),
      "a.js": a,
    },
  },
  "script-document-write-comment": {
    files: {
      "index.html": page(
        `<script src="first.js"></script><script src="a.js"></script><link rel="stylesheet" href="a.css"><!-- -->`,
      ),
      "first.js": ran("first", `document.write("<!" + "--");`),
      "a.js": a,
      "a.css": `@import "b.css"; h1 { color: rgb(1, 2, 3) }`,
      "b.css": `h1 { background: rgb(3, 4, 5) }`,
    },
  },
  "script-navigates-away": {
    files: {
      "index.html": page(
        `<script>location.replace("next.html");</script><link rel="stylesheet" href="a.css">`,
        `<script src="a.js"></script>`,
      ),
      "next.html": page(`<link rel="stylesheet" href="a.css">`, `<h1>next</h1>`),
      "a.css": `@import "b.css";`,
      "b.css": `h1 { color: rgb(1, 2, 3) }`,
      "a.js": a,
    },
  },
  "script-current-script": {
    files: {
      "index.html": page(
        `<script src="a.js" data-name="first"></script><script async src="b.js" data-name="second"></script>`,
      ),
      "a.js": `(globalThis.order ??= []).push(document.currentScript.dataset.name);`,
      "b.js": `(globalThis.order ??= []).push(document.currentScript.dataset.name);`,
    },
  },
  "script-counts-resources": {
    files: {
      "index.html": page(`<link rel="stylesheet" href="a.css"><script src="a.js"></script>${module(`src="app.js"`)}`),
      "a.css": `@import "b.css";`,
      "b.css": `h1 { color: rgb(1, 2, 3) }`,
      "a.js": a,
      "app.js": ran("app", `import "./part.js";`),
      "part.js": ran("part"),
    },
    state: `performance.getEntriesByType("resource").map(({ name }) => new URL(name).pathname).sort()`,
  },
  "script-load-events": {
    files: {
      "index.html": page(
        `<script src="a.js" onload="(globalThis.order ??= []).push('load a')"></script><script src="missing.js" onerror="(globalThis.order ??= []).push('error')"></script>`,
      ),
      "a.js": a,
    },
  },
  "script-no-store": {
    headers: { "*.js": ["Cache-Control: no-store"], "*.css": ["Cache-Control: no-store"] },
    files: {
      "index.html": page(`<link rel="stylesheet" href="a.css"><script src="a.js"></script>${module(`src="app.js"`)}`),
      "a.css": `@import "b.css";`,
      "b.css": `h1 { color: rgb(1, 2, 3) }`,
      "a.js": a,
      "app.js": ran("app", `import "./part.js";`),
      "part.js": ran("part"),
    },
  },
  "script-no-cache": {
    headers: { "*.js": ["Cache-Control: no-cache"] },
    files: {
      "index.html": page(`<script src="a.js"></script>${module(`src="app.js"`)}`),
      "a.js": a,
      "app.js": ran("app", `import "./part.js";`),
      "part.js": ran("part"),
    },
  },
  "script-vary": {
    headers: { "*.js": ["Vary: Accept, Sec-Fetch-Dest, Origin"] },
    files: {
      "index.html": page(`<script src="a.js"></script>${module(`src="app.js"`)}`),
      "a.js": a,
      "app.js": ran("app", `import "./part.js";`),
      "part.js": ran("part"),
    },
  },
  "script-of-another-type": {
    headers: { "a.js": ["Content-Type: text/plain", "X-Content-Type-Options: nosniff"] },
    files: { "index.html": page(`<script src="a.js"></script>${module(`src="b.js"`)}`), "a.js": a, "b.js": b },
  },
  "script-redirected": {
    redirects: ["old.js a.js 302", "older.js b.js 308"],
    files: {
      "index.html": page(`<script src="old.js"></script><script src="older.js"></script>`),
      "a.js": a,
      "b.js": b,
    },
  },
  "script-rewritten": {
    redirects: ["alias.js a.js 200"],
    files: { "index.html": page(`<script src="alias.js"></script>`), "a.js": a },
  },
  "script-in-noscript": {
    files: {
      "index.html": page(
        `<noscript><link rel="stylesheet" href="a.css"></noscript>`,
        `<noscript><img src="a.svg"></noscript>`,
      ),
      "a.css": `@import "b.css";`,
      "b.css": "",
      "a.svg": "<svg/>",
    },
  },
  "module-graph": {
    files: {
      "index.html": page(module(`src="app.js"`)),
      "app.js": ran("app", `import "./a.js"; import "./b.js";`),
      "a.js": ran("a", `import "./c.js";`),
      "b.js": ran("b", `import "./c.js"; import "./d.js?x=1"; import "./d.js";`),
      "c.js": ran("c"),
      "d.js": ran("d"),
    },
  },
  "module-circular": {
    files: {
      "index.html": page(module(`src="a.js"`)),
      "a.js": ran("a", `import "./b.js";`),
      "b.js": ran("b", `import "./c.js"; import "./a.js";`),
      "c.js": ran("c", `import "./a.js"; import "./c.js";`),
    },
  },
  "module-syntax-error": {
    files: {
      "index.html": page(module(`src="app.js"`) + module(`src="b.js"`)),
      "app.js": `import "./a.js"; const = 1;`,
      "a.js": ran("a", `import "./c.js";`),
      "b.js": b,
      "c.js": ran("c"),
    },
  },
  "module-syntax-error-deep": {
    files: {
      "index.html": page(module(`src="app.js"`)),
      "app.js": ran("app", `import "./a.js"; import "./b.js";`),
      "a.js": `import "./c.js"; const = 1;`,
      "b.js": ran("b", `import "./d.js";`),
      "c.js": ran("c"),
      "d.js": ran("d"),
    },
  },
  "module-throws": {
    files: {
      "index.html": page(module(`src="app.js"`) + module(`src="b.js"`)),
      "app.js": ran("app", `import "./a.js";`),
      "a.js": `${a}throw new Error("thrown");`,
      "b.js": b,
    },
  },
  "module-missing": {
    files: {
      "index.html": page(module(`src="missing.js"`) + module(`src="b.js"`)),
      "b.js": b,
    },
  },
  "module-import-missing": {
    files: {
      "index.html": page(module(`src="app.js"`)),
      "app.js": ran("app", `import "./missing.js"; import "./a.js";`),
      "a.js": ran("a", `import "./c.js";`),
      "c.js": ran("c"),
    },
  },
  "module-bare": {
    files: {
      "index.html": page(module(`src="app.js"`)),
      "app.js": ran("app", `import "./a.js"; import "bare";`),
      "a.js": a,
    },
  },
  "module-top-level-await": {
    files: {
      "index.html": page(module(`src="app.js"`) + module(`src="b.js"`)),
      "app.js": ran("app", `import "./a.js"; await import("./c.js"); globalThis.order.push("app again");`),
      "a.js": `await new Promise((resolve) => setTimeout(resolve, 20)); ${a}`,
      "b.js": b,
      "c.js": ran("c", `import "./d.js";`),
      "d.js": ran("d"),
    },
    unordered: true,
  },
  "module-dynamic": {
    files: {
      "index.html": page("", `<script>globalThis.until = import("./app.js");</script>`),
      "app.js": ran("app", `import "./a.js";`),
      "a.js": a,
    },
  },
  "module-json": {
    files: {
      "index.html": page(module(`src="app.js"`)),
      "app.js": ran(
        "app",
        `import data from "./data.json" with { type: "json" }; document.body.append("data " + data.value);`,
      ),
      "data.json": `{ "value": 1 }`,
    },
  },
  "module-json-invalid": {
    files: {
      "index.html": page(module(`src="app.js"`)),
      "app.js": ran("app", `import data from "./data.json" with { type: "json" };`),
      "data.json": `{ value }`,
    },
  },
  "module-json-and-fetch": {
    files: {
      "index.html": page(module(`src="app.js"`)),
      "app.js": ran(
        "app",
        `import data from "./data.json" with { type: "json" };
globalThis.until = fetch("./data.json").then((response) => response.json()).then(({ value }) => globalThis.order.push(value));`,
      ),
      "data.json": `{ "value": 1 }`,
    },
  },
  "module-css": {
    files: {
      "index.html": page(module(`src="app.js"`)),
      "app.js": ran(
        "app",
        `import sheet from "./sheet.css" with { type: "css" }; document.adoptedStyleSheets.push(sheet);`,
      ),
      "sheet.css": "h1 { color: rgb(1, 2, 3) }",
    },
  },
  "module-css-and-link": {
    files: {
      "index.html": page(`<link rel="stylesheet" href="sheet.css">${module(`src="app.js"`)}`),
      "app.js": ran(
        "app",
        `import sheet from "./sheet.css" with { type: "css" }; document.adoptedStyleSheets.push(sheet);`,
      ),
      "sheet.css": "h1 { color: rgb(1, 2, 3) }",
    },
  },
  "module-type-text": {
    files: {
      "index.html": page(module(`src="app.js"`)),
      "app.js": ran("app", `import text from "./a.txt" with { type: "text" };`),
      "a.txt": "text",
    },
  },
  "module-integrity": {
    files: {
      "index.html": page(module(`src="app.js" integrity="${integrity(ran("app", `import "./a.js";`))}"`)),
      "app.js": ran("app", `import "./a.js";`),
      "a.js": a,
    },
  },
  "module-integrity-wrong": {
    files: {
      "index.html": page(module(`src="app.js" integrity="${integrity("other")}"`)),
      "app.js": ran("app", `import "./a.js";`),
      "a.js": a,
    },
  },
  "module-integrity-twice": {
    files: {
      "index.html": page(module(`src="a.js" integrity="${integrity(a)}"`) + module(`src="app.js"`)),
      "app.js": ran("app", `import "./a.js";`),
      "a.js": a,
    },
  },
  "module-use-credentials": {
    files: {
      "index.html": page(module(`crossorigin="use-credentials" src="app.js"`)),
      "app.js": ran("app", `import "./a.js"; import data from "./data.json" with { type: "json" };`),
      "a.js": a,
      "data.json": "{}",
    },
  },
  "module-both-credentials": {
    files: {
      "index.html": page(module(`crossorigin="use-credentials" src="app.js"`) + module(`src="b.js"`)),
      "app.js": ran("app", `import "./a.js";`),
      "b.js": ran("b", `import "./a.js";`),
      "a.js": a,
    },
  },
  "module-and-classic": {
    files: {
      "index.html": page(
        `<script src="a.js"></script>${module(`src="a.js"`)}${module(`src="b.js"`)}<script defer src="b.js"></script>`,
      ),
      "a.js": a,
      "b.js": b,
    },
  },
  "module-own-modulepreload": {
    files: {
      "index.html": page(
        `<link rel="modulepreload" href="app.js"><link rel="modulepreload" href="a.js">${module(`src="app.js"`)}`,
      ),
      "app.js": ran("app", `import "./a.js";`),
      "a.js": a,
    },
  },
  "module-own-modulepreload-unused": {
    files: {
      "index.html": page(`<link rel="modulepreload" href="app.js">`),
      "app.js": ran("app", `import "./a.js";`),
      "a.js": a,
    },
  },
  "module-own-preload": {
    files: {
      "index.html": page(`<link rel="preload" as="script" crossorigin href="app.js">${module(`src="app.js"`)}`),
      "app.js": ran("app", `import "./a.js";`),
      "a.js": a,
    },
  },
  "module-redirected": {
    redirects: ["old.js new/app.js 302", "part.js new/part.js 308"],
    files: {
      "index.html": page(module(`src="old.js"`)),
      "new/app.js": ran("app", `import "./part.js"; import "../part.js";`),
      "new/part.js": ran("part"),
    },
  },
  "module-redirected-twice": {
    redirects: ["one.js two.js 302", "two.js a.js 301"],
    files: { "index.html": page(module(`src="one.js"`)), "a.js": a },
  },
  "module-of-another-type": {
    headers: { "a.js": ["Content-Type: text/plain"] },
    files: {
      "index.html": page(module(`src="app.js"`)),
      "app.js": ran("app", `import "./a.js"; import "./b.js";`),
      "a.js": ran("a", `import "./c.js";`),
      "b.js": b,
      "c.js": ran("c"),
    },
  },
  "module-base": {
    files: {
      "index.html": page(`<base href="sub/">${module(`src="app.js"`)}<link rel="stylesheet" href="a.css">`),
      "sub/app.js": ran("app", `import "./a.js";`),
      "sub/a.js": a,
      "sub/a.css": `@import "b.css";`,
      "sub/b.css": "h1 { color: rgb(1, 2, 3) }",
    },
  },
  "module-base-by-a-script": {
    files: {
      "index.html": page(
        `<script>document.write('<base href="sub/">');</script>${module(`src="app.js"`)}<link rel="stylesheet" href="a.css">`,
      ),
      "app.js": ran("other app", `import "./a.js";`),
      "a.js": ran("other a"),
      "a.css": `@import "b.css";`,
      "b.css": "h1 { color: rgb(9, 9, 9) }",
      "sub/app.js": ran("app", `import "./a.js";`),
      "sub/a.js": a,
      "sub/a.css": `@import "b.css";`,
      "sub/b.css": "h1 { color: rgb(1, 2, 3) }",
    },
  },
  "worker-classic": {
    files: {
      "index.html": page(
        "",
        `<script>globalThis.until = new Promise((resolve) => { new Worker("worker.js").onmessage = ({ data }) => resolve(document.body.append(data)); });</script>`,
      ),
      "worker.js": `importScripts("part.js"); postMessage("worker " + part);`,
      "part.js": "globalThis.part = 1;",
    },
  },
  "worker-module": {
    files: {
      "index.html": page(
        module(`src="app.js"`),
        `<script>globalThis.until = new Promise((resolve) => { new Worker("worker.js", { type: "module" }).onmessage = ({ data }) => resolve(document.body.append(data)); });</script>`,
      ),
      "app.js": ran("app", `import "./part.js";`),
      "worker.js": `import { part } from "./part.js"; postMessage("worker " + part);`,
      "part.js": "export const part = 1;",
    },
  },
  "worker-of-a-script-of-the-page": {
    files: {
      "index.html": page(
        `<script src="part.js"></script>`,
        `<script>
globalThis.until = new Promise((resolve) => { new Worker("part.js").onmessage = ({ data }) => resolve(document.body.append(data)); });</script>`,
      ),
      "part.js": `if (globalThis.document === undefined) postMessage("worker");`,
    },
  },
  "worker-shared": {
    files: {
      "index.html": page(
        "",
        `<script>globalThis.until = new Promise((resolve) => { new SharedWorker("worker.js").port.onmessage = ({ data }) => resolve(document.body.append(data)); });</script>`,
      ),
      "worker.js": `onconnect = ({ ports: [port] }) => port.postMessage("shared");`,
    },
  },
  "service-worker-passes-on": {
    visits: 2,
    files: {
      "index.html": page(
        `<link rel="stylesheet" href="a.css">${module(`src="app.js"`)}`,
        `<script>globalThis.until = navigator.serviceWorker?.register("sw.js").then(() => navigator.serviceWorker.ready).catch(() => 0);</script>`,
      ),
      "sw.js": `oninstall = () => skipWaiting(); onactivate = (event) => event.waitUntil(clients.claim());
onfetch = (event) => event.respondWith(fetch(event.request));`,
      "a.css": `@import "b.css";`,
      "b.css": "h1 { color: rgb(1, 2, 3) }",
      "app.js": ran("app", `import "./a.js";`),
      "a.js": a,
    },
  },
  "service-worker-answers": {
    visits: 2,
    files: {
      "index.html": page(
        `<link rel="stylesheet" href="a.css">${module(`src="app.js"`)}`,
        `<script>globalThis.until = navigator.serviceWorker?.register("sw.js").then(() => navigator.serviceWorker.ready).catch(() => 0);</script>`,
      ),
      "sw.js": `onfetch = (event) => { if (event.request.url.endsWith("a.js"))
event.respondWith(new Response("(globalThis.order ??= []).push('by the worker');", { headers: { "content-type": "text/javascript" } })); };`,
      "a.css": `@import "b.css";`,
      "b.css": "h1 { color: rgb(1, 2, 3) }",
      "app.js": ran("app", `import "./a.js";`),
      "a.js": a,
    },
  },
};
