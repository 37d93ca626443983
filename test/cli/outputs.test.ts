import { execFile } from "node:child_process";
import { chmod, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { programFile, runCli, startCli } from "../support/cli.js";
import { emptyDirectory } from "../support/directory.js";
import { isOrdinaryUserThere, ordinaryUser } from "../support/ordinary-user.js";
import { writeSite } from "../support/site.js";

const files = {
  "site/index.html": `<!doctype html><link rel="stylesheet" href="/site.css"><link rel="preload" as="style" href="/other.css">`,
  "site/site.css": "@import 'other.css';",
  "site/other.css": "",
};

const linux = test.skipIf(process.platform !== "linux");

linux.each([
  ["manifest", "site", "--out"],
  ["export", "site", "--to", "headers", "--out"],
])("%s writes into a pipe and leaves it one", async (...args) => {
  const cwd = await writeSite(files);
  const pipe = join(cwd, "pipe");
  await promisify(execFile)("mkfifo", [pipe]);
  const reading = promisify(execFile)("timeout", ["20", "cat", pipe]);
  const { code, stderr } = await runCli([...args, "pipe"], { cwd });
  expect([code, stderr.includes("error:")]).toEqual([0, false]);
  expect((await reading).stdout.length).toBeGreaterThan(20);
  expect((await promisify(execFile)("stat", ["-c", "%F", pipe])).stdout).toBe("fifo\n");
});

test.each([
  ["manifest", "site", "--out"],
  ["export", "site", "--to", "json", "--out"],
])("%s does not write over the manifest of a web app", async (...args) => {
  const cwd = await writeSite(files);
  const file = join(cwd, "site", "manifest.json");
  const app = JSON.stringify({ name: "App", start_url: "/", icons: [] });
  await writeFile(file, app);
  const { code, stderr } = await runCli([...args, join("site", "manifest.json")], { cwd });
  expect([code, stderr]).toEqual([
    1,
    `error: ${join("site", "manifest.json")} is a web app manifest, which would be lost\npass another file: --out FILE\n`,
  ]);
  expect(await readFile(file, "utf8")).toBe(app);
});

test("export --to json into a directory does not write over the manifest of a web app", async () => {
  const cwd = await writeSite({ ...files, "site/manifest.json": JSON.stringify({ icons: [] }) });
  const { code, stderr } = await runCli(["export", "site", "--to", "json", "--out", "site/"], { cwd });
  expect([code, stderr.split("\n", 1)[0]]).toEqual([
    1,
    `error: ${join("site", "manifest.json")} is a web app manifest, which would be lost`,
  ]);
});

test.skipIf(process.platform === "win32")("a cache that is a link stays one", async () => {
  const cwd = await writeSite({ ...files, "kept/cache.json": "" });
  await symlink(join("kept", "cache.json"), join(cwd, "cache.json"));
  await runCli(["check", "site", "--cache", "cache.json"], { cwd });
  expect(JSON.parse(await readFile(join(cwd, "kept", "cache.json"), "utf8"))).toHaveProperty("pages");
});

linux("standard output that takes nothing is an error", async () => {
  const cwd = await writeSite(files);
  const command = `"${process.execPath}" "${programFile}" manifest site > /dev/full`;
  const failed = await promisify(execFile)("sh", ["-c", command], { cwd }).catch((error: unknown) => error);
  expect(failed).toMatchObject({
    code: 1,
    stderr: "error: cannot write standard output (ENOSPC)\nmake room where it goes, or send it somewhere else\n",
  });
});

test("a directory without pages has no manifest, and what was written before stays", async () => {
  const cwd = await writeSite({ "src/app.ts": "", "list.json": "{}" });
  const { code, stderr } = await runCli(["manifest", "src", "--out", "list.json"], { cwd });
  expect([code, stderr]).toEqual([1, "error: no pages in src\npass the directory of a built site\n"]);
  expect(await readFile(join(cwd, "list.json"), "utf8")).toBe("{}");
});

test.each([
  [["-p", "3000", "check", "."], "--port ahead of check", "check"],
  [["--base", "/repo/", "manifest", "."], "--base ahead of manifest", "manifest"],
  [["--no-live", "manifest", "."], "--no-live ahead of manifest", "manifest"],
  [["cert", "--ca", "mkcert", "trust"], "--ca ahead of trust", "cert trust"],
  [["-p", "3000", "check", ".", "--", "true"], "--port ahead of check", "check"],
])("a flag ahead of a command is refused: %j", async (args, message, command) => {
  const { code, stderr } = await runCli(args);
  const hint = `flags stand behind the command: h2push ${command} --help lists those that it has`;
  expect([code, stderr]).toEqual([2, `error: ${message}\n${hint}\n`]);
});

test.skipIf(!isOrdinaryUserThere)("a directory that can't be read is told of, and a copy is not made", async () => {
  const cwd = await writeSite({ ...files, "site/docs/index.html": "<!doctype html>" });
  await mkdir(join(cwd, "out"));
  await chmod(cwd, 0o755);
  await chmod(join(cwd, "out"), 0o777);
  await chmod(join(cwd, "site/docs"), 0o000);
  const run = (...args: readonly string[]) => runCli(args, { cwd, env: { HOME: "/" }, ...ordinaryUser });
  const note = "note: the directory /docs/ can't be read (EACCES): its pages are left out\n";
  expect(await run("manifest", "site")).toMatchObject({ code: 0, stderr: note });
  expect(await run("check", "site", "--fail-on", "never")).toMatchObject({ code: 0, stderr: note });
  const copied = await run("export", "site", "--inject", "out/copy");
  expect(copied.code).toBe(1);
  expect(copied.stderr).toContain(`site/docs (EACCES)\nmake it readable for this user, or move it out of the site\n`);
  await chmod(join(cwd, "site/docs"), 0o755);
});

test.skipIf(process.platform === "win32")("a link to itself is no directory, for every command", async () => {
  const cwd = await emptyDirectory();
  await symlink("loop", join(cwd, "loop"));
  for (const args of [["loop"], ["./loop"], ["check", "loop"]]) {
    const { code, stderr } = await runCli(args, { cwd });
    expect([code, stderr.split("\n", 1)[0]]).toEqual([1, `error: cannot read the directory ${args.at(-1)} (ELOOP)`]);
  }
});

test("an address that can't be listened on is an error with its name", async () => {
  const cwd = await writeSite(files);
  const { code, stderr } = await runCli(["site", "-p", "0", "--host", "fe80::1"], { cwd });
  expect([code, stderr.replace(/\([A-Z]+\)/, "()")]).toEqual([
    1,
    expect.stringMatching(
      /^error: (?:cannot listen on|no such address on this machine:) fe80::1.*\ntry --host localhost\n/,
    ),
  ]);
});

test("a directory for temporary files that is not there is named", async () => {
  const cwd = await writeSite(files);
  // Node makes one that is missing, to keep what it has compiled; below a file it can't.
  const TMPDIR = join(cwd, "site", "index.html");
  const { code, stderr } = await runCli(["site", "-p", "0", "--", "true"], { cwd, env: { TMPDIR } });
  expect([code, stderr]).toEqual([1, expect.stringContaining(`error: cannot write ${TMPDIR} (ENOTDIR)\n`)]);
});

test("a manifest in which no page of the site is says so", async () => {
  const cwd = await writeSite({ ...files, "list.json": JSON.stringify({ version: 1, pages: { "/gone/": [] } }) });
  const cli = await startCli(["site", "-p", "0", "--manifest", "list.json"], { cwd });
  await cli.prints(
    /^note: list\.json: no page of this site is in it, its first is \/gone\/: was it made with another --base\?$/m,
  );
});
