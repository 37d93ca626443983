import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { expect, test } from "vitest";

import { runCli, startCli } from "../support/cli.js";
import { connect } from "../support/h2.js";
import { writeSite } from "../support/site.js";

const html = `<!doctype html>
<link rel=stylesheet href=/site.css>
<link rel=stylesheet title=a href=/a.css><link rel="alternate stylesheet" title=b href=/b.css>
<img src=/gone.png><img loading=lazy src=/lazy.png><img src=https://example.com/far.png>
<p>text</p><iframe src=/frame.html></iframe>
`;
const css = `@font-face { font-family: F; src: url(f.woff2) } p:hover { background: url(hover.png) }`;
const files = {
  "index.html": html,
  "docs/index.html": "<link rel=stylesheet href=/site.css>",
  "frame.html": "",
  "site.css": css,
  "a.css": "",
  "b.css": "",
  "lazy.png": "",
  "f.woff2": "",
  "hover.png": "",
};

const marks = { named: true, blocking: true };
const style = { target: "/site.css", rel: "preload", as: "style", ...marks, bytes: css.length };
const pages = {
  "/": [
    style,
    { target: "/a.css", rel: "preload", as: "style", ...marks, bytes: 0 },
    { target: "/frame.html", as: "document", named: true, bytes: 0 },
    { target: "/b.css", as: "style", media: "not all", named: true, bytes: 0 },
  ],
  "/docs/": [style],
  "/frame.html": [],
};
const missing = "missing: /gone.png (index.html:4)\n";

test("prints JSON on a pipe, and what is missing on standard error with file and line", async () => {
  const { code, stdout, stderr } = await runCli(["manifest", await writeSite(files)]);
  expect([code, stderr]).toEqual([0, missing]);
  expect(JSON.parse(stdout)).toEqual({ version: 1, pages: { "/": pages["/"], "/frame.html": [], "/docs/": [style] } });
});

test("with --single and --base, lists what a server with them gives: frames and pages by their routes", async () => {
  const page = "<base href=/repo/><link rel=stylesheet href=site.css><iframe src=news></iframe>";
  const app = await writeSite({ "index.html": page, "site.css": css });
  const flags = ["--single", "--base", "/repo/"];
  const { stdout } = await runCli(["manifest", app, ...flags, "--page", "/repo/about"]);
  const entries = [
    { ...style, target: "/repo/site.css" },
    { target: "/repo/news", as: "document", named: true, bytes: page.length },
  ];
  expect(JSON.parse(stdout)).toEqual({ version: 1, pages: { "/repo/about": entries } });

  const cli = await startCli([app, ...flags, "-p", "0", "--delivery", "push", "--verbose"]);
  const { pushed } = await (await connect(await cli.port())).page("/repo/about", { accept: "text/html" });
  expect([...pushed.keys()]).toEqual(["/repo/site.css"]);
  // It is on the server's list too; what answers by `accept` is not pushed.
  await cli.prints(/skip \(nothing to push\) \/repo\/news document/);
});

test("prints tables with --format table: what, how large, why, and how far it can be announced", async () => {
  const { code, stdout } = await runCli(["manifest", await writeSite(files), "--format", "table", "--page", "/"]);
  expect(code).toBe(0);
  expect(stdout.split("\n").map((line) => line.trim().replaceAll(/ {2,}/g, " | "))).toEqual([
    `/ | 4 targets, ${css.length} B`,
    `/site.css | style | ${css.length} B | stylesheet in / | (in the HTML)`,
    "/a.css | style | 0 B | stylesheet in / | (in the HTML)",
    "/frame.html | document | 0 B | iframe src in / | (pushed, never linked)",
    "/b.css | style | 0 B | alternate stylesheet in / | (neither pushed nor linked)",
    "",
  ]);
});

test("prints the pages alone that --page names, in that order", async () => {
  const root = await writeSite(files);
  const { stdout } = await runCli(["manifest", root, "--page", "/docs/index.html", "--page", "/frame.html"]);
  expect(Object.keys(JSON.parse(stdout).pages)).toEqual(["/docs/", "/frame.html"]);
});

test("explains one page: what is in and why, what is not there, what was left out and why", async () => {
  const { code, stdout, stderr } = await runCli(["manifest", await writeSite(files), "--explain", "/"]);
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toContain("stylesheet in /");
  const left = stdout.slice(stdout.indexOf("left out")).trimEnd().split("\n");
  expect(left.map((line) => line.trim().replaceAll(/ {2,}/g, " | "))).toEqual([
    "left out",
    "/gone.png | not found (index.html:4)",
    "/lazy.png | lazy",
    "https://example.com/far.png | other origin",
    "/f.woff2 | unused font: f",
    "/hover.png | for a state such as :hover alone",
  ]);
});

