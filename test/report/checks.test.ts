import { expect, test } from "vitest";
import { notMeasured, overBudget, readBudgets, renamed } from "../../src/report/checks/budget.js";
import { changesSince, readReport } from "../../src/report/checks/changes.js";
import { harName, harNames, harOf } from "../../src/report/report-har.js";
import { htmlReport } from "../../src/report/html/document.js";
import { figuresOf, type WayLoads } from "../../src/report/page-figures.js";
import type { PageResult, Report } from "../../src/report/types.js";
import { expectHar } from "../support/har.js";
import { loadsOf, request } from "./loads.js";

const pageOf = (loads: readonly WayLoads[], more: Partial<PageResult> = {}): PageResult => ({
  path: "/",
  ways: figuresOf(loads),
  alike: {},
  foreign: [],
  verdict: { harmful: [], text: "Leave it." },
  ...more,
});

const reportOf = (...pages: readonly PageResult[]): Report => ({
  version: 1,
  date: "2026-01-02T03:04:05.678Z",
  browser: "chromium 156.0",
  network: { rtt: 100, kbps: 0 },
  think: 0,
  runs: 5,
  pages,
});

const slow = pageOf([loadsOf("none", 800), loadsOf("auto", 600)]);

test("a page is held against its budget as it is served before anything is learned; its own goes before that of all", () => {
  const budgets = { maxLcp: 500, maxLoad: 700, maxRequests: 2, maxBytes: 3000, minGain: 30 };
  expect(overBudget(slow, budgets)).toEqual([
    "/: LCP 600 ms is over 500 ms",
    "/: requests 3 is over 2",
    "/: gain 25 % of the load time is under 30 %",
  ]);
  expect(overBudget(slow, { ...budgets, pages: { "/": { maxLcp: 650, minGain: 20, maxRequests: 3 } } })).toEqual([]);
});

test("a page that is told nothing has the figures of a load without help, and gains nothing", () => {
  const alone = pageOf([loadsOf("none", 800)], { alike: { auto: "none" } });
  expect(overBudget(alone, { maxLoad: 700, minGain: 1 })).toEqual([
    "/: load 800 ms is over 700 ms",
    "/: gain 0 % of the load time is under 1 %",
  ]);
  expect(overBudget(alone, { minGain: 0 })).toEqual([]);
});

test("what was not measured is within no budget", () => {
  const blank = pageOf([loadsOf("none", 800, { lcp: undefined }), loadsOf("auto", 600, { lcp: undefined })]);
  expect(overBudget(blank, { maxLcp: 2500, maxLoad: 700 })).toEqual([
    "/: LCP was not measured in every load, so it is not within 2500 ms",
  ]);
  expect(overBudget(blank, { maxLoad: 700 })).toEqual([]);
  const lines = (paths: readonly string[]) =>
    paths.map((path) => `${path}: could not be loaded, so it is within no budget`);
  expect(notMeasured(["/a", "/b"], { maxLoad: 700 })).toEqual(lines(["/a", "/b"]));
  expect(notMeasured(["/a", "/b"], { pages: { "/b": { maxLoad: 700 } } })).toEqual(lines(["/b"]));
  expect(notMeasured(["/a", "/b"], { pages: {} })).toEqual([]);
});

test.each([
  ["{", "not JSON: budget.json"],
  ["[]", "not a budget: budget.json"],
  [`{ "maxLpc": 1 }`, "no such budget: maxLpc in budget.json"],
  [`{ "maxLcp": "1 s" }`, `not a number: maxLcp in budget.json ("1 s")`],
  [`{ "pages": { "/": { "maxLoad": -1 } } }`, `not a number: maxLoad in pages["/"] in budget.json (-1)`],
  [`{ "pages": [] }`, "not budgets by page: pages in budget.json"],
])("a budget that can't be read is refused by name: %s", (text, message) => {
  expect(() => readBudgets(text, "budget.json")).toThrow(message);
});

test("a budget is read with those of its pages", () => {
  const text = `{ "maxLcp": 2500, "pages": { "/a": { "maxRequests": 20 } } }`;
  expect(readBudgets(text, "b.json")).toEqual({ maxLcp: 2500, pages: { "/a": { maxRequests: 20 } } });
});

test("a budget counts for its page under another name, too", () => {
  const budgets = renamed(
    { maxLcp: 1000, pages: { "/index.html": { maxRequests: 2 } } },
    new Map([["/index.html", "/"]]),
  );
  expect(overBudget(slow, budgets)).toEqual(["/: requests 3 is over 2"]);
});

