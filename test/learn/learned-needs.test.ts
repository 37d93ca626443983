import { expect, test } from "vitest";
import { withLearned } from "../../src/learn/learned-needs.js";
import type { ManifestEntry } from "../../src/manifest/types.js";
import type { PageNeeds } from "../../src/scanner/types.js";

const entry = (target: string, as: ManifestEntry["as"], more: Partial<ManifestEntry> = {}): ManifestEntry => ({
  target,
  as,
  bytes: 1,
  rel: "preload",
  ...more,
});

const needs: PageNeeds = {
  entries: [
    entry("/a.css", "style"),
    entry("/a.js", "script"),
    entry("/a-400.jpg", "image", { imagesrcset: "/a-400.jpg 400w, /a-800.jpg 800w" }),
  ],
  mayHaveImportMap: false,
  reasons: new Map(),
  missing: [],
  ignored: [
    { target: "/icon.svg", reason: "icon" },
    { target: "/lazy.jpg", reason: "lazy" },
  ],
};

const targets = ({ entries }: PageNeeds) => entries.map(({ target }) => target);

test("what was learned is put in where it is needed, in the order in which it was asked for", () => {
  const learned = [
    entry("/b.jpg", "image"),
    entry("/c.js", "script"),
    entry("/d.json", "fetch"),
    entry("/b.js", "script"),
    entry("/b.css", "style"),
  ];
  expect(targets(withLearned(needs, learned, new Set()))).toEqual([
    "/a.css",
    "/b.css",
    "/a.js",
    "/c.js",
    "/b.js",
    "/d.json",
    "/a-400.jpg",
    "/b.jpg",
  ]);
});

test("neither a target that is there already, nor another candidate of an image, nor an icon is added", () => {
  const learned = [
    entry("/a.js", "script"),
    entry("/a-800.jpg", "image"),
    entry("/icon.svg", "image"),
    entry("/lazy.jpg", "image"),
  ];
  expect(targets(withLearned(needs, learned, new Set()))).toEqual([...targets(needs), "/lazy.jpg"]);
});

test("what was announced wrongly is left out, wherever it came from", () => {
  expect(targets(withLearned(needs, [entry("/b.js", "script")], new Set(["/a.css", "/b.js"])))).toEqual([
    "/a.js",
    "/a-400.jpg",
  ]);
});

test("a learned module leaves an import map alone", () => {
  const module = entry("/m.js", "script", { rel: "modulepreload" });
  const { entries } = withLearned({ ...needs, mayHaveImportMap: true }, [module], new Set());
  expect(entries.find(({ target }) => target === "/m.js")).toMatchObject({ rel: "preload", crossorigin: "anonymous" });
});

const photo = entry("/b.jpg", "image", { when: "load", by: "traffic" });
const font = entry("/f.woff2", "font", { when: "load", by: "traffic" });

test("what the scripts of a page ask for that shows nothing before is for its first paint, and comes after them", () => {
  const { entries } = withLearned({ ...needs, isMadeByScript: true }, [photo, font], new Set());
  expect(entries.filter(({ by }) => by !== undefined)).toMatchObject([
    { target: "/f.woff2", when: "paint" },
    { target: "/b.jpg", when: "paint" },
  ]);
  expect(entries.findIndex(({ as }) => as === "font")).toBeGreaterThan(entries.findIndex(({ as }) => as === "script"));
});

test("what the scripts of a page ask for that shows something by itself is not", () => {
  const { entries } = withLearned(needs, [photo, font], new Set());
  expect(entries.filter(({ by }) => by !== undefined)).toEqual([font, photo]);
});
