import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { chromiumPath } from "../support/browsers.js";
import { loadSite, serveInspected } from "../support/inspected-site.js";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

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

  const states: readonly (readonly [string, BrowserContextOptions, string])[] = [
    ["wide and light", { viewport: { width: 1280, height: 800 }, colorScheme: "light" }, ""],
    ["wide and dark", { viewport: { width: 1280, height: 800 }, colorScheme: "dark" }, "?lang=zh"],
    ["narrow and light", { viewport: { width: 320, height: 640 }, colorScheme: "light", locale: "zh-CN" }, ""],
    ["narrow and dark", { viewport: { width: 360, height: 740 }, colorScheme: "dark", reducedMotion: "reduce" }, ""],
    ["4K", { viewport: { width: 3840, height: 2160 } }, ""],
  ];

  test.each(states)("has nothing that axe-core finds, and fits: %s", async (_name, options, path) => {
    const { port } = await serveInspected();
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
    const { port } = await serveInspected();
    const page = await open(port, { locale: "zh-CN" });
    expect(await page.locator("html").getAttribute("lang")).toBe("zh");
    expect(await page.locator("h1").textContent()).toBe("服务器在做什么");
  });

  test("says what it would show, without JavaScript", async () => {
    const { port } = await serveInspected();
    const context = await browser.newContext({ ignoreHTTPSErrors: true, javaScriptEnabled: false });
    onTestFinished(() => context.close());
    const page = await context.newPage();
    await page.goto(`https://localhost:${port}/.h2push/`);
    expect(await page.locator("body").innerText()).toContain("This page needs JavaScript.");
  });
});
