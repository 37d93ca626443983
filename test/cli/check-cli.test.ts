import { execFileSync } from "node:child_process";
import { symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { expect, test } from "vitest";
import { rules } from "../../src/check/rules/table.js";
import { runCli } from "../support/cli.js";
import { writeSite } from "../support/site.js";

const directory = () =>
  writeSite({
    "dist/index.html": `<!doctype html>\n<link rel="preload" href="/a,b%.js">\n<img src="/gone.png">\n`,
    "dist/a,b%.js": "",
    "dist/sub page/index.html": `<!doctype html><img src="/gone.png">`,
    "clean/index.html": "<!doctype html>",
  });

const run = async (...args: readonly string[]) => runCli(["check", ...args], { cwd: await directory() });

test("prints what is wrong with file, line and column, and what to do", async () => {
  const { code, stdout, stderr } = await run("dist");
  expect(stdout).toBe(
    [
      "dist/index.html:2:1 warning preload-as: the preload of /a,b%.js has no as: browsers pass over it",
      "dist/index.html:3:1 error missing-asset: /gone.png is not there (img)",
      "dist/sub page/index.html:1:16 error missing-asset: /gone.png is not there (img)",
      "",
      `missing-asset: ${rules["missing-asset"].fix}`,
      `preload-as: ${rules["preload-as"].fix}`,
      "",
      "2 pages checked: 2 errors, 1 warning",
      "",
    ].join("\n"),
  );
  expect([code, stderr]).toEqual([1, ""]);
});

test.skipIf(process.platform === "win32")(
  "names and rules write nothing to the terminal but text, and begin no line",
  async () => {
    const cwd = await writeSite({
      "\u001b[31mred.html": "<img src=a.png>",
      "x\n::error::y.html": "<img src=b.png>",
      _headers: "/a\n  \u001b[31mbad\u0007 line\n",
    });
    for (const format of ["text", "github"]) {
      const { stdout, stderr } = await runCli(["check", ".", "--format", format], { cwd });
      expect(Buffer.from(stdout + stderr).filter((byte) => byte < 0x20 && byte !== 0x0a)).toHaveLength(0);
      expect(stdout.split("\n").filter((line) => line.startsWith("::error::"))).toEqual([]);
    }
  },
);

test.skipIf(process.platform === "win32")("reads rules as the server does: no pipe, and no device", async () => {
  const cwd = await writeSite({ "index.html": "<p>" });
  execFileSync("mkfifo", [join(cwd, "_headers")]);
  await symlink("/dev/zero", join(cwd, "_redirects"));
  expect(await runCli(["check", "."], { cwd })).toMatchObject({ code: 0, stdout: "1 page checked: nothing found\n" });
});

test.each([
  [["clean"], 0, "1 page checked: nothing found\n"],
  [["dist", "--fail-on", "never"], 0, "preload-as"],
  [["dist", "--ignore", "missing-asset"], 1, "preload-as"],
  [["dist", "--ignore", "missing-asset", "--fail-on", "error"], 0, "preload-as"],
  [["dist", "--ignore", "missing-asset:sub*", "--ignore", "preload-as:/"], 1, "dist/index.html:3:1"],
  [["dist", "--ignore", "missing-asset:index.html", "--ignore", "preload-as"], 1, "dist/sub page/index.html:1:16"],
  [["dist", "--ignore", "missing-asset:dist/index.html", "--ignore", "preload-as"], 1, "dist/sub page/index.html:1:16"],
  [["dist", "--max-requests", "0", "--ignore", "missing-asset"], 1, "max-requests"],
])("check %j ends with %i", async (args, code, text) => {
  const done = await run(...args);
  expect(done.stdout).toContain(text);
  expect(done).toMatchObject({ code, stderr: "" });
});

test("says which --ignore leaves nothing out", async () => {
  const { code, stderr } = await run("clean", "--ignore", "missing-asset:docs/*");
  expect([code, stderr]).toEqual([0, "note: nothing is found that --ignore missing-asset:docs/* leaves out\n"]);
});

test.each([
  [["dist", "--ignore", "mising-asset"], 2, "no such rule: mising-asset\ndid you mean missing-asset?"],
  [["dist", "--format", "xml"], 2, "text, json, sarif, github"],
  [["dist", "--max-bytes", "many"], 2, "many"],
  [["dost"], 1, "no such directory: dost\ndid you mean dist?"],
  [["dist", "--cache", "none/cache.json"], 1, "cannot write none/cache.json (ENOENT)"],
])("check %j says what is wrong", async (args, code, text) => {
  const done = await run(...args);
  expect(done.code).toBe(code);
  expect(done.stderr).toContain(text);
  expect(done.stderr).not.toMatch(/^\s+at /m);
});

test("prints JSON", async () => {
  const { findings, ...rest } = JSON.parse((await run("dist", "--format", "json")).stdout);
  expect(rest).toEqual({ version: 1, pages: 2 });
  expect(findings[1]).toEqual({
    rule: "missing-asset",
    level: "error",
    file: "index.html",
    line: 3,
    column: 1,
    message: "/gone.png is not there (img)",
    page: "/",
    fix: rules["missing-asset"].fix,
  });
});

test("prints SARIF 2.1.0 by its schema", async () => {
  const sarif = JSON.parse((await run("dist", "--format", "sarif")).stdout);
  const schemas = createRequire(import.meta.url).resolve("@microsoft/jest-sarif");
  const {
    $schema: _,
    id: __,
    ...schema
  } = JSON.parse(readFileSync(join(schemas, "../schemas/sarif-2.1.0-rtm.5.json"), "utf8"));
  // Of draft 4, which says the same of what it uses.
  const ajv = new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false });
  expect(ajv.validate(schema, sarif), JSON.stringify(ajv.errors)).toBe(true);
  const [{ results, tool }] = sarif.runs;
  expect(tool.driver.rules.map(({ id }: { id: string }) => id)).toEqual(Object.keys(rules));
  expect(results[2]).toMatchObject({
    ruleId: "missing-asset",
    level: "error",
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: "dist/sub%20page/index.html" },
          region: { startLine: 1, startColumn: 16 },
        },
      },
    ],
  });
});

test("prints workflow commands of GitHub Actions, errors first", async () => {
  const lines = (await run("dist", "--format", "github")).stdout.trimEnd().split("\n");
  expect(lines[0]).toBe(
    `::error file=dist/index.html,line=3,col=1,title=missing-asset::/gone.png is not there (img). ${rules["missing-asset"].fix}`,
  );
  expect(lines[2]).toMatch(
    /^::warning file=dist\/index\.html,line=2,col=1,title=preload-as::the preload of \/a,b%25\.js has/,
  );
});

test("help checks says of each rule what is wrong and what to do", async () => {
  const { stdout, code } = await runCli(["help", "checks"]);
  expect(code).toBe(0);
  for (const [name, { level, says, fix }] of Object.entries(rules)) {
    expect(stdout).toContain(`${name} (${level})\n  ${says}\n  Fix: ${fix}\n`);
  }
});
