import { expect, test } from "vitest";
import { browserEntries } from "../../src/browser/browser-entries.js";
import type { PageReport } from "../../src/browser/page-report.js";
import type { SeenTarget } from "../../src/browser/seen-targets.js";
import { lookupIn, writeSite } from "../support/site.js";

const origin = "https://localhost:1";

const report: PageReport = {
  painted: undefined,
  largestImage: undefined,
  integrity: {},
  candidates: [],
  swapped: [],
  icons: [],
  resources: [],
  hasImportMap: false,
};

const files = {
  "index.html": `<script>const image = "/named.png"</script>`,
  "a.js": "export {};",
  "a.css": "",
  "a.png": "",
  "named.png": "",
  "a.woff2": "",
  "a.json": "{}",
  "frame.html": "",
  "a.mp4": "",
};

/** What becomes of one target that the page asked for so. */
async function entryOf(
  target: string,
  destination: string,
  mode: string,
  more: Partial<SeenTarget> = {},
  page: { readonly report?: Partial<PageReport>; readonly scripts?: ReadonlyMap<string, boolean> } = {},
) {
  const lookup = lookupIn(await writeSite(files));
  const look = (path: string, navigates: boolean) => lookup({ target: path, navigates }, undefined);
  const file = await look("/", true);
  if (file.kind !== "file") throw new Error("no page");
  const seen = {
    target,
    destination,
    mode,
    byDocument: true,
    count: 1,
    isForeign: false,
    forPaint: undefined,
    ...more,
  };
  const load = { requests: [], report: { ...report, ...page.report }, scripts: page.scripts ?? new Map() };
  const [entry] = await browserEntries([seen], { file, origin, load, look });
  if (entry === undefined) return undefined;
  const { bytes: _, by, ...rest } = entry;
  expect(by).toBe("browser");
  return rest;
}

test.each([
  ["/a.js", "script", "no-cors", { as: "script", rel: "preload" }],
  ["/a.js", "script", "cors", { as: "script", rel: "modulepreload" }],
  ["/a.css", "style", "no-cors", { as: "style", rel: "preload" }],
  ["/a.png", "image", "no-cors", { as: "image", rel: "preload" }],
  ["/a.png", "image", "cors", { as: "image", rel: "preload", crossorigin: "anonymous" }],
  ["/a.png", "image", "same-origin", { as: "image" }],
  ["/a.woff2", "font", "cors", { as: "font", rel: "preload", type: "font/woff2", crossorigin: "anonymous" }],
  ["/a.json", "empty", "cors", { as: "fetch", rel: "preload", crossorigin: "anonymous" }],
  ["/a.json", "empty", "same-origin", undefined],
  ["/a.js", "worker", "same-origin", { as: "script" }],
  ["/frame.html", "iframe", "navigate", { as: "document" }],
  ["/a.mp4", "video", "no-cors", { as: "video" }],
  ["/gone.js", "script", "no-cors", undefined],
  // A page that a script fetches is the next one.
  ["/frame.html", "empty", "cors", undefined],
] as const)("%s, asked for as %s by %s", async (target, destination, mode, expected) => {
  expect(await entryOf(target, destination, mode)).toEqual(expected && { target, ...expected });
});

test("a script is a module when the browser ran it as one, whatever it looks like", async () => {
  const ran = (isModule: boolean) => ({ scripts: new Map([[`${origin}/a.js`, isModule]]) });
  expect(await entryOf("/a.js", "script", "cors", {}, ran(false))).toMatchObject({
    rel: "preload",
    crossorigin: "anonymous",
  });
  expect(await entryOf("/a.js", "script", "cors", {}, ran(true))).toMatchObject({ rel: "modulepreload" });
});

test("what a frame asked for, and one of several candidates of an image, is never linked", async () => {
  expect(await entryOf("/a.css", "style", "no-cors", { isForeign: true })).toEqual({ target: "/a.css", as: "style" });
  const candidates = { report: { candidates: [`${origin}/a.png`] } };
  expect(await entryOf("/a.png", "image", "no-cors", {}, candidates)).toEqual({ target: "/a.png", as: "image" });
});

test("an announcement carries the integrity of its element", async () => {
  const checked = { report: { integrity: { [`${origin}/a.js`]: "sha256-x" } } };
  expect(await entryOf("/a.js", "script", "no-cors", {}, checked)).toMatchObject({ integrity: "sha256-x" });
});

test("an image that the page's HTML has is marked so, and the paint that was waited for is told", async () => {
  expect(await entryOf("/named.png", "image", "no-cors", { forPaint: true })).toMatchObject({
    named: true,
    when: "paint",
  });
  const hidden = await entryOf("/a.png", "image", "no-cors", { forPaint: false });
  expect([hidden?.named, hidden?.when]).toEqual([undefined, "load"]);
});
