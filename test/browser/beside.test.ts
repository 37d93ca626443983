import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { chromiumPath } from "../support/browsers.js";
import { runCli } from "../support/cli.js";
import { writeSite } from "../support/site.js";

const page = `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>here</title><h1>here</h1>`;
const site = () => writeSite({ "index.html": page, "about.html": page });

/** Where a tool lies that is no dependency of ours: below node_modules, or in $H2PUSH_TOOLS. */
function tool(name: string, file: string): string | undefined {
  const places = [process.env["H2PUSH_TOOLS"], fileURLToPath(new URL("../..", import.meta.url))];
  for (const place of places.filter((place) => place !== undefined)) {
    try {
      return createRequire(`${place}/package.json`).resolve(`${name}/${file}`);
    } catch {
      continue;
    }
  }
  console.warn(`skipped: ${name} (npm i --no-save ${name})`);
  return undefined;
}

const pa11y = tool("pa11y", "bin/pa11y.js");
const lighthouse = tool("@lhci/cli", "src/cli.js");

/** What the tools find their browser and their temporary files by. */
const env = { CHROME_PATH: chromiumPath ?? "", PUPPETEER_EXECUTABLE_PATH: chromiumPath ?? "" };

const run = async (...command: readonly string[]) =>
  runCli([await site(), "-p", "0", "--", process.execPath, ...command], { env });

test.skipIf(chromiumPath === undefined)("a script of Playwright loads the page", async () => {
  const script = `import { chromium } from ${JSON.stringify(import.meta.resolve("playwright-core"))};
    const browser = await chromium.launch({ executablePath: process.env.CHROME_PATH, args: ["--no-sandbox"] });
    const page = await browser.newPage({ ignoreHTTPSErrors: true, baseURL: process.env.H2PUSH_URL });
    await page.goto("./about.html");
    console.log(await page.title());
    await browser.close();`;
  expect(await run("--input-type=module", "-e", script)).toMatchObject({ code: 0, stdout: "here\n" });
});

test.skipIf(chromiumPath === undefined || pa11y === undefined)("pa11y checks the page", async () => {
  const args = ["--no-sandbox", "--ignore-certificate-errors"];
  const config = `module.exports = { chromeLaunchConfig: { executablePath: process.env.CHROME_PATH, args: ${JSON.stringify(args)} } };`;
  const files = await writeSite({
    "pa11y.cjs": config,
    "run.cjs": `process.argv.push("--config", __dirname + "/pa11y.cjs", process.env.H2PUSH_URL); require(${JSON.stringify(pa11y)});`,
  });
  const { code, stdout } = await run(`${files}/run.cjs`);
  expect(stdout).toContain("No issues found");
  expect(code).toBe(0);
});

test.skipIf(chromiumPath === undefined || lighthouse === undefined)(
  "Lighthouse CI loads the page, and tells by its exit code",
  async () => {
    const flags = "--no-sandbox --ignore-certificate-errors --headless=new";
    const collect = {
      url: ["URL"],
      numberOfRuns: 1,
      settings: { chromeFlags: flags, onlyCategories: ["best-practices"] },
    };
    const assertions = { "categories:best-practices": "off", "errors-in-console": "off", doctype: "error" };
    const rc = `module.exports = { ci: { collect: ${JSON.stringify(collect).replace('"URL"', "process.env.H2PUSH_URL")}, assert: { assertions: ${JSON.stringify(assertions)} } } };`;
    const files = await writeSite({ "lighthouserc.cjs": rc });
    const { code, stdout } = await run(lighthouse ?? "", "autorun", `--config=${files}/lighthouserc.cjs`);
    expect(stdout).toContain("Done running autorun.");
    expect(code).toBe(0);
  },
  120_000,
);
