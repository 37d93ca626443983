import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runCli } from "../support/cli.js";
import { writeSite } from "../support/site.js";

const OLD = JSON.stringify({ version: 1, network: { rtt: 1, kbps: 0 }, pages: [] });

test.each([
  [["--out", "gone/report.html"], 1, "cannot write gone/report.html (ENOENT)"],
  [["--out", "."], 1, "cannot write . (EISDIR)"],
  [["--har", "index.html"], 1, "cannot write index.html (EEXIST)"],
  [["--budget", "gone.json"], 1, "no such file: gone.json"],
  [["--budget", "wrong.json"], 1, "wrong.json"],
  [["--budget", "pages.json"], 1, "no such page: /abuot/ (in pages of pages.json)\npass its URL path"],
  [["--compare", "wrong.json"], 1, "wrong.json"],
  [["--compare", "half.json"], 1, "not a report: half.json"],
  [["--budget", "twice.json"], 1, "two budgets for /docs/ in twice.json\nleave one of them out: /docs"],
  [
    ["--out", "report.json"],
    2,
    "--out report.json: a report in HTML\n--out writes HTML: pass a name such as report.html",
  ],
  [["--out", "old", "--compare", "./old"], 2, "--out old with --compare old"],
  [["--network", "5g"], 2, "slow-4g"],
  [["--runs", "none"], 2, "none"],
  [["--page", "/gone.html"], 1, "no such page: /gone.html"],
  [["--browser", "/gone/chrome"], 1, "no such program: /gone/chrome\npass the program of Chrome, Chromium or Edge"],
])("report %j is refused before anything is loaded, and says why", async (args, code, text) => {
  const cwd = await writeSite({ "index.html": "<p>text", "docs/index.html": "<p>text", old: OLD });
  const half = { version: 1, network: {}, pages: [{ path: "/", ways: [{ name: "none" }], verdict: {} }] };
  await writeFile(join(cwd, "half.json"), JSON.stringify(half));
  await writeFile(join(cwd, "twice.json"), JSON.stringify({ pages: { "/docs/": {}, "/docs": { maxLcp: 1 } } }));
  await writeFile(join(cwd, "wrong.json"), JSON.stringify({ maxLcp: "fast" }));
  await writeFile(join(cwd, "pages.json"), JSON.stringify({ pages: { "/": {}, "/abuot/": { maxLcp: 1 } } }));
  const ended = await runCli(["report", ".", ...args], { cwd });
  expect(ended).toMatchObject({ code, stdout: "" });
  expect(ended.stderr).toMatch(/^error: /);
  expect(ended.stderr).toContain(text);
  expect(ended.stderr).not.toMatch(/^\s+at /m);
});

test("a directory without a home page is told so", async () => {
  const cwd = await writeSite({ "about.html": "<p>text" });
  const { code, stderr } = await runCli(["report", ".", "--page", "/"], { cwd });
  expect(code).toBe(1);
  expect(stderr).toBe(
    "error: no such page: / (there is no index.html)\npass its URL path, for example /docs/ or /about.html\n",
  );
});

test.each([
  ["report", []],
  ["manifest", []],
  ["check", []],
  ["export", ["--to", "nginx", "--out", "nginx/"]],
])("%s of a directory without pages says that there are none", async (command, flags) => {
  const { code, stderr } = await runCli([command, ".", ...flags], { cwd: await writeSite({ "a.css": "" }) });
  expect([code, stderr]).toEqual([1, "error: no pages in .\npass the directory of a built site\n"]);
});