test("what has changed is told: times outside the noise, counts, verdicts, pages", () => {
  const more = { requests: [request("/", { means: "page" }), request("/a.js", { by: "/", status: 404 })] };
  const before = reportOf(slow, { ...slow, path: "/old" });
  const after = reportOf(
    pageOf([loadsOf("none", 804), loadsOf("auto", 300, more)], { verdict: { use: "auto", harmful: [], text: "" } }),
    { ...slow, path: "/new" },
  );
  expect(changesSince(before, before)).toEqual([]);
  expect(changesSince(before, after)).toEqual(
    [
      "/: what helps is auto, and was nothing",
      "/ auto: lcp 600 → 300 ms (-50 %)",
      "/ auto: load 600 → 300 ms (-50 %)",
      "/ auto: fcp 600 → 300 ms (-50 %)",
      "/ auto: last 600 → 100 ms (-83 %)",
      "/ auto: requests 3 → 2 (-33 %)",
      "/ auto: bytes 3000 → 2000 (-33 %)",
      "/ auto: depth 2 → 1 (-50 %)",
      "/ auto: missing now: /a.js",
      "/new: new",
      "/old: not measured any more",
    ].sort((a, b) => changesSince(before, after).indexOf(a) - changesSince(before, after).indexOf(b)),
  );
});

test("a page that was not reached is not called gone", () => {
  const before = reportOf(slow, { ...slow, path: "/old" });
  expect(changesSince(before, reportOf(slow), { isWhole: false })).toEqual([]);
});

test("times over another network are not compared", () => {
  const other = { ...reportOf(pageOf([loadsOf("none", 300), loadsOf("auto", 200)])), network: { rtt: 20, kbps: 0 } };
  expect(changesSince(reportOf(slow), other)).toEqual([
    "the network, the window or the browser was another one: times are not compared",
  ]);
});

test("times in another window are not compared; where a report does not say its window, they are", () => {
  const narrow = { ...reportOf(pageOf([loadsOf("none", 300), loadsOf("auto", 600)])), viewport: "390x844@3" };
  const said = (viewport?: string) => changesSince({ ...reportOf(slow), ...(viewport && { viewport }) }, narrow);
  expect(said("1280x720")).toEqual(["the network, the window or the browser was another one: times are not compared"]);
  expect(said("390x844@3")).toContain("/ none: load 800 → 300 ms (-62 %)");
  expect(said()).toEqual(said("390x844@3"));
  expect(htmlReport(narrow, new Map())).toContain("window 390x844@3; round trip 100 ms");
});

test.each(["{", "[]", `{ "version": 2 }`, `{ "version": 1, "network": {}, "pages": [{}] }`])(
  "what is no report is refused: %s",
  (text) => expect(() => readReport(text, "old.json")).toThrow(/^not (JSON|a report): old\.json$/),
);

test("a report that was written is read again", () => {
  const report = reportOf(slow);
  expect(readReport(JSON.stringify(report), "old.json")).toEqual(JSON.parse(JSON.stringify(report)));
});

test("a HAR file has each request of the median load", () => {
  const har = harOf("/docs/", figuresOf([loadsOf("none", 800)])[0]!, reportOf());
  const { log } = har;
  expect(log.pages[0]).toMatchObject({ pageTimings: { onLoad: 800 } });
  expect(expectHar(JSON.stringify(har))).toEqual([
    "https://localhost/",
    "https://localhost/a.js",
    "https://localhost/b.js",
  ]);
  expect(log.entries[1]).toMatchObject({
    time: 800,
    timings: { wait: 50, receive: 750 },
    _initiator: "https://localhost/",
  });
  expect(harName("docs-a.html", "link all")).toBe("docs-a.html.link-all.har");
});

test("a HAR file has the method of a request", () => {
  const requests = [request("/", { means: "page" }), request("/count", { by: "/", method: "POST" })];
  const { log } = harOf("/", figuresOf([loadsOf("none", 800, { requests })])[0]!, reportOf());
  expect(log.entries.map((entry) => entry.request.method)).toEqual(["GET", "POST"]);
});

test("no two pages have one HAR file", () => {
  expect([...harNames(["/", "/docs/a.html", "/a/b", "/a-b", "/a/b/", "/A-b", "/a-b-2", "/index"]).values()]).toEqual([
    "index",
    "docs-a.html",
    "a-b",
    "a-b-2",
    "a-b-3",
    "A-b-4",
    "a-b-2-2",
    "index-2",
  ]);
});

test("names in the HTML report are text, whatever they hold", () => {
  const nasty = {
    requests: [request("/", { means: "page" }), request('/a"><script>alert(1)</script>&.js', { by: "/" })],
  };
  const html = htmlReport(reportOf(pageOf([loadsOf("none", 800, nasty)])), new Map());
  expect(html).not.toContain("<script");
  expect(html).toContain("/a&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;.js");
  expect(html).toContain("Leave it.");
});
