import { expect, test } from "vitest";
import { writeLink } from "../../src/delivery/link.js";
import { exportSite, type ExportOptions, type SiteNeeds } from "../../src/export/export-site.js";
import type { TargetName } from "../../src/export/targets.js";
import type { ManifestEntry } from "../../src/manifest/types.js";
import { parseHeaders } from "../../src/rules/headers/headers-file.js";

const style = (target: string, more: Partial<ManifestEntry> = {}): ManifestEntry => ({
  target,
  rel: "preload",
  as: "style",
  bytes: 1,
  ...more,
});

const exported = (needs: Readonly<Record<string, readonly ManifestEntry[]>>, more: Partial<ExportOptions> = {}) => {
  const target: TargetName = "headers";
  const all: SiteNeeds = new Map(Object.entries(needs));
  return exportSite(all, {
    target,
    announce: "unseen",
    earlyHints: false,
    version: undefined,
    freshness: () => "fresh",
    mixed: new Set(["/"]),
    made: "Made by a test",
    existing: () => Promise.resolve(Buffer.from("")),
    ...more,
  });
};

/** The rules of a file: pattern and Link fields. */
const rulesIn = (text = "") =>
  parseHeaders(text).rules.map(({ source, fields }) => [
    source.source,
    ...fields.map(({ value }) => value.map((piece) => ("text" in piece ? piece.text : `:${piece.name}`)).join("")),
  ]);

test("a page has a rule for its path, and one for that without the suffix", async () => {
  const { files } = await exported({ "/": [style("/a.css")], "/about.html": [style("/b.css")], "/none.html": [] });
  expect(rulesIn(files[0]?.content.toString())).toEqual([
    ["/", writeLink(style("/a.css"))],
    ["/about.html", writeLink(style("/b.css"))],
    ["/about", writeLink(style("/b.css"))],
  ]);
});

test("a directory of pages alone that say the same has one rule", async () => {
  const needs = { "/blog/": [style("/a.css")], "/blog/1.html": [style("/a.css")], "/blog/x/2.html": [style("/a.css")] };
  expect(rulesIn((await exported(needs)).files[0]?.content.toString())).toEqual([
    ["/blog/*", writeLink(style("/a.css"))],
  ]);
  const beside = await exported(needs, { mixed: new Set(["/", "/blog/", "/blog/x/"]) });
  expect(rulesIn(beside.files[0]?.content.toString()).map(([path]) => path)).toEqual([
    "/blog/",
    "/blog/1.html",
    "/blog/1",
    "/blog/x/2.html",
    "/blog/x/2",
  ]);
});

test("a name with the signs of a pattern is a rule for that page alone", async () => {
  const needs = { "/a*.html": [style("/a.css")], "/:page/": [style("/b.css")], "/a/*": [style("/c.css")] };
  expect(rulesIn((await exported(needs)).files[0]?.content.toString()).map(([path]) => path)).toEqual([
    "/a%2A.html",
    "/a%2A",
    "/%3Apage/",
    "/a/%2A",
  ]);
});

test("directories beside each other that say the same have one rule, and none twice", async () => {
  const needs = {
    "/posts/": [style("/list.css")],
    "/posts/1/": [style("/a.css")],
    "/posts/2/": [style("/a.css")],
    "/posts/2/more.html": [style("/a.css")],
  };
  expect(rulesIn((await exported(needs)).files[0]?.content.toString()).map(([path]) => path)).toEqual([
    "/posts/:page/",
    "/posts/2/more.html",
    "/posts/2/more",
    "/posts/",
  ]);
});

test("the limits of rules and of a line hold, and what is over them is named", async () => {
  const long = Array.from({ length: 60 }, (_, index) => style(`/${"x".repeat(60)}/${index}.css`));
  const pages = Object.fromEntries(
    Array.from({ length: 150 }, (_, index) => [
      `/${index}/`,
      index < 70 ? [style("/most.css")] : [style(`/${index}.css`)],
    ]),
  );
  const others = "/a\n  X-A: 1\n/b\n  X-B: 1\n";
  const { files, omitted } = await exported(
    { ...pages, "/long.html": long, "/too.html": [style(`/${"y".repeat(2000)}.css`)] },
    { existing: () => Promise.resolve(Buffer.from(others)), mixed: new Set(["/"]) },
  );
  const text = files[0]?.content.toString() ?? "";
  expect(parseHeaders(text).rules).toHaveLength(100);
  expect(Math.max(...text.split("\n").map(({ length }) => length))).toBeLessThanOrEqual(2000);
  // Those of the template with most pages are in.
  expect(text.match(/most\.css/g)).toHaveLength(70);
  expect(omitted.length).toBeGreaterThan(0);
  expect(text.startsWith(others)).toBe(true);
});

const otherRules = (count: number) => ({
  existing: () => Promise.resolve(Buffer.from("/other\n  X-A: 1\n".repeat(count))),
});

