import { describe, expect, test } from "vitest";
import { OpenPage, type FileState, type Files } from "../../../src/server/live-reload/page-changes.js";
import { gathered, together } from "../../../src/server/live-reload/shared-changes.js";

/** Files by path: a version, "" for an empty file, undefined for none. */
function files(versions: Readonly<Record<string, string | undefined>>): Files {
  const states = Object.entries(versions).map(([path, version]): [string, FileState] => {
    return [path, { version, file: undefined, empty: version === "", style: path.endsWith(".css") }];
  });
  return new Map(states);
}

const given = { "/": "1", "/a.css": "1", "/b.css": "1", "/a.js": "1" };

function open(versions: Readonly<Record<string, string | undefined>> = given): OpenPage {
  return new OpenPage("/", files(versions));
}

test("says nothing as long as nothing changes", () => {
  const page = open();
  expect(page.look(files(given), 0)).toBeUndefined();
  expect(page.look(files(given), 10_000)).toBeUndefined();
});

test.each([
  ["swaps stylesheets", { "/a.css": "2", "/b.css": "2" }, { kind: "css", paths: ["/a.css", "/b.css"] }],
  ["loads the page anew for its own file", { "/": "2" }, { kind: "reload", paths: ["/"] }],
  ["loads the page anew for a script", { "/a.js": "2" }, { kind: "reload", paths: ["/a.js"] }],
  ["loads the page anew for both", { "/a.css": "2", "/a.js": "2" }, { kind: "reload", paths: ["/a.css", "/a.js"] }],
])("%s when it has been quiet for 60 ms", (_what, changed, change) => {
  const page = open();
  const now = files({ ...given, ...changed });
  expect(page.look(now, 1000)).toBe("settling");
  expect(page.look(now, 1059)).toBe("settling");
  expect(page.look(now, 1060)).toEqual(change);
});

test("a file that was missing and is there now counts as changed", () => {
  const page = open({ "/": "1", "/a.js": undefined });
  page.look(files({ "/": "1", "/a.js": "1" }), 0);
  expect(page.look(files({ "/": "1", "/a.js": "1" }), 80)).toEqual({ kind: "reload", paths: ["/a.js"] });
});

test("waits for 100 ms after a burst of edits", () => {
  const page = open();
  for (const now of [0, 50, 100]) page.look(files({ ...given, "/": `v${now}` }), now);
  const last = files({ ...given, "/": "v100" });
  expect(page.look(last, 199)).toBe("settling");
  expect(page.look(last, 200)).toMatchObject({ kind: "reload" });
});

test("waits until a burst has ended, but for 5 s at most", () => {
  const page = open();
  for (let now = 0; now < 5000; now += 50) expect(page.look(files({ ...given, "/": `v${now}` }), now)).toBe("settling");
  expect(page.look(files({ ...given, "/": "last" }), 5000)).toMatchObject({ kind: "reload" });
});

test("forgets a change that was taken back", () => {
  const page = open();
  expect(page.look(files({ ...given, "/": "2" }), 0)).toBe("settling");
  expect(page.look(files(given), 80)).toBeUndefined();
  expect(page.look(files({ ...given, "/": "3" }), 6000)).toBe("settling");
});

describe("a build that writes the directory anew", () => {
  const empty = { "/": undefined, "/a.css": undefined, "/b.css": undefined, "/a.js": undefined };

  test("is waited for as long as the page is away, in the end without haste", () => {
    const page = open();
    expect(page.look(files(empty), 0)).toBe("settling");
    expect(page.look(files(empty), 4999)).toBe("settling");
    expect(page.look(files(empty), 60_000)).toBe("gone");
    const written = files({ "/": "2", "/a.css": "2", "/b.css": "2", "/a.js": "2" });
    expect(page.look(written, 70_000)).toMatchObject({ kind: "reload" });
  });

  test.each([
    ["away", undefined],
    ["empty", ""],
  ])("gets 500 ms for what is %s, then the page is told", (_what, version) => {
    const page = open();
    const now = files({ ...given, "/": "2", "/a.js": version });
    expect(page.look(now, 0)).toBe("settling");
    expect(page.look(now, 499)).toBe("settling");
    expect(page.look(now, 500)).toMatchObject({ kind: "reload" });
  });

  test("a stylesheet that has gone for good needs a reload", () => {
    const page = open();
    const now = files({ ...given, "/a.css": undefined });
    page.look(now, 0);
    expect(page.look(now, 500)).toEqual({ kind: "reload", paths: ["/a.css"] });
  });
});

test("a page waits for another that saw the same change later, and for no one else", () => {
  const looks = (page: OpenPage, now: number, versions: Readonly<Record<string, string>>) => ({
    page,
    outcome: page.look(files({ ...given, ...versions }), now),
  });
  const [early, late, other] = [open(), open(), open()];
  looks(early, 0, { "/a.css": "2" });
  looks(other, 0, { "/b.css": "2" });
  const first = [
    looks(early, 60, { "/a.css": "2" }),
    looks(late, 60, { "/a.css": "2" }),
    looks(other, 60, { "/b.css": "2" }),
  ];
  expect(together(first).map(({ outcome }) => outcome)).toEqual([
    "settling",
    "settling",
    { kind: "css", paths: ["/b.css"] },
  ]);
  const then = [looks(early, 120, { "/a.css": "2" }), looks(late, 120, { "/a.css": "2" })];
  const told = together(then).flatMap(({ outcome }) => (typeof outcome === "object" ? outcome : []));
  expect(gathered(told)).toEqual([{ kind: "css", paths: ["/a.css"], pages: 2 }]);
});
