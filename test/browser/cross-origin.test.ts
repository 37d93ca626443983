import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createCertificate, type PemPair, type ServerOptions } from "../../src/index.js";
import { chromiumPath, firefoxPath } from "../support/browsers.js";
import { page, svg } from "../support/probes/probe.js";
import { startServer } from "../support/server.js";
import { writeSite } from "../support/site.js";
import type { SweepBrowser } from "../support/sweep/browser.js";
import { openChromium } from "../support/sweep/chromium.js";
import { openFirefox } from "../support/sweep/firefox.js";

/** Loads what another origin has, in each way, and says in `globalThis.seen` what came of it. */
const SCRIPT = `const other = location.search.slice(1);
const loaded = (element, more) => new Promise((resolve) => {
  element.onload = () => resolve(true);
  element.onerror = () => resolve(false);
  document.head.append(Object.assign(element, more));
});
const fetched = (init) => fetch(other + "/a.json", init).then((response) => response.json()).then(() => true, () => false);
globalThis.until = (async () => {
  globalThis.seen = {
    isolated: crossOriginIsolated && typeof SharedArrayBuffer === "function",
    image: await loaded(new Image(), { src: other + "/a.svg" }),
    script: await loaded(document.createElement("script"), { src: other + "/a.js" }),
    module: await import(other + "/a.js").then(() => true, () => false),
    read: await fetched(),
    preflight: await fetched({ method: "GET", headers: { "x-own": "1" } }),
  };
})();`;

const ours = { "index.html": page(`<script>${SCRIPT}</script>`) };
const theirs = { "a.svg": svg("red"), "a.js": "globalThis.ran = true;", "a.json": "{}" };

const all = { image: true, script: true, module: true, read: true, preflight: true };
const shown = { image: true, script: true, module: false, read: false, preflight: false };
const nothing = { image: false, script: false, module: false, read: false, preflight: false };

/** Options of the page's server and of the other one, and what comes of it. */
const cases: readonly (readonly [page: ServerOptions, other: ServerOptions | "the page's origin", seen: object])[] = [
  [{}, {}, { isolated: false, ...shown }],
  [{}, { cors: true }, { isolated: false, ...all }],
  [{}, "the page's origin", { isolated: false, ...all }],
  [{}, { cors: true, coi: true }, { isolated: false, ...all }],
  [{ coi: true }, {}, { isolated: true, ...nothing }],
  [{ coi: true }, { cors: true }, { isolated: true, ...all }],
  [{ coi: true }, "the page's origin", { isolated: true, ...all }],
  [
    { coi: true, cors: true },
    { cors: true, coi: true },
    { isolated: true, ...all },
  ],
];

describe.each([
  ["Chromium", chromiumPath, openChromium],
  ["Firefox", firefoxPath, openFirefox],
] as const)("in %s, what a page may load from another origin", (_, path, open) => {
  let pair: PemPair;
  let browser: SweepBrowser | undefined;
  beforeAll(async () => {
    pair = await createCertificate();
    browser = path === undefined ? undefined : await open(path, pair);
  }, 60_000);
  afterAll(() => browser?.close());

  test.skipIf(path === undefined).each(cases)(
    "with %j where the page is and %j where the rest is: %j",
    async (own, other, seen) => {
      const first = await startServer({ root: await writeSite(ours), certificate: pair, ...own });
      const options = typeof other === "string" ? { cors: first.origin } : other;
      const second = await startServer({ root: await writeSite(theirs), certificate: pair, ...options });
      const window = await browser?.fresh({});
      const probe = { files: {}, state: "globalThis.seen" };
      const url = `${first.origin}/?${second.origin}`;
      const visited = await window?.visit({ url, probe, stays: false, between: () => Promise.resolve() });
      await window?.close();
      expect(JSON.parse(visited?.state ?? "{}")).toMatchObject({ own: seen });
    },
  );
});
