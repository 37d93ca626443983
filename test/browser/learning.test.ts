import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import type { RequestRecord } from "../../src/index.js";
import { chromiumPath, firefoxPath } from "../support/browsers.js";
import { connect } from "../support/h2.js";
import { navigate, noPush } from "../support/loads.js";
import { startServer, testCertificate } from "../support/server.js";
import { writeSite } from "../support/site.js";
import type { SweepBrowser } from "../support/sweep/browser.js";
import { openChromium } from "../support/sweep/chromium.js";
import { openFirefox } from "../support/sweep/firefox.js";

/** An expression for a name that reading the script does not find. */
const name = (text: string) => `${JSON.stringify(text.split(""))}.join("")`;

/** Every form in which a script asks for more; no file names what is asked for. */
const files = {
  "index.html": `<!doctype html><meta charset="utf-8"><title>page</title><link rel="icon" href="/icon.svg">
<link rel="stylesheet" href="/site.css"><script type="module" src="/app.js"></script><h1>text</h1>`,
  "site.css": "h1 { color: red }",
  "app.js": `
const add = (tag, attributes) => new Promise((resolve) => {
  const element = Object.assign(document.createElement(tag), attributes);
  element.onload = element.onerror = resolve;
  document.head.append(element);
});
globalThis.until = Promise.all([
  import(${name("/chunk.js")}),
  fetch(${name("/data.json")}).then((response) => response.json()),
  fetch(${name("/code.wasm")}).then((response) => response.arrayBuffer()),
  add("script", { src: ${name("/classic.js")} }),
  add("script", { src: ${name("/cors.js")}, crossOrigin: "" }),
  add("link", { rel: "stylesheet", href: ${name("/added.css")} }),
  add("img", { src: ${name("/added.svg")} }),
  new FontFace("F", "url(" + ${name("/text.woff2")} + ")").load().catch(() => 0),
  new Promise((resolve) => (new Worker(${name("/worker.js")}).onmessage = resolve)),
]);`,
  "chunk.js": `import "./deep.js"; export default 1;`,
  "deep.js": "export {};",
  "data.json": "{}",
  "code.wasm": "\\0asm",
  "classic.js": "globalThis.classic = true;",
  "cors.js": "globalThis.cors = true;",
  "added.css": "h1 { background: url(/added-back.svg) }",
  "added.svg": `<svg xmlns="http://www.w3.org/2000/svg"/>`,
  "added-back.svg": `<svg xmlns="http://www.w3.org/2000/svg"/>`,
  "text.woff2": "not a font",
  "worker.js": "postMessage(1)",
  "icon.svg": `<svg xmlns="http://www.w3.org/2000/svg"/>`,
};

/** The same, made by its script. */
const madeByScript = {
  ...files,
  "index.html": files["index.html"].replace("<h1>text</h1>", ""),
  "app.js": `document.body.append(Object.assign(document.createElement("h1"), { textContent: "text" }));${files["app.js"]}`,
};

const learned = [
  "/added-back.svg",
  "/added.css",
  "/added.svg",
  "/chunk.js",
  "/classic.js",
  "/code.wasm",
  "/cors.js",
  "/data.json",
  "/deep.js",
  "/text.woff2",
];

const browsers = { Chromium: [chromiumPath, openChromium], Firefox: [firefoxPath, openFirefox] } as const;

describe.each(Object.entries(browsers))("in %s", (_, [path, open]) => {
  let opened: Promise<SweepBrowser> | undefined;
  afterAll(async () => (await opened)?.close());

  test.skipIf(path === undefined).each([
    ["all", "a page", files, []],
    ["unseen", "a page", files, learned],
    // Of its images one alone: nobody knows on which screens they are painted.
    ["unseen", "a page that its script makes", madeByScript, ["/added-back.svg"]],
  ] as const)(
    "under --announce %s what a first load of %s has asked for goes with the next where it may, and is fetched once",
    async (announce, _page, site, hidden: readonly string[]) => {
      const expected = learned.filter((target) => !hidden.includes(target));
      const asked: RequestRecord[] = [];
      const server = await startServer({
        root: await writeSite(site),
        announce,
        delivery: "link",
        onRequest: (record) => asked.push(record),
      });
      const client = await connect(server.port, noPush);
      const browser = await (opened ??= open(path ?? "", await testCertificate()));
      const load = async () => {
        asked.length = 0;
        const window = await browser.fresh({});
        onTestFinished(() => window.close());
        const probe = { files: {} };
        const seen = await window.visit({ url: `${server.origin}/`, probe, stays: true, between: async () => {} });
        const targets = asked.map(({ target }) => target).filter((target) => !target.includes("icon"));
        const delivery = asked.find(({ target }) => target === "/")?.delivery;
        const linked = delivery?.targets.flatMap((one) =>
          one.means === "link" && one.by === "traffic" ? one.target : [],
        );
        return { seen, targets: targets.sort(), linked: linked?.sort() };
      };
      const first = await load();
      expect(first.linked).toEqual([]);
      // The first load is over when nothing was asked for in a while.
      await expect
        .poll(() => navigate(client, "/", { ":method": "HEAD" }), { timeout: 20_000 })
        .toEqual(expect.arrayContaining(expected));
      const second = await load();
      expect(second.linked).toEqual(expected);
      expect(second.targets).toEqual(first.targets);
      expect(new Set(second.targets).size).toBe(second.targets.length);
      expect(second.seen).toEqual(first.seen);
    },
  );
});
