import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { givenSites } from "./bench/given-sites.js";
import { interval, isSlower } from "./bench/paired.js";
import { inRounds, templates } from "./bench/templates.js";

test.each([
  [
    "each load takes 10 % longer",
    [
      [500, 550],
      [510, 561],
      [490, 539],
      [505, 555],
      [495, 545],
    ],
    true,
  ],
  [
    "each load takes 2 % longer",
    [
      [500, 510],
      [510, 520],
      [490, 500],
      [505, 515],
      [495, 505],
    ],
    false,
  ],
  [
    "one load of five has met with a busy machine",
    [
      [500, 900],
      [510, 500],
      [490, 495],
      [505, 500],
      [495, 490],
    ],
    false,
  ],
  [
    "each load takes 10 % less",
    [
      [500, 450],
      [510, 460],
      [490, 440],
      [505, 455],
      [495, 445],
    ],
    false,
  ],
])("a page is called slower only when that is sure: %s", (_, pairs, slower) => {
  expect(isSlower(pairs)).toBe(slower);
});

test("the interval holds the mean, lies within what was measured, and is the same each time", () => {
  const [least, most] = interval([1, 2, 3, 4, 10]);
  expect(least).toBeGreaterThanOrEqual(1);
  expect(least).toBeLessThan(4);
  expect(most).toBeGreaterThan(4);
  expect(most).toBeLessThanOrEqual(10);
  expect(interval([1, 2, 3, 4, 10])).toEqual([least, most]);
});

test("one page of each template is taken: that with the shortest path, the start page first", () => {
  const entry = (as: string) => ({ as, rel: "preload" });
  const article = [entry("style"), entry("font")];
  const pages = {
    "/": [entry("style"), entry("image"), entry("image")],
    "/posts/second": article,
    "/posts/one": article,
    "/about": [entry("script")],
    "/empty": [],
  };
  expect(templates(pages)).toEqual(["/", "/posts/one", "/about"]);
  expect(inRounds([["a1", "a2", "a3"], [], ["b1"]], 3)).toEqual(["a1", "b1", "a2"]);
});

test("a folder is a site, has one in its output folder, or holds sites", async () => {
  const folder = await mkdtemp(join(tmpdir(), "h2push-sites-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const path of ["plain", "built/dist", "built/src", "neither/src"]) {
    await mkdir(join(folder, path), { recursive: true });
    if (!path.endsWith("src")) await writeFile(join(folder, path, "index.html"), "");
  }
  const built = { name: "built", root: join(folder, "built/dist") };
  const plain = { name: "plain", root: join(folder, "plain") };
  expect(await givenSites(folder)).toEqual([built, plain]);
  expect(await givenSites(`${plain.root}:${join(folder, "built")},${join(folder, "neither")}`)).toEqual([plain, built]);
});
