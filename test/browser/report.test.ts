import { randomBytes } from "node:crypto";
import { readFile, readdir, watch, writeFile } from "node:fs/promises";
import { join } from "node:path";
import axe from "axe-core";
import { Ajv2020 } from "ajv/dist/2020.js";
import { chromium } from "playwright-core";
import { describe, expect, onTestFinished, test } from "vitest";
import type { PageResult, Report } from "../../src/report/types.js";
import { png } from "../bench/paint-sites.js";
import { chromiumPath } from "../support/browsers.js";
import { runCli, startCli } from "../support/cli.js";
import { emptyDirectory } from "../support/directory.js";
import { expectHar } from "../support/har.js";
import { writeSite } from "../support/site.js";

const html = (head: string, body: string) =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>page</title><link rel="icon" href="data:,">${head}<h1>text</h1>${body}`;

/** A page that waits for a chain of modules and of stylesheets, five deep, and one that asks for nothing. */
const deep = () =>
  writeSite({
    "index.html": html(
      `<link rel="stylesheet" href="/1.css"><script type="module" src="/1.js"></script>`,
      `<script src="https://other.example/x.js" async></script><script src="/gone.js" async></script>`,
    ),
    "alone.html": html("<style>h1 { color: green }</style>", ""),
    ...Object.fromEntries(
      [1, 2, 3, 4].flatMap((n) => [
        [`${n}.js`, `import "./${n + 1}.js";`],
        [`${n}.css`, `@import "/${n + 1}.css";`],
      ]),
    ),
    "5.js": "globalThis.done = true;",
    "5.css": "h1 { color: green }",
  });

/** A page whose largest image is seen at once, beside a large script that the browser by itself fetches after it. */
const picture = () =>
  writeSite({
    "index.html": html(
      `<link rel="stylesheet" href="/site.css">`,
      `<img class="hero" src="/hero.png" alt="" width="800" height="500"><script async src="/large.js"></script>`,
    ),
    "site.css": "body { margin: 0 }",
    "hero.png": png(150, 100),
    "large.js": `// ${randomBytes(450_000).toString("base64")}`,
  });

const report = async (root: string, ...args: readonly string[]) => {
  const cli = await runCli(["report", root, ...args]);
  return { ...cli, read: (): Report => JSON.parse(cli.stdout) };
};

const wayOf = (page: PageResult | undefined, name: string) => page?.ways.find((way) => way.name === name);

/** What is measured here are times: a test that fails is repeated, and the repeat is told. */
describe.skipIf(chromiumPath === undefined)("h2push report, in Chromium", () => {
  test("Ctrl+C before a page is measured leaves an earlier report as it is", { timeout: 60_000 }, async () => {
    const folder = await emptyDirectory();
    const [browser, out, old] = ["browser", "report.html", "old.json"].map((name) => join(folder, name));
    // Tells that it was started, as nothing else does where there is no terminal.
    await writeFile(browser!, `#!/bin/sh\necho > '${folder}/started'\nexec '${chromiumPath}' "$@"\n`, { mode: 0o755 });
    await writeFile(out!, "earlier");
    const before = { version: 1, network: {}, pages: [{ path: "/", ways: [], verdict: {} }] };
    await writeFile(old!, JSON.stringify(before));
    const cli = await startCli(["report", await deep(), "--browser", browser!, "--out", out!, "--compare", old!]);
    for await (const { filename } of watch(folder)) if (filename === "started") break;
    cli.child.kill("SIGINT");
    expect(await cli.exit).toBe(130);
    expect(await readFile(out!, "utf8")).toBe("earlier");
    expect(cli.stdout).toBe("");
    expect(cli.stderr).not.toMatch(/error|^\s+at /m);
  });

  test(
    "a chain five deep is said to gain, a page without files to gain nothing, and why",
    { timeout: 400_000, retry: 2 },
    async () => {
      const root = await deep();
      const folder = await emptyDirectory();
      const files = ["--out", join(folder, "report.html"), "--har", join(folder, "har")];
      const { stdout, stderr, code, read } = await report(root, "--rtt", "60", "--format", "json", ...files);
      expect(stderr).not.toMatch(/error/);
      expect(code).toBe(0);
      const schema: object = JSON.parse(await readFile("src/report/report.schema.json", "utf8"));
      const ajv = new Ajv2020();
      expect(ajv.validate(schema, JSON.parse(stdout)), ajv.errorsText()).toBe(true);
      const { pages } = read();
      expect(pages.map(({ path }) => path)).toEqual(["/", "/alone.html"]);
      const [home, alone] = pages;
      // Naming what the HTML names too is as fast here, more or less.
      expect(home?.verdict.use).toMatch(/^(?:auto|link all)$/);
      expect(home?.verdict.text).toMatch(/the chain is 5 deep, and \d+ files are announced/);
      expect(home?.alike).toMatchObject({ learned: "auto" });
      expect(home?.foreign).toEqual(["other.example"]);
      const none = wayOf(home, "none");
      // The page, five stylesheets, five modules, and one that is not there.
      expect(none).toMatchObject({
        requests: 12,
        depth: 5,
        twice: [],
        unused: [],
        missing: ["/gone.js"],
        lcpElement: "h1",
      });
      expect(wayOf(home, "auto")).toMatchObject({ requests: 12, depth: 1, twice: [], unused: [] });
      expect(wayOf(home, "auto")?.differences.load).toMatchObject({ isReal: true });
      expect(wayOf(home, "auto")?.differences.load?.part).toBeLessThan(-0.25);
      expect(none?.sample.requests.find(({ target }) => target === "/3.js")).toMatchObject({
        by: "/2.js",
        means: "found",
      });
      expect(home?.push?.difference.isReal).toBe(true);
      expect(home?.push?.difference.by).toBeLessThan(-100);
      expect(alone?.verdict.use).toBeUndefined();
      expect(alone?.verdict.text).toContain("everything is in the HTML itself");
      await checkHtml(join(folder, "report.html"));
      await checkHars(join(folder, "har"));
      await checkComparison(root, folder, stdout);
    },
  );

  test(
    "a large script that is announced with all the rest is said to harm",
    { timeout: 170_000, retry: 2 },
    async () => {
      const { stdout, code } = await report(
        await picture(),
        "--rtt",
        "60",
        "--kbps",
        "4000",
        "--runs",
        "5",
        "--max-bytes",
        "1000",
        "--min-gain",
        "10",
      );
      expect(stdout).toMatch(/Not link all: (largest|first) paint \d+ → \d+ ms \(\+\d+ %\)/);
      expect(stdout).not.toMatch(/Use --delivery link/);
      expect(code).toBe(1);
    },
  );
});

