import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cliOptions } from "../../src/cli/options/cli-options.js";
import { setOptions } from "../../src/cli/options/set-options.js";
import type { Option, OptionValue } from "../../src/server/options/option.js";
import { serverOptions } from "../../src/server/options/options-table.js";
import { runCli, startCli } from "../support/cli.js";
import { http1 } from "../support/h1.js";
import { writeSite } from "../support/site.js";

const page = { "index.html": "<!doctype html><title>page</title>" };

/** The rows of a start under their names. */
async function rows(args: readonly string[], options: Parameters<typeof startCli>[1] = {}): Promise<string> {
  const cli = await startCli([...args, "-p", "0"], options);
  await cli.prints(/Ctrl\+C/);
  return cli.stdout;
}

test("the start names what was set apart from the defaults, and never a password", async () => {
  const root = await writeSite(page);
  const args = ["--live", "--proxy", "/api=http://localhost:3000", "--rtt", "20", "--kbps=1600", "--cors", "--coi"];
  const more = ["--delivery", "link", "--single", "--cache", "off", "--auth", "ada:hunter2", "--header", "x-a: b c"];
  const printed = await rows([root, ...args, ...more]);
  expect(printed).toContain(
    "\n  options      --delivery link --auth --single --cache off --header 'x-a: b c' --cors --coi --live " +
      "--proxy /api=http://localhost:3000 --rtt 20 --kbps 1600\n",
  );
  expect(printed).not.toMatch(/ada|hunter2/);
});

test("what a file and the environment set is named like flags, and the file too", async () => {
  const cwd = await writeSite({ "h2push.config.json": '{ "live": true, "rtt": 20 }', "site/index.html": "" });
  const printed = await rows(["site", "--rtt", "0", "--no-compress"], { cwd, env: { H2PUSH_AUTH: "ada:hunter2" } });
  expect(printed).toContain("\n  options      --auth --no-compress --live\n  config       h2push.config.json\n");
  expect(printed).not.toContain("hunter2");
});

test("a start by the defaults, said or not, names no options", async () => {
  const root = await writeSite(page);
  expect(await rows([root])).not.toContain("options");
  expect(await rows([root, "--delivery", "auto", "--rtt", "0", "--viewport", "1280x720"])).not.toContain("options");
});

test("every option that is set apart from its default is named, or told elsewhere at the start", () => {
  const elsewhere = ["port", "host", "redirect", "config", "cert", "key", "pfx", "name"];
  const output = ["demo", "open", "qr", "log", "quiet", "verbose"];
  for (const [name, option] of Object.entries<Option<OptionValue>>({ ...serverOptions, ...cliOptions })) {
    const values = [
      true,
      false,
      "1x1",
      7,
      "off",
      "link",
      "all",
      "1.3",
      "mkcert",
      "a:b",
      ["a: b"],
      ["/a=http://b"],
      ["b"],
    ];
    const other = values.find((value) => {
      try {
        return JSON.stringify(option.check(value)) !== JSON.stringify(option.check(option.default));
      } catch {
        return false;
      }
    });
    expect(other, name).toBeDefined();
    const told = [...elsewhere, ...output].includes(name);
    expect([name, setOptions({ [name]: other }).length]).toEqual([name, told ? 0 : 1]);
  }
});

test("a file that the password is read from is named", () => {
  expect(setOptions({ auth: "@pass word.txt" })).toEqual(["--auth '@pass word.txt'"]);
});

test.each([
  [[], true],
  [["-H", "127.0.0.1"], true],
  [["-H", "0.0.0.0"], false],
])("with %j, the start says how others get in: %s", async (args, says) => {
  const printed = await rows([await writeSite(page), ...args]);
  expect(/^ {2}network {6}this machine only; to let others connect: -H 0\.0\.0\.0$/m.test(printed)).toBe(says);
});

