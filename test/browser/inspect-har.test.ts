import { once } from "node:events";
import { createInterface } from "node:readline";
import { spawn } from "node:child_process";
import { chromium } from "playwright-core";
import { expect, onTestFinished, test } from "vitest";
import { chromiumPath } from "../support/browsers.js";
import { emptyDirectory } from "../support/directory.js";
import { connect } from "../support/h2.js";
import { loadSite, serveInspected } from "../support/inspected-site.js";

/** Starts a Chromium that serves its own developer tools; returns their URL. */
async function devtools(path: string): Promise<string> {
  const args = ["--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0"];
  const browser = spawn(path, [...args, `--user-data-dir=${await emptyDirectory()}`], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  onTestFinished(async () => {
    browser.kill();
    if (browser.exitCode === null && browser.signalCode === null) await once(browser, "exit");
  });
  for await (const line of createInterface(browser.stderr)) {
    const host = /DevTools listening on ws:\/\/([^/]+)/.exec(line)?.[1];
    if (host === undefined) continue;
    browser.stderr.resume();
    return `http://${host}/devtools/`;
  }
  throw new Error("Chromium ended without a word of its developer tools");
}

/** What the developer tools make of a HAR file when somebody opens it in their network panel. */
const imported = (tools: string, har: string) => `(async () => {
  const { HARFormat, Importer } = await import("${tools}models/har/har.js");
  const { log } = new HARFormat.HARRoot(${har});
  const requests = Importer.Importer.requestsFromHARLog(log);
  return requests.map((one) => [new URL(one.url()).pathname, one.statusCode, one.resourceSize, one.endTime >= one.startTime]);
})()`;

test.skipIf(chromiumPath === undefined)("a kept load opens in Chromium's developer tools", async () => {
  const { port } = await serveInspected();
  await loadSite(port);
  const client = await connect(port);
  const har = (await client.request("/.h2push/loads/1.har")).body.toString();
  const tools = await devtools(chromiumPath ?? "");
  const browser = await chromium.launch({
    executablePath: chromiumPath ?? "",
    args: ["--no-sandbox", "--disable-gpu"],
  });
  onTestFinished(() => browser.close());
  const page = await browser.newPage();
  await page.goto(`${tools}devtools_app.html`);
  expect(await page.evaluate(imported(tools, har))).toEqual([
    ["/", 200, 150_044, true],
    ["/a.css", 200, 33, true],
    ["/b.css", 200, 15, true],
  ]);
});
