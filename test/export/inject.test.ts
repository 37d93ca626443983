import { chmod, mkdir, readFile, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { withLinks } from "../../src/export/formats/html-links.js";
import { scan } from "../../src/index.js";
import type { ManifestEntry } from "../../src/manifest/types.js";
import { startCli } from "../support/cli.js";
import { emptyDirectory } from "../support/directory.js";
import { oddSite } from "../support/export-sites.js";
import { writeSite } from "../support/site.js";

const entry: ManifestEntry = { target: "/a.css", rel: "preload", as: "style", bytes: 1 };
const link = '<link rel="preload" as="style" href="/a.css" data-h2push=""/>\n';

/** Where "|" stands, the announcement is to be. */
test.each([
  ["behind the beginning of the head", "<!doctype html><html><head>|<link rel=stylesheet href=b.css></head>"],
  ["behind the encoding", "<!doctype html><head><title>t</title><meta charset=utf-8>|<style></style>"],
  [
    "behind a policy",
    `<head><meta charset=utf-8><link rel=stylesheet href=b.css><meta http-equiv="Content-Security-Policy" content="x">|<script src=a.js></script>`,
  ],
  ["behind base", "<head><base href=/x/>|<title>t</title>"],
  ["behind the viewport that media asks", "<head><meta name=viewport content=x>|<meta name=author content=y>"],
  [
    "behind an import map",
    '<head><script type="ImportMap">{"imports":{}}</script>|<script type=module src=a.js></script>',
  ],
  ["where no head is written", "<!-- x --><!doctype html>\n|<link rel=stylesheet href=b.css><p>text"],
  ["before text, where no head is written", "<!doctype html>|text <meta charset=utf-8>"],
  ["in a page without anything", "|"],
  [
    "behind a byte order mark and a policy",
    '\uFEFF<!doctype html><head><meta http-equiv="content-security-policy" content="x">|<p>',
  ],
  ["behind a byte order mark", "\uFEFF<!doctype html>|<p>text"],
  [
    "not behind what a script writes",
    "<head>|<script>document.write('<meta charset=utf-8>')</script><body><meta charset=x>",
  ],
  ["not in what does not count", "<head>|<noscript><base href=/x/></noscript><template><meta charset=x></template>"],
  ["not behind a meta of the body", "<head>|</head><body><meta charset=utf-8>"],
])("an announcement stands %s", (_where, page) => {
  const plain = Buffer.from(page.replace("|", ""));
  const injected = withLinks(plain, [entry]);
  expect(injected.toString()).toBe(page.replace("|", link));
  expect(withLinks(injected, [entry])).toEqual(injected);
  expect(withLinks(injected, [])).toEqual(plain);
});

test("an image is announced behind the stylesheets, so that it does not take the line from them", () => {
  const page =
    "<head><meta charset=utf-8>|<link rel=stylesheet href=b.css><style></style><LINK rel='Stylesheet' href=c.css>|<body>";
  const image = '<link rel="preload" as="image" href="/a.png" data-h2push=""/>\n';
  const injected = withLinks(Buffer.from(page.replaceAll("|", "")), [
    { ...entry, target: "/a.png", as: "image" },
    entry,
  ]);
  expect(injected.toString()).toBe(page.replace("|", link).replace("|", image));
  expect(withLinks(injected, []).toString()).toBe(page.replaceAll("|", ""));
});

test("an element says what a field would, in characters of every encoding", () => {
  const entries: ManifestEntry[] = [
    {
      target: "/é&\"'.js",
      rel: "modulepreload",
      as: "script",
      crossorigin: "use-credentials",
      integrity: "sha256-x",
      bytes: 1,
    },
    {
      target: "/b.jpg",
      rel: "preload",
      as: "image",
      imagesrcset: "/a.jpg 1x",
      imagesizes: "50vw",
      media: "print",
      named: true,
      bytes: 1,
    },
  ];
  expect(withLinks(Buffer.from("<p>"), entries).toString()).toBe(
    `<link rel="modulepreload" href="/&#233;&amp;&quot;'.js" crossorigin="use-credentials" integrity="sha256-x" data-h2push=""/>
<link rel="preload" as="image" href="/b.jpg" media="print" imagesrcset="/a.jpg 1x" imagesizes="50vw" data-h2push=""/>
<p>`,
  );
});

async function inject(root: string, directory: string, ...more: string[]) {
  const { exit, stderr } = await finished(["export", root, "--inject", directory, ...more]);
  return { exit, stderr };
}

async function finished(args: readonly string[]) {
  const cli = await startCli(args);
  const exit = await cli.exit;
  return { exit, stderr: cli.stderr, stdout: cli.stdout };
}

test("a copy differs from the site by its announcements alone, and is the same the second time", async () => {
  const root = await writeSite({ ...oddSite, ".nojekyll": "", "node_modules/x/index.js": "1", "wide.html": wide });
  await utimes(join(root, "img/a.png"), 1e9, 1e9);
  const directory = join(await emptyDirectory(), "deep", "copy");
  const { exit, stderr } = await inject(root, directory);
  expect([exit, stderr]).toEqual([0, expect.stringContaining("left as it is: /wide.html (it is in UTF-16)")]);
  const { manifest } = await scan(root);
  let injected = 0;
  for (const name of await readdir(root, { recursive: true })) {
    const [from, to] = [join(root, name), join(directory, name)];
    if ((await stat(from)).isDirectory()) continue;
    if (name.startsWith("node_modules")) {
      await expect(stat(to)).rejects.toThrow("ENOENT");
      continue;
    }
    const copy = await readFile(to);
    if (copy.includes("data-h2push")) injected += 1;
    expect([name, withLinks(copy, [])]).toEqual([name, await readFile(from)]);
  }
  expect(injected).toBeGreaterThan(15);
  expect((await stat(join(directory, "img/a.png"))).mtimeMs).toBe(1e12);
  // The list of the copy is that of the site: its own announcements are none of the page's.
  expect((await scan(directory)).manifest).toEqual(manifest);
  const first = await contents(directory);
  expect((await inject(root, directory)).exit).toBe(0);
  expect(await contents(directory)).toEqual(first);
  const second = join(await emptyDirectory(), "copy of the copy");
  expect((await inject(directory, second)).exit).toBe(0);
  expect(await contents(second)).toEqual(first);
});

test("pages that were compressed beforehand are not in the copy: they lack what is announced", async () => {
  const root = await writeSite({
    "index.html": "<!doctype html><link rel=stylesheet href=/a.css>",
    "index.html.br": "old",
    "plain.html": "<p>",
    "plain.html.gz": "old",
    "a.css": '@import "b.css";',
    "a.css.br": "old",
    "b.css": "",
  });
  const directory = join(await emptyDirectory(), "copy");
  await mkdir(directory);
  await writeFile(join(directory, "index.html.br"), "older");
  const { exit, stderr } = await inject(root, directory);
  expect([exit, (await readdir(directory)).toSorted()]).toEqual([
    0,
    ["a.css", "a.css.br", "b.css", "index.html", "plain.html", "plain.html.gz"],
  ]);
  expect(stderr).toContain("left out: 1 compressed page: compress those of the copy (index.html.br)");
});

const wide = Buffer.from("\uFEFF<!doctype html><link rel=stylesheet href=/css/site.css>", "utf16le");

async function contents(directory: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const name of (await readdir(directory, { recursive: true })).toSorted()) {
    const path = join(directory, name);
    if (!(await stat(path)).isDirectory()) found.set(name, (await readFile(path)).toString("latin1"));
  }
  return found;
}

