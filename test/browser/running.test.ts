import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import type { RequestRecord } from "../../src/index.js";
import { chromiumPath, firefoxPath } from "../support/browsers.js";
import { startServer, testCertificate } from "../support/server.js";
import { writeSite } from "../support/site.js";
import type { SweepBrowser } from "../support/sweep/browser.js";
import { openChromium } from "../support/sweep/chromium.js";
import { ownDirectory, webpackChunk, webpackRuntime } from "../support/webpack-site.js";
import { openFirefox } from "../support/sweep/firefox.js";

const page = (body: string, head = "") =>
  `<!doctype html><meta charset="utf-8"><title>page</title><link rel="icon" href="data:,">${head}<h1>text</h1>${body}`;

/** What Vite's helper does, to one stylesheet of its list. */
const vite = `const __vite__mapDeps=(i,m=__vite__mapDeps,d=(m.f||(m.f=["assets/a.js","assets/a.css"])))=>i.map(i=>d[i]);
const p = (load, names) => Promise.all(names.map((name) => new Promise((resolve) => {
  const link = document.createElement("link");
  const isStyle = name.endsWith(".css");
  link.rel = isStyle ? "stylesheet" : "modulepreload";
  if (!isStyle) link.as = "script";
  link.crossOrigin = "";
  link.href = "/" + name;
  document.head.append(link);
  if (isStyle) link.onload = link.onerror = resolve; else resolve();
}))).then(() => load());
globalThis.until = p(() => import("./a.js"), __vite__mapDeps([0, 1]));`;

/** What Astro's element does with its attributes. */
const astro = `<script>{
  const loads = [];
  globalThis.until = new Promise((resolve) => addEventListener("load", () => resolve(Promise.all(loads))));
  customElements.define("astro-island", class extends HTMLElement {
    connectedCallback() {
      const client = this.getAttribute("client");
      const value = JSON.parse(this.getAttribute("opts")).value;
      if (client === "visible" || (client === "media" && !matchMedia(value).matches)) return;
      for (const name of ["component-url", "renderer-url"]) loads.push(import(this.getAttribute(name)));
    }
  });
}</script>`;
const island = (client: string, name: string, value: unknown = true) =>
  `<astro-island client="${client}" component-url="/${name}.js" renderer-url="/renderer.js" opts='${JSON.stringify({ value })}'></astro-island>`;

/** Sites in which a script that reading finds to run asks for more, and all that their page asks for. */
const sites = {
  "a module that imports as it runs": [
    {
      "index.html": page(`<script type="module" src="/app.js"></script>`),
      "app.js": `globalThis.until = import("./a.js")`,
    },
    ["/a.js", "/app.js", "/b.js"],
  ],
  "a script in the page that imports": [
    { "index.html": page(`<script>globalThis.until = Promise.all([import("/a.js")])</script>`) },
    ["/a.js", "/b.js"],
  ],
  "an import by the import map": [
    {
      "index.html": page(
        `<script type="module" src="/app.js"></script>`,
        `<script type="importmap">{"imports":{"x":"/a.js"}}</script>`,
      ),
      "app.js": `globalThis.until = import("x")`,
    },
    ["/a.js", "/app.js", "/b.js"],
  ],
  "Vite's helper": [
    {
      "index.html": page(`<script type="module" crossorigin src="/assets/app.js"></script>`),
      "assets/app.js": vite,
      "assets/a.js": `import "../b.js";`,
      "assets/a.css": "h1 { color: red }",
    },
    ["/assets/a.css", "/assets/a.js", "/assets/app.js", "/b.js"],
  ],
  "Astro's islands": [
    {
      "index.html": page(
        astro + island("load", "a") + island("media", "media", "(min-width: 1px)") + island("visible", "never"),
      ),
      "media.js": "",
      "renderer.js": "",
      "never.js": "",
    },
    ["/a.js", "/b.js", "/media.js", "/renderer.js"],
  ],
  "webpack's runtime": [
    {
      "index.html": page(`<script defer src="/runtime.js"></script><script defer src="/main.js"></script>`),
      "runtime.js": webpackRuntime(ownDirectory),
      "main.js": webpackChunk(
        792,
        "1:(e,t,n)=>{globalThis.until=Promise.all([n.e(532),n.e(65)])}",
        "e=>{e.O(0,[9],()=>e(1)),e.O()}",
      ),
      "532.bbb.js": webpackChunk(532, ""),
      "chart.aaa.js": webpackChunk(65, ""),
      "chart.css1.css": "h1 { color: red }",
    },
    ["/532.bbb.js", "/chart.aaa.js", "/chart.css1.css", "/main.js", "/runtime.js"],
  ],
} as const;

const browsers = { Chromium: [chromiumPath, openChromium], Firefox: [firefoxPath, openFirefox] } as const;

describe.each(Object.entries(browsers))("in %s", (_, [path, open]) => {
  let opened: Promise<SweepBrowser> | undefined;
  afterAll(async () => (await opened)?.close());

  describe.skipIf(path === undefined).each(Object.entries(sites))("%s", (__, [files, targets]) => {
    test.each(["none", "all"] as const)("is fetched once, and all of it known: announced %s", async (announce) => {
      const asked: RequestRecord[] = [];
      const server = await startServer({
        root: await writeSite({ "a.js": `import "./b.js";`, "b.js": "export {};", ...files }),
        ...(announce === "none" ? { delivery: "none" } : { announce, delivery: "link" }),
        learn: false,
        onRequest: (record) => asked.push(record),
      });
      const window = await (await (opened ??= open(path ?? "", await testCertificate()))).fresh({});
      onTestFinished(() => window.close());
      await window.visit({ url: `${server.origin}/`, probe: { files: {} }, stays: true, between: async () => {} });
      expect(asked.map(({ target }) => target).sort()).toEqual(["/", ...targets]);
      if (announce !== "all") return;
      const linked = asked
        .find(({ target }) => target === "/")
        ?.delivery?.targets.filter(({ means }) => means === "link");
      expect(linked?.map(({ target }) => target).sort()).toEqual(targets);
    });
  });
});
