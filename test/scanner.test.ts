import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { expect, test } from "vitest";

import { createScanner, type PageNeeds, type Scanner } from "../src/manifest/scanner.js";
import { locateIn, writeSite } from "./support/site.js";

async function scanPage(root: string, pathname: string, scanner?: Scanner): Promise<PageNeeds> {
  const locate = locateIn(root);
  const file = await locate(pathname);
  if (file === undefined) throw new Error(`no such page: ${pathname}`);
  return (scanner ?? createScanner({ locate })).page(pathname, file);
}

const targets = (needs: PageNeeds): string[] => needs.entries.map(({ target }) => target);

test("gives what a page needs in order of need", async () => {
  const root = await writeSite({
    "docs/index.html": `<img src=a.png><script src=/d.js defer></script><script src=b.js></script>
      <script async src=e.js></script><script type=module src=m.js></script><link rel=stylesheet href=../c.css>`,
    "docs/a.png": "a",
    "docs/b.js": "",
    "docs/e.js": "",
    "docs/m.js": "",
    "c.css": "",
    "d.js": "",
  });
  expect(targets(await scanPage(root, "/docs/"))).toEqual([
    "/c.css",
    "/docs/b.js",
    "/docs/m.js",
    "/d.js",
    "/docs/a.png",
    "/docs/e.js",
  ]);
});

test("lists a target once, at its earliest need", async () => {
  const root = await writeSite({
    "index.html": `<script async src=a.js></script><img src=b.png><script src=./a.js></script>`,
    "a.js": "",
    "b.png": "",
  });
  expect(targets(await scanPage(root, "/"))).toEqual(["/a.js", "/b.png"]);
});

test("names what is not there, with file and line", async () => {
  const root = await writeSite({ "x/a.html": "<p>\n\n<img src=gone.png><img src=gone.png>" });
  const needs = await scanPage(root, "/x/a.html");
  expect(needs.entries).toEqual([]);
  expect(needs.missing).toEqual([{ target: "/x/gone.png", from: "/x/a.html", line: 3 }]);
});

test("resolves against the base element, and against nothing elsewhere", async () => {
  const root = await writeSite({
    "index.html": `<base href=/y/><img src=a.png><img src=https://example.com/b.png>`,
    "y/a.png": "",
  });
  const needs = await scanPage(root, "/");
  expect(targets(needs)).toEqual(["/y/a.png"]);
  expect(needs.left).toEqual([{ target: "https://example.com/b.png", why: "other origin" }]);
});

test("gives candidates as path-absolute references", async () => {
  const root = await writeSite({
    "p/index.html": `<img srcset="s.png 600w, ../l.png 1300w" sizes=100vw>`,
    "p/s.png": "",
    "l.png": "12",
  });
  expect((await scanPage(root, "/p/")).entries).toEqual([
    {
      target: "/l.png",
      rel: "preload",
      as: "image",
      imagesrcset: "/p/s.png 600w, /l.png 1300w",
      imagesizes: "100vw",
      bytes: 2,
    },
  ]);
});

test("sees a dependency that comes and goes, once its answer is old enough", async () => {
  const root = await writeSite({ "index.html": `<img src=a.png>` });
  const scanner = createScanner({ locate: locateIn(root), checkAfter: 0 });
  expect(targets(await scanPage(root, "/", scanner))).toEqual([]);
  await writeFile(join(root, "a.png"), "");
  expect(targets(await scanPage(root, "/", scanner))).toEqual(["/a.png"]);
  await rm(join(root, "a.png"));
  expect(targets(await scanPage(root, "/", scanner))).toEqual([]);
});

test("answers from memory for a while", async () => {
  const root = await writeSite({ "index.html": `<img src=a.png>` });
  let looked = 0;
  const locate = locateIn(root);
  const scanner = createScanner({
    checkAfter: 60_000,
    locate: (pathname) => {
      looked += 1;
      return locate(pathname);
    },
  });
  await scanPage(root, "/", scanner);
  await scanPage(root, "/", scanner);
  expect(looked).toBe(1);
});

test("needs nothing for a page that has gone between the look and the scan", async () => {
  const root = await writeSite({ "index.html": `<img src=a.png>`, "a.png": "" });
  const locate = locateIn(root);
  const file = await locate("/");
  await rm(join(root, "index.html"));
  if (file === undefined) throw new Error("the page was written");
  expect((await createScanner({ locate }).page("/", file)).entries).toEqual([]);
});