test("a second copy has what has changed, whatever dates and modes the files have", async () => {
  const long = "x".repeat(200_000);
  const root = await writeSite({ "index.html": "<p>", "a.css": "p { top: 1px }", "long.js": `${long}1`, "c.css": "" });
  const directory = join(await emptyDirectory(), "copy");
  const names = ["a.css", "long.js", "c.css"];
  // As a store of builds has its files: all of one date, and for reading alone.
  const settle = async () => {
    for (const name of names) {
      await chmod(join(root, name), 0o444);
      await utimes(join(root, name), 1, 1);
    }
  };
  await settle();
  expect((await inject(root, directory)).exit).toBe(0);
  for (const [name, text] of [
    ["a.css", "p { top: 2px }"],
    ["long.js", `${long}2`],
  ] as const) {
    await rm(join(root, name));
    await writeFile(join(root, name), text);
  }
  await settle();
  await chmod(join(root, "c.css"), 0o644);
  const untouched = await stat(join(directory, "c.css"));
  expect((await inject(root, directory)).exit).toBe(0);
  for (const name of names) {
    const [own, copy] = [await stat(join(root, name)), await stat(join(directory, name))];
    expect(await readFile(join(directory, name))).toEqual(await readFile(join(root, name)));
    expect([name, copy.mode, copy.mtimeMs]).toEqual([name, own.mode, own.mtimeMs]);
  }
  expect((await stat(join(directory, "c.css"))).ino).toBe(untouched.ino);
  expect((await readdir(directory)).toSorted()).toEqual(["a.css", "c.css", "index.html", "long.js"]);
});

