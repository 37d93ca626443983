import { symlink } from "node:fs/promises";
import { join } from "node:path";

import { expect, test } from "vitest";

import { listPages, type SitePage } from "../../src/scanner/list-pages.js";
import { createScanner } from "../../src/scanner/scanner.js";
import { gather, listed, scanPages, type SiteScanOptions } from "../../src/scanner/scan-site.js";
import { lookupIn, writeSite } from "../support/site.js";

async function list(root: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const { pathname } of listPages(root, () => undefined)) paths.push(pathname);
  return paths;
}

async function gathered(root: string, options?: SiteScanOptions): Promise<SitePage[]> {
  const pages: SitePage[] = [];
  await gather(
    listed(
      listPages(root, () => undefined),
      options,
    ),
    pages,
  );
  return pages;
}

test("lists pages by their canonical URL paths", async () => {
  const root = await writeSite({
    "index.html": "",
    "a b.html": "",
    "größe.htm": "",
    "100%.html": "",
    "docs/index.html": "",
    "docs/x;y=1.html": "",
    "style.css": "",
  });
  const canonical = ["/100%25.html", "/a%20b.html", "/gr%C3%B6%C3%9Fe.htm", "/", "/docs/", "/docs/x;y=1.html"];
  expect(await list(root)).toEqual(canonical);
});

test("passes over dotfiles and node_modules", async () => {
  const root = await writeSite({
    ".git/a.html": "",
    ".hidden.html": "",
    "node_modules/x/a.html": "",
    ".well-known/a.html": "",
  });
  expect(await list(root)).toEqual(["/.well-known/a.html"]);
});

test("lists pages under each name of their directory, however many links there are among each other", async () => {
  const root = await writeSite({ "a/x.html": "", "b/y.html": "" });
  await symlink(join(root, "a"), join(root, "latest"));
  await symlink(join(root, "a"), join(root, "b/a"));
  await symlink(join(root, "b"), join(root, "a/b"));
  expect(await list(root)).toEqual(["/a/x.html", "/a/b/y.html", "/b/y.html", "/b/a/x.html", "/latest/x.html"]);
});

test("follows no link back up, and none that leads outside", async () => {
  const outside = await writeSite({ "secret.html": "" });
  const root = await writeSite({ "docs/a.html": "" });
  await symlink(outside, join(root, "out"));
  await symlink(join(outside, "secret.html"), join(root, "secret.html"));
  await symlink(root, join(root, "docs/up"));
  expect(await list(root)).toEqual(["/docs/a.html"]);
});

test("stops at the limit", async () => {
  const root = await writeSite({ "a.html": "", "b/c.html": "", "b/d.html": "" });
  const { manifest } = await scanPages(await gathered(root, { limit: 2 }), createScanner({ lookup: lookupIn(root) }));
  expect(Object.keys(manifest.pages)).toEqual(["/a.html", "/b/c.html"]);
});

test("scans a whole site", async () => {
  const root = await writeSite({ "index.html": `<img src=a.png><img src=no.png>`, "b.html": "", "a.png": "1234" });
  const { manifest, missing } = await scanPages(await gathered(root), createScanner({ lookup: lookupIn(root) }));
  expect(manifest).toEqual({
    version: 1,
    pages: { "/": [{ target: "/a.png", rel: "preload", as: "image", named: true, bytes: 4 }], "/b.html": [] },
  });
  expect(missing).toEqual([{ target: "/no.png", from: "/", line: 1 }]);
});
