import { expect, test } from "vitest";

import { readManifest } from "../../src/manifest/read.js";

const read = (json: unknown): Record<string, unknown> =>
  Object.fromEntries(readManifest(typeof json === "string" ? json : JSON.stringify(json), "push.json"));

const ours = (...entries: unknown[]): unknown => ({ version: 1, pages: { "/docs/": entries } });

const style = { target: "/a.css", rel: "preload", as: "style" };
const image = {
  target: "/i.png?v=1",
  rel: "preload",
  as: "image",
  fetchpriority: "high",
  imagesrcset: "/i.png 1x, /j.png 2x",
  imagesizes: "50vw",
};

test("takes what h2push manifest writes, without the sizes of then", () => {
  const frame = { target: "/f.html", as: "document" };
  const font = { target: "/f.woff2", rel: "preload", as: "font", type: "font/woff2", crossorigin: "anonymous" };
  const module = { target: "/m.js", rel: "modulepreload", as: "script", integrity: "sha384-abc" };
  const entries = [{ ...style, media: "print" }, font, module, image, frame];
  expect(read(ours(...entries.map((entry) => ({ ...entry, bytes: 12 }))))).toEqual({ "/docs/": entries });
});

test.each([
  ["/", "/"],
  ["index.html", "/"],
  ["/docs/index.html", "/docs/"],
  ["docs/é.html", "/docs/%C3%A9.html"],
])("takes %s as the page %s", (key, page) => {
  expect(Object.keys(read({ version: 1, pages: { [key]: [] } }))).toEqual([page]);
});

test("takes what http2-push-manifest writes", () => {
  const manifest = {
    "index.html": {
      "/css/app.css": { type: "style", weight: 1 },
      "js/app.js": { type: "script", weight: 1 },
      "/m.mjs": { type: "script" },
      "/f.woff2": { type: "font" },
      "/x.html": { type: "document" },
      "/y.png": { type: "" },
    },
    "other.html": {},
  };
  expect(read(manifest)).toEqual({
    "/": [
      { target: "/css/app.css", as: "style", rel: "preload" },
      { target: "/js/app.js", as: "script", rel: "preload" },
      { target: "/m.mjs", as: "script", rel: "modulepreload" },
      { target: "/f.woff2", as: "font", rel: "preload", crossorigin: "anonymous", type: "font/woff2" },
      { target: "/x.html", as: "document" },
      { target: "/y.png", as: "image", rel: "preload" },
    ],
    "/other.html": [],
  });
});

test("takes its form for one page as that of the page /", () => {
  expect(read({ "/app.css": { type: "style", weight: 1 } })).toEqual({
    "/": [{ target: "/app.css", as: "style", rel: "preload" }],
  });
});

test.each<[what: string, manifest: unknown, message: string]>([
  ["a list", [], "not a manifest: [] (push.json)"],
  ["another version", { version: 2, pages: {} }, "not a version that is known here: 2 (push.json)"],
  ["no version", { pages: {} }, "not a version that is known here: nothing (push.json)"],
  ["pages that are a list", { version: 1, pages: [] }, "not pages: [] (push.json)"],
  [
    "a page elsewhere",
    { version: 1, pages: { "//example.com/": [] } },
    'not a page: "//example.com/" (push.json, page //example.com/)',
  ],
  ["a page without a list", { version: 1, pages: { "/": {} } }, "not a list of entries: {} (push.json, page /)"],
  ["an entry that is a text", ours(style, "/a.css"), 'not an entry: "/a.css" (push.json, page /docs/, entry 2)'],
  ["no target", ours({ as: "style" }), "not a target: nothing (push.json, page /docs/, entry 1)"],
  [
    "a relative target",
    ours({ ...style, target: "a.css" }),
    'not a target: "a.css" (push.json, page /docs/, entry a.css)',
  ],
  [
    "a target elsewhere",
    ours({ ...style, target: "//example.com/a.css" }),
    'not a target of this site: "//example.com/a.css" (push.json, page /docs/, entry //example.com/a.css)',
  ],
  [
    "no destination",
    ours({ ...style, as: "css" }),
    'not a destination in "as": "css" (push.json, page /docs/, entry /a.css)',
  ],
  [
    "another relation type",
    ours({ ...style, rel: "prefetch" }),
    'not a value of "rel": "prefetch" (push.json, page /docs/, entry /a.css)',
  ],
  [
    "an attribute that is none",
    ours({ ...style, crossOrigin: "" }),
    'not an attribute of an entry: "crossOrigin" (push.json, page /docs/, entry /a.css)',
  ],
  [
    "a value that no field can hold",
    ours({ ...style, media: "a\nb" }),
    String.raw`not a value of "media": "a\nb" (push.json, page /docs/, entry /a.css)`,
  ],
  [
    "a value that is a number",
    ours({ ...style, integrity: 1 }),
    'not a value of "integrity": 1 (push.json, page /docs/, entry /a.css)',
  ],
  [
    "a page of http2-push-manifest that is a text",
    { "/": "a.css" },
    'not the entries of a page: "a.css" (push.json, page /)',
  ],
  [
    "a type of http2-push-manifest that is none",
    { "/": { "/a.css": { type: "css" } } },
    'not a destination in "type": "css" (push.json, page /, entry /a.css)',
  ],
])("refuses %s", (_, manifest, message) => {
  expect(() => read(manifest)).toThrow(expect.objectContaining({ code: "manifest", message }));
});

test("refuses what is not JSON, naming the file", () => {
  expect(() => read("{")).toThrow(/^not JSON: push\.json \(/);
});

test.each<[what: string, json: unknown]>([
  ["a manifest of Vite", { "index.html": { file: "assets/i.js", isEntry: true }, "_a.js": { file: "assets/a.js" } }],
  ["an SSR manifest of Vite", { "src/a.vue": ["/assets/a.js"], "src/b.vue": [] }],
  ["a web app manifest", { name: "App", short_name: "App", start_url: "/", icons: [{ src: "/i.png" }] }],
  ["the manifest of a browser extension", { manifest_version: 3, name: "x", version: "1.0" }],
  ["a package.json", { name: "x", version: "1.0.0", scripts: {} }],
  ["a build manifest of Next.js", { pages: { "/": ["a.js"] }, rootMainFiles: ["a.js"] }],
  ["an import map", { imports: { a: "/a.js" } }],
  ["an asset manifest of Create React App", { files: { "main.js": "/main.js" }, entrypoints: ["main.js"] }],
  ["an asset manifest of a bundler", { "main.js": "/main.4889e940.js" }],
  ["a precache manifest of Workbox", [{ url: "/index.html", revision: "1" }]],
])("names what is no manifest of what pages need: %s", (what, json) => {
  expect(() => read(json)).toThrow(`not an h2push manifest, but ${what}: push.json`);
});

test("a page instead of a manifest is named", () => {
  expect(() => read("<!doctype html><title>page</title>")).toThrow(/^not JSON, but HTML or XML: push\.json \(/);
});
