import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runCli } from "../support/cli.js";
import { writeSite } from "../support/site.js";

test.each([
  [["--out", "gone/report.html"], 1, "cannot write gone/report.html (ENOENT)"],
  [["--out", "."], 1, "cannot write . (EISDIR)"],
  [["--har", "index.html"], 1, "cannot write index.html (EEXIST)"],
  [["--budget", "gone.json"], 1, "no such file: gone.json"],
  [["--budget", "wrong.json"], 1, "wrong.json"],
  [["--budget", "pages.json"], 1, "no such page: /abuot/ (in pages of pages.json)\npass its URL path"],
  [["--compare", "wrong.json"], 1, "wrong.json"],
  [["--network", "5g"], 2, "slow-4g"],
  [["--runs", "none"], 2, "none"],
  [["--page", "/gone.html"], 1, "no such page: /gone.html"],
  [["--browser", "/gone/chrome"], 1, "no such program: /gone/chrome\npass the program of Chrome, Chromium or Edge"],
])("report %j is refused before anything is loaded, and says why", async (args, code, text) => {
  const cwd = await writeSite({ "index.html": "<p>text" });
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
  ["check", []],
  ["export", ["--to", "nginx", "--out", "nginx/"]],
])("%s of a directory without pages says that there are none", async (command, flags) => {
  const { code, stderr } = await runCli([command, ".", ...flags], { cwd: await writeSite({ "a.css": "" }) });
  expect([code, stderr]).toEqual([1, "error: no pages in .\npass the directory of a built site\n"]);
});