test("a directory without an index page: the start and its page of / name --list", async () => {
  const root = await writeSite({ "a.txt": "a", "sub/b.txt": "b" });
  const cli = await startCli([root, "-p", "0"]);
  await cli.prints(/Ctrl\+C/);
  expect(cli.stdout).toContain(`\n  note         no index.html in ${root}: / is 404; to list what is there: --list\n`);
  for (const path of ["/", "/sub/"]) {
    const { status, body } = await http1(await cli.port(), path);
    expect([status, body.toString()]).toEqual([404, expect.stringContaining(`There is no index.html in ${path}. `)]);
    expect(body.toString()).toContain("--list");
  }
  expect((await http1(await cli.port(), "/none")).body.toString()).not.toContain("--list");
});

test.each<[files: Record<string, string>, args: string[]]>([
  [page, []],
  [{}, ["--list"]],
  [{}, ["--proxy", "/=http://localhost:3000"]],
  [{ _redirects: "/ /start.html 200", "start.html": "" }, []],
  [{ "app.html": "" }, ["--single", "app.html"]],
])("of %j with %j, the start does not name --list", async (files, args) => {
  expect(await rows([await writeSite({ "a.txt": "", ...files }), ...args])).not.toMatch(/note|--list\b.*404/);
});

test("--single without its file: the start and the page of an error say which is missing", async () => {
  const root = await writeSite({ "a.txt": "a" });
  const cli = await startCli([root, "--single", "-p", "0"]);
  await cli.prints(/Ctrl\+C/);
  expect(cli.stdout).toContain(
    `note         no index.html in ${root}: paths that --single should answer get 404 until it is there`,
  );
  const { status, body } = await http1(await cli.port(), "/anywhere", { headers: { accept: "text/html" } });
  expect([status, body.toString()]).toEqual([404, expect.stringContaining("no /index.html, which --single names")]);
  await writeFile(join(root, "index.html"), "the page");
  await expect
    .poll(async () => (await http1(await cli.port(), "/anywhere", { headers: { accept: "text/html" } })).status)
    .toBe(200);
});

test.each<[args: string[], code: number, stderr: string]>([
  [["stie"], 1, "error: no such directory or command: stie\ndid you mean site?\n"],
  [["./stie/"], 1, "error: no such directory: ./stie/\ndid you mean ./site?\n"],
  [["site/dcos"], 1, "error: no such directory: site/dcos\ndid you mean site/docs?\n"],
  [["manifest", "stie"], 1, "error: no such directory: stie\ndid you mean site?\n"],
  [["certt"], 1, "error: no such directory or command: certt\ndid you mean h2push cert, or certs?\n"],
  [["manifst"], 1, "error: no such directory or command: manifst\ndid you mean h2push manifest?\n"],
  [
    ["manifst", "./site", "--format", "json"],
    1,
    "error: no such directory or command: manifst\ndid you mean h2push manifest?\n",
  ],
  [["trust"], 1, "error: no such directory or command: trust\ndid you mean h2push cert trust?\n"],
])("%j ends with %i, and says what was probably meant", async (args, code, stderr) => {
  const cwd = await writeSite({ "site/docs/index.html": "", "certs/cert.pem": "" });
  expect(await runCli(args, { cwd })).toEqual({ code, stdout: "", stderr });
});

test.each([
  [["help"], ["--help"]],
  [
    ["help", "cert"],
    ["cert", "--help"],
  ],
  [
    ["cert", "help"],
    ["cert", "--help"],
  ],
  [
    ["manifest", "help"],
    ["manifest", "--help"],
  ],
  [["version"], ["--version"]],
])("%j is %j", async (words, flags) => {
  const printed = await runCli(words);
  expect(printed).toEqual(await runCli(flags));
  expect(printed.code).toBe(0);
});

test("a directory of the name help is served", async () => {
  const cwd = await writeSite({ "help/index.html": "the page" });
  const cli = await startCli(["help", "-p", "0"], { cwd });
  expect((await http1(await cli.port(), "/")).body.toString()).toBe("the page");
  await mkdir(join(cwd, "version"));
  await (await startCli(["version", "-p", "0"], { cwd })).prints(/root {9}version/);
});
