import { expect, test } from "vitest";
import { arrivals, deliveryOf } from "../../examples/site/js/arrival.js";

const origin = "https://localhost:8443";

function timing(path: string, startTime: number, more: object = {}) {
  return {
    name: origin + path,
    entryType: "resource",
    startTime,
    responseStart: startTime + 10,
    responseEnd: startTime + 12,
    transferSize: 400,
    encodedBodySize: 100,
    ...more,
  };
}

const page = timing("/", 0, { entryType: "navigation" });

function delivery(page: string, ...targets: object[]) {
  return { page, time: 0, targets };
}

const css = { target: "/a.css", as: "style", bytes: 90, means: "link" };

test("joins what the server did with what the browser measured, in the order of the requests", () => {
  const rows = arrivals("/", [delivery("/", css)], [timing("/b.js", 30), timing("/a.css", 20), page]);
  expect(rows.map(({ target, means }) => [target, means])).toEqual([
    ["/", "page"],
    ["/a.css", "link"],
    ["/b.js", "found"],
  ]);
  expect(rows[1]).toMatchObject({ start: 20, first: 30, end: 32, bytes: 100, source: "network" });
});

test("puts what was delivered and never used at the end", () => {
  const rows = arrivals("/", [delivery("/", { ...css, means: "push" })], [page]);
  expect(rows.at(-1)).toMatchObject({ target: "/a.css", means: "push", bytes: 90, source: "never" });
});

test("keeps the reason why a target was skipped", () => {
  const skipped = { ...css, means: "skipped", reason: "seen" };
  expect(arrivals("/", [delivery("/", skipped)], [page, timing("/a.css", 5)])[1]).toMatchObject({
    means: "skipped",
    reason: "seen",
  });
});

test("tells queries apart, and leaves the demo's own requests out", () => {
  const versioned = { ...css, target: "/a.css?v=2" };
  const timings = [page, timing("/a.css?v=2", 1), timing("/a.css", 2), timing("/demo/time", 3)];
  expect(arrivals("/", [delivery("/?x=1", versioned)], timings).map(({ target, means }) => [target, means])).toEqual([
    ["/", "page"],
    ["/a.css?v=2", "link"],
    ["/a.css", "found"],
  ]);
});

test.each([
  ["network", { transferSize: 400, encodedBodySize: 100 }],
  ["cache", { transferSize: 0, encodedBodySize: 100 }],
  ["cache", { transferSize: 400, encodedBodySize: 100, deliveryType: "cache" }],
  ["cache", { transferSize: 0, encodedBodySize: 0, deliveryType: "cache" }],
  ["check", { transferSize: 80, encodedBodySize: 100 }],
  ["check", { transferSize: 300, encodedBodySize: 62 }],
  ["check", { transferSize: 300, encodedBodySize: 0, deliveryType: "" }],
])("says %s for %j", (source, sizes) => {
  expect(arrivals("/", [], [timing("/a.css", 0, sizes)])[0]).toMatchObject({ source });
});

test("goes by the latest delivery of the page itself", () => {
  const deliveries = [delivery("/", css), delivery("/about.html"), delivery("/?again"), delivery("/other")];
  expect(deliveryOf("/", deliveries)).toBe(deliveries[2]);
  expect(deliveryOf("/none", deliveries)).toBeUndefined();
});
