import { chromium } from "playwright-core";
import { describe, expect, onTestFinished, test } from "vitest";
import { chromiumPath } from "../support/browsers.js";
import { frameworks } from "../support/frameworks.js";
import { pageWithNeeds, testSite } from "../support/mounted.js";

/** What a page has loaded: [path, what has caused it, how often it was requested]. */
const LOADED = `performance.getEntriesByType("resource").map(({ name, initiatorType }) => [new URL(name).pathname, initiatorType])`;

describe.skipIf(chromiumPath === undefined).each(Object.keys(frameworks))("Chromium and %s", (name) => {
  test.each(["/", "/hello"])("takes from the Link field of %s what its HTML does not name, once", async (path) => {
    const port = await frameworks[name]!(await testSite(pageWithNeeds));
    const browser = await chromium.launch({ executablePath: chromiumPath!, args: ["--no-sandbox"] });
    onTestFinished(() => browser.close());
    const page = await browser.newPage({ ignoreHTTPSErrors: true });
    const requested: string[] = [];
    page.on("request", (request) => requested.push(new URL(request.url()).pathname));
    await page.goto(`https://localhost:${port}${path}`, { waitUntil: "networkidle" });
    const loaded = await page.evaluate<[string, string][]>(LOADED);
    expect(loaded.find(([target]) => target === "/b.css")?.[1]).toBe("link");
    expect(requested.filter((target) => target === "/b.css")).toHaveLength(1);
    expect(await page.evaluate(`getComputedStyle(document.querySelector("p")).color`)).toBe("rgb(0, 128, 0)");
  });
});
