import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";

import { describe, expect, onTestFinished, test, vi } from "vitest";

import { DEFAULT_VIEWPORT } from "../../src/scanner/css/media-queries.js";
import { SiteFacts } from "../../src/scanner/facts-cache.js";
import { createScanner, type Scanner } from "../../src/scanner/scanner.js";
import type { PageNeeds } from "../../src/scanner/types.js";
import { locateIn, lookupIn, writeSite } from "../support/site.js";

vi.mock("../../src/io/loop-time.js", () => ({ loopTime: () => performance.now() }));

async function scanPage(root: string, pathname: string, scanner?: Scanner): Promise<PageNeeds> {
  const file = await locateIn(root)(pathname);
  if (file === undefined) throw new Error(`no such page: ${pathname}`);
  return (scanner ?? createScanner({ lookup: lookupIn(root) })).page(pathname, file);
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
  expect(needs.ignored).toEqual([{ target: "https://example.com/b.png", reason: "other origin" }]);
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
      named: true,
      bytes: 2,
    },
  ]);
});

test("sees a dependency that comes and goes, once its answer is old enough", async () => {
  const root = await writeSite({ "index.html": `<img src=a.png>` });
  const scanner = createScanner({ lookup: lookupIn(root), checkAfter: 0 });
  expect(targets(await scanPage(root, "/", scanner))).toEqual([]);
  await writeFile(join(root, "a.png"), "");
  expect(targets(await scanPage(root, "/", scanner))).toEqual(["/a.png"]);
  await rm(join(root, "a.png"));
  expect(targets(await scanPage(root, "/", scanner))).toEqual([]);
});

test("answers from memory for a while", async () => {
  const root = await writeSite({ "index.html": `<img src=a.png>` });
  let looked = 0;
  const lookup = lookupIn(root);
  const scanner = createScanner({
    checkAfter: 60_000,
    lookup: (...asked) => {
      looked += 1;
      return lookup(...asked);
    },
  });
  await scanPage(root, "/", scanner);
  await scanPage(root, "/", scanner);
  expect(looked).toBe(1);
});

test("looks again at what a page rests on and at nothing else, whatever the number of pages", async () => {
  const pages = Array.from({ length: 50 }, (_, page) => [`${page}.html`, `<img src=${page}.png><img src=all.png>`]);
  const images = Array.from({ length: 50 }, (_, page) => [`${page}.png`, ""]);
  const root = await writeSite(Object.fromEntries([...pages, ...images, ["all.png", ""]]));
  const looked: string[] = [];
  const lookup = lookupIn(root);
  const scanner = createScanner({
    checkAfter: 60_000,
    lookup: (asked, audience) => {
      looked.push(asked.target);
      return lookup(asked, audience);
    },
  });
  for (let page = 0; page < 50; page += 1) await scanPage(root, `/${page}.html`, scanner);
  looked.length = 0;
  scanner.invalidate();
  await scanPage(root, "/7.html", scanner);
  await scanPage(root, "/7.html", scanner);
  expect(looked.sort()).toEqual(["/7.png", "/all.png"]);
});

test("scans a page once for all who ask for it after a change", async () => {
  const root = await writeSite({ "index.html": `<img src=a.png>`, "a.png": "" });
  let told = 0;
  const scanner = createScanner({ lookup: lookupIn(root), onFiles: () => (told += 1), checkAfter: 60_000 });
  await scanPage(root, "/", scanner);
  await rm(join(root, "a.png"));
  scanner.invalidate();
  const all = await Promise.all(Array.from({ length: 5 }, () => scanPage(root, "/", scanner)));
  expect(all.map(targets)).toEqual([[], [], [], [], []]);
  expect(told).toBe(2);
});