test("files of a copy that the site no longer has stay there, and are named", async () => {
  const root = await writeSite({ "index.html": "<p>", "old/index.html": "<p>", "old.html": "<p>" });
  const directory = join(await emptyDirectory(), "copy");
  expect((await inject(root, directory)).stderr).not.toContain("that the site has not");
  await rm(join(root, "old"), { recursive: true });
  await rm(join(root, "old.html"));
  expect(await inject(root, directory)).toEqual({
    exit: 0,
    stderr: expect.stringContaining(`${directory} has 2 files that the site has not: old/index.html old.html\n`),
  });
  expect((await readdir(directory)).toSorted()).toEqual(["index.html", "old", "old.html"]);
});

test("a copy has the packages that its pages load, now and later, and the others are named", async () => {
  const map = { imports: { lit: "/node_modules/lit/index.js", "@a/later": "/node_modules/@a/later/index.js" } };
  const root = await writeSite({
    "index.html": `<script type=importmap>${JSON.stringify(map)}</script><script type=module src=/a.js></script>`,
    "a.js": 'import "lit"; button.onclick = () => import("@a/later");',
    "node_modules/lit/index.js": 'import "/node_modules/lit-html/lit.js"',
    "node_modules/lit/node_modules/inner/index.js": "1",
    "node_modules/lit/.env": "SECRET=1",
    "node_modules/lit-html/lit.js": "1",
    "node_modules/@a/later/index.js": "1",
    "node_modules/@a/tool/index.js": "1",
    "node_modules/other/index.js": "1",
    "node_modules/.package-lock.json": "{}",
  });
  const directory = join(await emptyDirectory(), "copy");
  const { exit, stderr } = await inject(root, directory);
  expect([exit, stderr]).toEqual([
    0,
    expect.stringContaining("not copied: 2 packages in node_modules that no page names: @a/tool other\n"),
  ]);
  expect([...(await contents(directory)).keys()]).toEqual([
    "a.js",
    "index.html",
    "node_modules/@a/later/index.js",
    "node_modules/lit-html/lit.js",
    "node_modules/lit/index.js",
    "node_modules/lit/node_modules/inner/index.js",
  ]);
});

test("a copy and its site do not lie in each other, and nothing is written then", async () => {
  const root = await writeSite({ "index.html": "<p>", "a/index.html": "<p>" });
  for (const directory of [root, join(root, "copy")]) {
    const { exit, stderr } = await inject(root, directory);
    expect([exit, stderr]).toEqual([2, expect.stringContaining("outside of the site")]);
  }
  await mkdir(join(root, "inner"));
  await writeFile(join(root, "inner", "index.html"), "<p>");
  expect((await inject(join(root, "inner"), root)).exit).toBe(2);
  expect((await readdir(root)).toSorted()).toEqual(["a", "index.html", "inner"]);
});