test.each([
  ["docs", "/docs/"],
  ["/docs", "/docs/"],
  ["docs/index.html", "/docs/"],
  ["frame.html", "/frame.html"],
])("takes a path to explain without its slashes: %s", async (path, page) => {
  const { code, stdout } = await runCli(["manifest", await writeSite(files), "--explain", path]);
  expect([code, stdout.split("  ")[0]]).toEqual([0, page]);
});

test("explains a route of a single-page application", async () => {
  const { code, stdout } = await runCli(["manifest", await writeSite(files), "--single", "--explain", "/some/route"]);
  expect([code, stdout.split("  ")[0]]).toEqual([0, "/some/route"]);
});

test("writes to a file at once and leaves nothing beside it", async () => {
  const root = await writeSite(files);
  const out = await writeSite({ "push.json": "old" });
  const file = join(out, "push.json");
  const { code, stdout } = await runCli(["manifest", root, "--out", file]);
  expect([code, stdout]).toEqual([0, ""]);
  expect(JSON.parse(await readFile(file, "utf8")).pages).toEqual(pages);
  expect(await readdir(out)).toEqual(["push.json"]);
});

test("chooses for the window of --viewport", async () => {
  const root = await writeSite({ "index.html": `<img srcset="s.png 400w, l.png 1300w">`, "s.png": "", "l.png": "" });
  const target = async (...args: string[]) => JSON.parse((await runCli(["manifest", root, ...args])).stdout).pages["/"];
  expect(await target()).toMatchObject([{ target: "/l.png" }]);
  expect(await target("--viewport", "390x844")).toMatchObject([{ target: "/s.png" }]);
  expect(await target("--viewport", "390x844@3")).toMatchObject([{ target: "/l.png" }]);
});

test("says that of a long file only the beginning was scanned", async () => {
  const root = await writeSite({
    "index.html": "<link rel=stylesheet href=l.css>",
    "l.css": Buffer.alloc(2 ** 24 + 1, " "),
  });
  const { code, stderr } = await runCli(["manifest", root]);
  expect([code, stderr]).toEqual([0, "note: only the first 16 MB of l.css were scanned for what they refer to\n"]);
});

test.each<[title: string, args: string[], code: number, stderr: string | RegExp]>([
  ["a root that is not there", ["manifest", "./stie"], 1, /^error: no such directory: \.\/stie\n/],
  [
    "a page that is not there",
    ["manifest", ".", "--page", "/gone.html"],
    1,
    "error: no such page: /gone.html\npass its URL path, for example /docs/ or /about.html\n",
  ],
  [
    "a page to explain that is none",
    ["manifest", ".", "--explain", "/site.css"],
    1,
    "error: not a page: /site.css\npass its URL path, for example /docs/ or /about.html\n",
  ],
  [
    "a file that can't be written",
    ["manifest", ".", "--out", "gone/push.json"],
    1,
    "error: cannot write gone/push.json (ENOENT)\npass a file in a directory that this user may write to: --out FILE\n",
  ],
  [
    "how to load pages that are not loaded",
    ["manifest", ".", "--pages", "3"],
    2,
    "error: --pages without --run\nit says how a browser loads the pages: add --run\n",
  ],
  [
    "no browser",
    ["manifest", ".", "--run", "--browser", "/gone/chrome"],
    1,
    /error: no such program: \/gone\/chrome\npass the program of Chrome, Chromium or Edge: --browser PATH\n$/,
  ],
  ["another format", ["manifest", ".", "--format", "xml"], 2, /xml.*\n?.*json, table/],
  [
    "a window that is none",
    ["manifest", ".", "--viewport", "wide"],
    2,
    "error: not a viewport: wide\nfor example --viewport 1280x720 or 390x844@3\n",
  ],
  [
    "a manifest to serve by that is not there",
    [".", "-p", "0", "--manifest", "gone.json"],
    1,
    "error: no such file: gone.json\nwrite a manifest with h2push manifest --format json --out FILE\n",
  ],
  [
    "a manifest to serve by that is wrong",
    [".", "-p", "0", "--manifest", "wrong.json"],
    1,
    /^error: not a destination in "as": "css" \(wrong\.json, page \/, entry \/site\.css\)\n/,
  ],
])("ends with the value and what to do for %s", async (_, args, code, stderr) => {
  const cwd = await writeSite(files);
  const wrong = { version: 1, pages: { "/": [{ target: "/site.css", as: "css" }] } };
  await writeFile(join(cwd, "wrong.json"), JSON.stringify(wrong));
  const ended = await runCli(args, { cwd });
  expect(ended.code).toBe(code);
  if (typeof stderr === "string") expect(ended.stderr).toBe(stderr);
  else expect(ended.stderr).toMatch(stderr);
});

test("a server with --manifest pushes what h2push manifest wrote", async () => {
  const root = await writeSite(files);
  const file = join(root, "push.json");
  await runCli(["manifest", root, "--out", file]);
  const cli = await startCli([root, "-p", "0", "--manifest", file]);
  const { pushed } = await (await connect(await cli.port())).page("/");
  expect([...pushed.keys()]).toEqual(["/site.css", "/a.css", "/frame.html"]);
});