/** It asks for nothing, runs nothing, and has nothing that a screen reader stumbles over; wide and narrow, light and dark. */
async function checkHtml(file: string): Promise<void> {
  const browser = await chromium.launch({
    ...(chromiumPath === undefined ? {} : { executablePath: chromiumPath }),
    args: ["--no-sandbox"],
  });
  onTestFinished(() => browser.close());
  for (const colorScheme of ["light", "dark"] as const) {
    for (const width of [1280, 390]) {
      const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme, bypassCSP: true });
      const page = await context.newPage();
      const seen: string[] = [];
      page.on("request", (request) => seen.push(request.url()));
      page.on("console", (message) => seen.push(message.text()));
      await page.goto(`file://${file}`);
      expect(seen).toEqual([`file://${file}`]);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
      await page.keyboard.press("Tab");
      await page.evaluate(axe.source);
      const violations = await page.evaluate("axe.run().then(({ violations }) => violations.map(({ id }) => id))");
      expect(violations).toEqual([]);
      await page.locator(".waterfall tr", { hasText: "/3.js" }).first().focus();
      expect(await page.locator(".detail:visible").innerText()).toContain("asked for by /2.js");
      await context.close();
    }
  }
}

async function checkHars(folder: string): Promise<void> {
  const names = (await readdir(folder)).sort();
  expect(names).toEqual(expect.arrayContaining(["index.auto.har", "index.none.har", "alone.html.none.har"]));
  for (const name of names) {
    const urls = expectHar(await readFile(join(folder, name), "utf8"));
    expect(urls.filter((url) => url.endsWith("/5.css"))).toHaveLength(name.startsWith("index.") ? 1 : 0);
  }
}

/** Both chains are cut: fewer requests, an earlier load event, and what was there before is told. */
async function checkComparison(root: string, folder: string, before: string): Promise<void> {
  const old = join(folder, "old.json");
  await writeFile(old, before);
  await writeFile(join(root, "1.js"), "globalThis.done = true;");
  await writeFile(join(root, "1.css"), "h1 { color: green }");
  const { stdout, code } = await report(root, "--page", "/", "--rtt", "60", "--runs", "5", "--compare", old);
  expect(stdout).toMatch(/changed: \/ none: requests 12 → 4/);
  expect(stdout).toMatch(/changed: \/ none: load \d+ → \d+ ms \(-\d+ %\)/);
  expect(stdout).toContain("changed: /alone.html: not measured any more");
  expect(code).toBe(0);
}