describe("what many ask for is given on without a wait", () => {
  /** A page whose answers are 40 ms fresh, by a clock that stands still, and whose look-ups can be kept waiting. */
  async function peekedAt() {
    const root = await writeSite({ "index.html": `<img src=a.png>`, "a.png": "" });
    const file = await locateIn(root)("/");
    if (file === undefined) throw new Error("the page was written");
    vi.useFakeTimers({ toFake: ["performance"] });
    onTestFinished(() => void vi.useRealTimers());
    let held = Promise.resolve();
    const lookup = lookupIn(root);
    const scanner = createScanner({ lookup: (...asked) => held.then(() => lookup(...asked)), checkAfter: 40 });
    await scanner.page("/", file);
    const peek = () => scanner.peek("/", file)?.needs.entries.map(({ target }) => target);
    return {
      root,
      peek,
      page: () => scanner.page("/", file),
      later: (ms: number) => vi.advanceTimersByTime(ms),
      hold: () => {
        let release = () => {};
        held = new Promise((resolve) => (release = resolve));
        return release;
      },
      /** Resolves when a check has said that the answer is right, or wrong. */
      isChecked: async () => {
        while ((scanner.peek("/", file)?.until ?? Infinity) < performance.now()) await turn();
      },
    };
  }

  test("is checked ahead, again and again", async () => {
    const { peek, later, isChecked } = await peekedAt();
    for (let time = 0; time < 300; time += 30) {
      later(30);
      expect(peek()).toEqual(["/a.png"]);
      await isChecked();
    }
  });

  test("also while a check takes long, until it is too old", async () => {
    const { peek, later, hold, isChecked } = await peekedAt();
    later(30);
    peek();
    await isChecked();
    hold();
    later(30);
    expect(peek()).toEqual(["/a.png"]);
    later(160);
    expect(peek()).toEqual(["/a.png"]);
    later(10);
    expect(peek()).toBeUndefined();
  });

  test("not once it is too old, nor when it is known to be wrong", async () => {
    const { root, peek, page, later, hold, isChecked } = await peekedAt();
    later(200);
    expect(peek()).toBeUndefined();
    await page();
    later(199);
    const release = hold();
    expect(peek()).toEqual(["/a.png"]);
    await rm(join(root, "a.png"));
    release();
    await isChecked();
    expect(peek()).toBeUndefined();
    expect(targets(await page())).toEqual([]);
  });
});

test("tells once which files a page rests on when it is asked for, and not when it is looked at ahead", async () => {
  const root = await writeSite({ "index.html": `<img src=a.png><img src=gone.png>`, "a.png": "" });
  const told: string[][] = [];
  const lookup = lookupIn(root);
  const scanner = createScanner({ lookup, onFiles: (files) => told.push([...files.keys()]), checkAfter: 60_000 });
  const file = await locateIn(root)("/");
  if (file === undefined) throw new Error("the page was written");
  await scanner.page("/", file, { ahead: true });
  expect(told).toEqual([]);
  await scanner.page("/", file);
  await scanner.page("/", file);
  expect(told).toEqual([["/", "/a.png", "/gone.png"]]);
});

test("needs nothing for a page that has gone between the look and the scan", async () => {
  const root = await writeSite({ "index.html": `<img src=a.png>`, "a.png": "" });
  const file = await locateIn(root)("/");
  await rm(join(root, "index.html"));
  if (file === undefined) throw new Error("the page was written");
  expect((await createScanner({ lookup: lookupIn(root) }).page("/", file)).entries).toEqual([]);
});

describe("pages read straight to where their tags are read", () => {
  const images = `<img src=a.png>${"<p class=x>text</p>".repeat(500)}<img src=b.png>`;
  const pages: readonly (readonly [string, string, readonly string[]])[] = [
    ["with a byte order mark", `\ufeff<body>${images}`, ["/a.png", "/b.png"]],
    // A name that is new has the page read once more.
    [
      "with a mark and a style of their own",
      `\ufeff<style>.y { background: url(c.png) }</style><p class=y>${images}`,
      ["/a.png", "/b.png", "/c.png"],
    ],
    ["longer than the memory is", `<!--${"-".repeat(3_000_000)}-->${images}`, ["/a.png", "/b.png"]],
  ];
  test.each(pages)("%s", async (_, html, expected) => {
    const root = await writeSite({
      "index.html": html,
      "second.html": "<img src=c.png>",
      "a.png": "",
      "b.png": "",
      "c.png": "",
    });
    const scanner = createScanner({ lookup: lookupIn(root), once: true });
    expect(targets(await scanPage(root, "/", scanner)).sort()).toEqual(expected);
    expect(targets(await scanPage(root, "/second.html", scanner))).toEqual(["/c.png"]);
  });
});

test("a reference of a file that is shorter by the time its lines are counted stands in its last line", async () => {
  const facts = new SiteFacts({
    reader: () => async (_file, parse) => parse(Buffer.from("a\nb")),
    onLimit: () => {},
    viewport: DEFAULT_VIEWPORT,
    compressed: true,
  });
  const file = { file: "/a.css", size: 100, mtimeMs: 0, ctimeMs: 0, dev: 0, ino: 0 };
  const lines: number[] = [];
  for (const offset of [1, 99, 2]) lines.push((await facts.positionOf(file, offset)).line);
  expect(lines).toEqual([1, 2, 2]);
});
