import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { emptyDirectory } from "../support/directory.js";
import { chromiumPath, firefoxPath } from "../support/browsers.js";
import { startFirefox } from "../support/firefox.js";
import { connect } from "../support/h2.js";
import { startServer, type TestServer } from "../support/server.js";
import { writeSite } from "../support/site.js";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const site = {
  "index.html": `<link rel="stylesheet" href="/a.css"><p>${"text ".repeat(30_000)}</p>`,
  "a.css": `@import "b.css"; p { color: red }`,
  "b.css": "p { margin: 0 }",
};

const serve = async (): Promise<TestServer> => startServer({ root: await writeSite(site), inspect: true });

/** A load over a connection that begins now, with frames of every kind that push brings about. */
async function loadSite(port: number): Promise<void> {
  const client = await connect(port);
  await client.page("/");
  client.session.close();
}

if (chromiumPath === undefined) console.warn("skipped: the inspector in Chromium (it is not installed)");

describe.skipIf(chromiumPath === undefined)("the inspector in Chromium", () => {
  let browser: Browser;

  beforeAll(async () => {
    const args = ["--no-sandbox", "--disable-gpu", "--disable-quic"];
    browser = await chromium.launch({ ...(chromiumPath && { executablePath: chromiumPath }), args });
  });

  afterAll(() => browser?.close());

  /** Opens the page; the test fails with whatever the browser complains of. */
  async function open(port: number, options: BrowserContextOptions = {}, path = ""): Promise<Page> {
    const context = await browser.newContext({ ignoreHTTPSErrors: true, ...options });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
    page.on("pageerror", (error) => complaints.push(error.message));
    // A stream of events ends with its page.
    page.on("requestfailed", (request) => {
      if (!request.url().endsWith("/events")) complaints.push(`${request.url()}: ${request.failure()?.errorText}`);
    });
    page.on("response", (response) => response.ok() || complaints.push(`${response.status()} ${response.url()}`));
    onTestFinished(async () => {
      expect(complaints).toEqual([]);
      await context.close();
    });
    await page.goto(`https://localhost:${port}/.h2push/${path}`);
    await page.locator("#status.live").waitFor();
    return page;
  }

  test("shows a load as it happens, and what was decided", async () => {
    const { port } = await serve();
    const page = await open(port);
    expect(await page.locator("#loads-none").isVisible()).toBe(true);
    await loadSite(port);
    await page.locator("#loads-list li").waitFor();
    const targets = page.locator(".waterfall tbody th");
    await expect.poll(() => targets.allTextContents()).toEqual(["/", "/a.css", "/b.css"]);
    expect(await page.locator(".waterfall tbody .means").allTextContents()).toEqual(["the page", "pushed", "pushed"]);
    await page.getByText("Nothing was left out").waitFor();
    for (const format of ["HAR", "SVG", "JSON"]) {
      const download = page.waitForEvent("download");
      await page.getByRole("link", { name: format }).click();
      expect((await download).suggestedFilename()).toBe(`h2push-load-1.${format.toLowerCase()}`);
    }
  });

  test("chooses among loads, opens settings, filters frames and shows one, by keyboard alone", async () => {
    const { port } = await serve();
    const page = await open(port);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("loads-title");
    await loadSite(port);
    await loadSite(port);
    const loads = page.locator("#loads-list button");
    await expect.poll(() => loads.count()).toBe(2);
    await loads.first().press("Enter");
    expect(await loads.first().getAttribute("aria-current")).toBe("true");
    const row = page.locator("#connections-table tbody tr").nth(0);
    await row.locator("summary").first().press("Enter");
    expect(await row.locator("dl").first().textContent()).toContain("INITIAL_WINDOW_SIZE65535");
    await row.getByRole("button").press("Enter");
    await page.locator("#frames-rows tr").first().waitFor();
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("frames-title");
    expect(await page.locator("#windows path").count()).toBeGreaterThan(0);
    await page.getByLabel("Type").selectOption("PUSH_PROMISE");
    expect(await page.locator("#frames-rows tr").count()).toBe(2);
    await page.getByLabel("Stream").selectOption("2");
    expect(await page.locator("#frames-rows tr").count()).toBe(1);
    expect(await page.locator("#frames-count").textContent()).toBe("1 frames");
    await page.locator("#frames-rows button").press("Enter");
    const dialog = page.getByRole("dialog");
    expect(await dialog.textContent()).toMatch(/Frame \d+: PUSH_PROMISE.*:path\/a\.css.*0000 {2}00 00 00 02/s);
    await page.keyboard.press("Escape");
    expect(await dialog.isVisible()).toBe(false);
    await page.locator("#frames-rows td").first().click();
    await dialog.getByRole("button", { name: "Close" }).click();
    expect(await dialog.isVisible()).toBe(false);
  });

  test("shows two hundred frames at first, and then more", async () => {
    const { port } = await serve();
    const page = await open(port);
    const client = await connect(port, { settings: { enablePush: false } });
    for (let time = 0; time < 80; time++) await client.request("/b.css");
    client.session.close();
    await page.locator("#connections-table").getByRole("button").click();
    await expect.poll(() => page.locator("#frames-rows tr").count()).toBe(200);
    await page.locator("#frames-more").click();
    expect(await page.locator("#frames-rows tr").count()).toBeGreaterThan(200);
  });

  const states: readonly (readonly [string, BrowserContextOptions, string])[] = [
    ["wide and light", { viewport: { width: 1280, height: 800 }, colorScheme: "light" }, ""],
    ["wide and dark", { viewport: { width: 1280, height: 800 }, colorScheme: "dark" }, "?lang=zh"],
    ["narrow and light", { viewport: { width: 320, height: 640 }, colorScheme: "light", locale: "zh-CN" }, ""],
    ["narrow and dark", { viewport: { width: 360, height: 740 }, colorScheme: "dark", reducedMotion: "reduce" }, ""],
    ["4K", { viewport: { width: 3840, height: 2160 } }, ""],
  ];

  test.each(states)("has nothing that axe-core finds, and fits: %s", async (_name, options, path) => {
    const { port } = await serve();
    const page = await open(port, options, path);
    const audit = async () => {
      const found = await page.evaluate(
        `${axe}; axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes[0].html, nodes[0].failureSummary].join(" ")))`,
      );
      expect(found).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(
        0,
      );
    };
    await audit();
    await loadSite(port);
    await page.locator("#loads-list li").waitFor();
    await page.locator("#connections-table").getByRole("button").first().click();
    await page.locator("#frames-rows tr").first().waitFor();
    await audit();
    await page.locator("#frames-rows button").first().click();
    await page.getByRole("dialog").waitFor();
    await audit();
  });

  test("speaks the language that the URL or the browser asks for, in every text", async () => {
    const { port } = await serve();
    const page = await open(port, { locale: "zh-CN" });
    expect(await page.locator("html").getAttribute("lang")).toBe("zh");
    expect(await page.locator("h1").textContent()).toBe("服务器在做什么");
    await page.getByRole("link", { name: "English" }).click();
    await page.getByRole("heading", { name: "What the server does" }).waitFor();
    await page.getByRole("link", { name: "中文" }).click();
    await page.getByRole("heading", { name: "服务器在做什么" }).waitFor();
  }, 60_000);

  test("says what it would show, without JavaScript", async () => {
    const { port } = await serve();
    const context = await browser.newContext({ ignoreHTTPSErrors: true, javaScriptEnabled: false });
    onTestFinished(() => context.close());
    const page = await context.newPage();
    await page.goto(`https://localhost:${port}/.h2push/`);
    expect(await page.locator("body").innerText()).toContain("This page needs JavaScript.");
  });
});

