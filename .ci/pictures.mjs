// Takes the README's pictures anew: `node .ci/pictures.mjs PROGRAM`, with the program of an installed Chromium.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { chromium } from "playwright-core";

const [browserProgram] = process.argv.slice(2);
if (browserProgram === undefined) throw new Error("usage: node .ci/pictures.mjs PROGRAM");

const top = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const program = top("bin/h2push.js");

/** A picture of what `show` brings onto a page. */
async function picture(browser, file, [width, height], show) {
  const page = await browser.newPage({
    ignoreHTTPSErrors: true,
    viewport: { width, height },
    colorScheme: "light",
  });
  await show(page);
  await page.screenshot({ path: top(`examples/${file}`) });
  await page.close();
  console.log(`examples/${file}`);
}

/** The demo, its four loads measured. */
async function demo(browser) {
  const server = spawn(process.execPath, [program, "--demo", "-p", "0", "-q"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [url] = await once(createInterface(server.stdout), "line");
  await picture(browser, "demo.png", [1100, 860], async (page) => {
    await page.goto(url, { waitUntil: "load" });
    await page.locator("#network-run").click();
    await page.locator("#network-verdict").waitFor();
    await page.evaluate(() => scrollTo(0, 0));
  });
  server.kill();
  await once(server, "exit");
}

/** The report of the demo's page, as `h2push report --out` writes it. */
async function report(browser, directory) {
  const file = join(directory, "report.html");
  const args = [
    "report",
    top("examples/deep"),
    "--rtt",
    "100",
    "--runs",
    "5",
    "--browser",
    browserProgram,
    "--out",
    file,
  ];
  await promisify(execFile)(process.execPath, [program, ...args]);
  await picture(browser, "report.png", [1280, 1460], (page) => page.goto(pathToFileURL(file).href));
}

const directory = await mkdtemp(join(tmpdir(), "h2push-pictures-"));
const browser = await chromium.launch({
  executablePath: browserProgram,
  args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
});
try {
  await demo(browser);
  await report(browser, directory);
} finally {
  await browser.close();
  await rm(directory, { recursive: true });
}
