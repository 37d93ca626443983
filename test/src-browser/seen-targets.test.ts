import { expect, test } from "vitest";
import type { ColdLoad } from "../../src/browser/driver.js";
import type { SeenRequest } from "../../src/browser/observed-site.js";
import { inBoth, seenTargets } from "../../src/browser/seen-targets.js";

const origin = "https://localhost:1";

/** A request of the page "/", in the way that a browser asks. */
const ask = (target: string, dest: string, mode: string, more: Readonly<Record<string, string>> = {}, time = 0) => ({
  time,
  method: "GET",
  target,
  fields: { accept: "*/*", referer: `${origin}/`, "sec-fetch-dest": dest, "sec-fetch-mode": mode, ...more },
});

const loadOf = (requests: readonly SeenRequest[], report: Partial<ColdLoad["report"]> = {}): ColdLoad => ({
  requests,
  report: {
    painted: 100,
    largestImage: undefined,
    integrity: {},
    candidates: [],
    swapped: [],
    icons: [],
    resources: [],
    hasImportMap: false,
    ...report,
  },
  scripts: new Map(),
});

const seen = (requests: readonly SeenRequest[], report: Partial<ColdLoad["report"]> = {}) =>
  seenTargets(loadOf(requests, report), origin, "/");

test.each<[title: string, request: SeenRequest]>([
  ["a prefetch", ask("/a.js", "script", "cors", { "sec-purpose": "prefetch" })],
  ["a fetch with a field of its own", ask("/a.json", "empty", "cors", { "x-requested-with": "XMLHttpRequest" })],
  ["a fetch of a framework's state", ask("/a.json", "empty", "cors", { rsc: "1" })],
  ["a fetch with an authorization", ask("/a.json", "empty", "cors", { authorization: "Bearer x" })],
  ["a fetch with another accept", ask("/a.json", "empty", "cors", { accept: "application/json" })],
  ["a fetch past the cache", ask("/a.json", "empty", "cors", { "cache-control": "no-cache" })],
  ["a range of a file", ask("/a.bin", "empty", "cors", { range: "bytes=0-1" })],
  ["a web app manifest", ask("/a.webmanifest", "manifest", "cors")],
  ["a service worker", ask("/sw.js", "serviceworker", "same-origin")],
  ["the page itself", ask("/", "document", "navigate")],
  ["an icon", ask("/favicon.ico", "image", "no-cors")],
  ["something that is sent", { ...ask("/a", "empty", "cors"), method: "POST" }],
])("%s is left out", (_, request) => {
  expect([...seen([request]).keys()]).toEqual([]);
});

test("an icon that the page shows is in", () => {
  const icon = { icons: [`${origin}/icon.png`] };
  expect([...seen([ask("/icon.png", "image", "no-cors")], icon).keys()]).toEqual([]);
  const shown = { ...icon, resources: [`${origin}/icon.png`] };
  expect([...seen([ask("/icon.png", "image", "no-cors")], shown).keys()]).toEqual(["/icon.png"]);
});

test("what frames and workers ask for is theirs, unless the page asks too", () => {
  const by = (target: string) => ({ referer: origin + target });
  const targets = seen([
    ask("/w.js", "worker", "same-origin"),
    ask("/part.js", "script", "no-cors", by("/w.js")),
    ask("/frame.html", "iframe", "navigate"),
    ask("/frame.css", "style", "no-cors", by("/frame.html")),
    ask("/frame.png", "image", "no-cors", by("/frame.css")),
    ask("/both.json", "empty", "cors", by("/part.js")),
    ask("/both.json", "empty", "cors"),
    ask("/own.js", "script", "cors"),
  ]);
  expect([...targets.values()].filter(({ isForeign }) => !isForeign).map(({ target }) => target)).toEqual([
    "/both.json",
    "/own.js",
  ]);
  expect(targets.get("/both.json")?.count).toBe(2);
});

test("needed for paint is what was asked for by then, of images the largest, of fonts those that text waits for", () => {
  const requests = [
    ask("/a.js", "script", "cors", {}, 90),
    ask("/b.js", "script", "cors", {}, 110),
    ask("/a.png", "image", "no-cors", {}, 90),
    ask("/b.png", "image", "no-cors", {}, 90),
    ask("/a.woff2", "font", "cors", {}, 90),
    ask("/b.woff2", "font", "cors", {}, 90),
  ];
  const targets = seen(requests, { largestImage: `${origin}/b.png`, swapped: [`${origin}/b.woff2`] });
  expect([...targets.values()].filter(({ forPaint }) => forPaint).map(({ target }) => target)).toEqual([
    "/a.js",
    "/b.png",
    "/a.woff2",
  ]);
  expect(seen(requests, { painted: undefined }).get("/a.js")?.forPaint).toBeUndefined();
});

test("two loads have in common what both asked for in the same way, in the order of the first", () => {
  const first = seen([ask("/a.js", "script", "cors"), ask("/b.js", "script", "cors"), ask("/x?1", "empty", "cors")]);
  const second = seen([
    ask("/b.js", "script", "no-cors"),
    ask("/x?2", "empty", "cors"),
    ask("/a.js", "script", "cors", {}, 200),
    ask("/a.js", "script", "cors"),
  ]);
  const { common, differing } = inBoth(first, second);
  expect(common.map(({ target, count, forPaint }) => [target, count, forPaint])).toEqual([["/a.js", 2, false]]);
  expect(differing).toEqual(["/b.js", "/x?1", "/x?2"]);
});