if (firefoxPath === undefined) console.warn("skipped: the inspector in Firefox (it is not installed)");

test.skipIf(firefoxPath === undefined)("works in a fresh Firefox", async () => {
  const { port } = await serve();
  const home = await emptyDirectory();
  const { bidi, context, close } = await startFirefox(firefoxPath ?? "", {
    home,
    profile: home,
    acceptInsecureCerts: true,
  });
  onTestFinished(close);
  await bidi.send("session.subscribe", { events: ["log.entryAdded", "network.fetchError"] });
  const complaints: unknown[] = [];
  bidi.onEvent((method, params) => complaints.push({ method, params }));
  const url = `https://localhost:${port}/.h2push/`;
  await bidi.send("browsingContext.navigate", { context, url, wait: "complete" });
  const run = async (expression: string) =>
    JSON.stringify(
      await bidi.send("script.evaluate", {
        expression,
        target: { context },
        awaitPromise: true,
        resultOwnership: "none",
      }),
    );
  await expect.poll(() => run(`document.querySelector("#status.live") !== null`)).toContain("true");
  await loadSite(port);
  await expect.poll(() => run(`document.querySelectorAll(".waterfall tbody tr").length`)).toContain(`"value":3`);
  await run(`document.querySelector("#connections-table button").click()`);
  await expect.poll(() => run(`document.querySelectorAll("#frames-rows tr").length > 10`)).toContain("true");
  await run(`document.querySelector("#frames-rows button").click()`);
  await expect.poll(() => run(`document.querySelector("dialog").open`)).toContain("true");
  expect(await run(`${axe}; axe.run().then(({ violations }) => "found " + violations.map(({ id }) => id))`)).toContain(
    `"found "`,
  );
  expect(complaints).toEqual([]);
});