test("all pages are named that a rule without room is for", async () => {
  const posts = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`/posts/${index}/`, [style("/a.css")]]));
  const { files, omitted } = await exported({ "/": [style("/b.css")], ...posts }, otherRules(100));
  expect(rulesIn(files[0]?.content.toString()).map(([path]) => path)).toEqual(Array(100).fill("/other"));
  expect(omitted.map(({ pathname }) => pathname).toSorted()).toEqual(["/", ...Object.keys(posts)].toSorted());
});

test("a page has rules for both of its paths, or none", async () => {
  const needs = { "/a.html": [style("/a.css")], "/b.html": [style("/a.css")], "/c/": [style("/c.css")] };
  const { files, omitted } = await exported(needs, otherRules(97));
  expect(rulesIn(files[0]?.content.toString()).slice(97)).toEqual([
    ["/a.html", writeLink(style("/a.css"))],
    ["/a", writeLink(style("/a.css"))],
    ["/c/", writeLink(style("/c.css"))],
  ]);
  expect(omitted.map(({ pathname }) => pathname)).toEqual(["/b.html"]);
});

test("what a 103 can't say is left out, each with its reason; what Firefox would fetch twice, too", async () => {
  const script: ManifestEntry = { target: "/m.js", rel: "preload", as: "script", crossorigin: "anonymous", bytes: 1 };
  const needs = {
    "/": [
      style("/a.css"),
      style("/narrow.css", { media: "(max-width: 1px)" }),
      { ...style("/b.jpg"), as: "image" as const, imagesrcset: "/b.jpg 1x, /c.jpg 2x" },
      style("/named.css", { named: true, media: "print" }),
      script,
    ],
  };
  const { left, files } = await exported(needs, { freshness: (target) => (target === "/m.js" ? undefined : "fresh") });
  expect(left.map(({ entry, reason }) => [entry.target, reason.replace(/[:,].*/, "")])).toEqual([
    ["/narrow.css", "media"],
    ["/b.jpg", "imagesrcset"],
    ["/m.js", "Firefox would fetch it twice"],
  ]);
  expect(rulesIn(files[0]?.content.toString())).toEqual([["/", writeLink(style("/a.css"))]]);
  expect((await exported(needs)).files[0]?.content.toString()).toContain("</m.js>");
});

test("what a host sends stale is in no 103: Cloudflare makes one of the links, others send one beside them", async () => {
  const needs = { "/": [style("/fresh.css"), style("/a.css"), style("/b.css", { named: true, blocking: true })] };
  const freshness = (target: string) => (target === "/fresh.css" ? "fresh" : undefined);
  const { left, files } = await exported(needs, { freshness });
  expect(rulesIn(files[0]?.content.toString())).toEqual([["/", writeLink(style("/fresh.css"))]]);
  expect(left.map(({ entry }) => entry.target)).toEqual(["/a.css"]);
  expect(left[0]?.reason).toContain("Cache-Control with max-age in _headers");

  const stale = (target: string) => (target === "/fresh.css" ? undefined : "stale");
  const of = async (target: TargetName) => {
    const { pages, ...others } = await exported(needs, { target, freshness: stale, earlyHints: true });
    const [page] = pages;
    const named = others.left.map(({ entry }) => entry);
    return [page?.links, page?.hints, named].map((entries) => entries?.map((entry) => entry.target));
  };
  const both = ["/fresh.css", "/a.css"];
  expect(await of("apache")).toEqual([both, ["/fresh.css"], []]);
  expect(await of("haproxy")).toEqual([both, ["/fresh.css"], []]);
  // Its final response says what the 103 does.
  expect(await of("caddy")).toEqual([both, ["/fresh.css"], ["/a.css"]]);
});

test("a second run replaces its own part, and nothing else", async () => {
  const before = "/a\r\n  X-A: 1\r\n";
  const after = "\n/z\n  X-Z: 1";
  const first =
    (
      await exported({ "/": [style("/a.css")] }, { existing: () => Promise.resolve(Buffer.from(before)) })
    ).files[0]?.content.toString() ?? "";
  const again = async (text: string, target: string) =>
    (
      await exported({ "/": [style(target)] }, { existing: () => Promise.resolve(Buffer.from(text)) })
    ).files[0]?.content.toString() ?? "";
  expect(await again(first, "/a.css")).toBe(first);
  expect(await again(`${first}${after}`, "/b.css")).toBe(`${first.replace("/a.css", "/b.css")}${after}`);
});

test("what others wrote stays byte for byte, in whatever encoding", async () => {
  const others = Buffer.from("/caf\u00e9\n  X-A: 1\n", "latin1");
  const { files } = await exported({ "/": [style("/a.css")] }, { existing: () => Promise.resolve(others) });
  expect(files[0]?.content.subarray(0, others.length).equals(others)).toBe(true);
});

test.each([
  "# h2push begin\n/own\n",
  "/own\n# h2push end\n",
  "# h2push begin\n# h2push end\n# h2push begin\n# h2push end\n",
])("a part of ours that has lost a mark is an error, and nobody's lines are lost: %j", async (text) => {
  const damaged = exported({ "/": [style("/a.css")] }, { existing: () => Promise.resolve(Buffer.from(text)) });
  await expect(damaged).rejects.toThrow(/our part of _headers has lost its beginning or its end \(line \d\)/);
});
