import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readManifest } from "../../src/manifest/read.js";
import { startCli } from "../support/cli.js";
import { emptyDirectory } from "../support/directory.js";
import { writeSite } from "../support/site.js";

const site = {
  "index.html": "<!doctype html><link rel=stylesheet href=a.css><script type=module src=app.js></script>",
  "a.css": '@import "b.css"; @import "narrow.css" (max-width: 20000px);',
  "b.css": "p { color: red }",
  "narrow.css": "p { color: red }",
  "app.js": 'import "./deep.js"',
  "deep.js": "1",
};

async function run(...args: readonly string[]) {
  const cli = await startCli(["export", ...args]);
  return { exit: await cli.exit, stdout: cli.stdout, stderr: cli.stderr };
}

test.each([
  [[], 2, "no target"],
  [["--to", "ngnix"], 2, "did you mean nginx?"],
  [["--to", "iis"], 2, "choose from headers, nginx"],
  [["--to", "nginx", "--inject", "x"], 2, "--inject x with --to nginx"],
  [["--to", "nginx", "--early-hints"], 2, "these send a 103: apache, caddy, haproxy"],
  [["--to", "json", "--for", "nginx", "--early-hints"], 2, "--early-hints with --for nginx"],
  [["--to", "caddy", "--target-version", "2"], 2, "--target-version 2 with --to caddy"],
  [["--to", "nginx", "--target-version", "new"], 2, "not a version: new"],
  [["--to", "nginx", "--for", "caddy"], 2, "--for caddy with --to nginx"],
  [["--to", "json", "--for", "cady"], 2, "did you mean caddy?"],
  [["--to", "json", "--announce", "all"], 2, "--announce all with --to json"],
  [["--to", "nginx", "--manifest", "x", "--jobs", "2"], 2, "--jobs with --manifest"],
  [["--to", "nginx", "--manifest", "x", "--viewport", "390x844"], 2, "--viewport with --manifest"],
  [["--to", "html"], 2, "--inject DIR"],
  [["--to", "headers", "--out", "none/x"], 1, "cannot write none/x"],
  [["--to", "json", "--manifest", "none.json"], 1, "no such file: none.json"],
] as const)("h2push export %j ends with %d and says why", async (args, code, words) => {
  const root = await writeSite(site);
  const { exit, stderr } = await run(root, ...args);
  expect([exit, stderr]).toEqual([code, expect.stringContaining(words)]);
  expect(stderr).not.toContain("    at ");
});

test.skipIf(process.platform !== "linux")("a place in which nothing can be made is an error, at once", async () => {
  const root = await writeSite(site);
  const { exit, stderr } = await run(root, "--to", "nginx", "--out", "/proc/none/deep/");
  expect([exit, stderr]).toEqual([1, expect.stringContaining("cannot write /proc/none/deep/ (ENOENT)")]);
});

test("a root that is none is named", async () => {
  const { exit, stderr } = await run("none", "--to", "json");
  expect([exit, stderr]).toEqual([1, expect.stringContaining("none")]);
});

test("without --out an export goes to standard output, and what it leaves out to standard error", async () => {
  const root = await writeSite({ ...site, _headers: "/b.css\n  Cache-Control: max-age=60\n" });
  const { exit, stdout, stderr } = await run(root, "--to", "headers");
  expect(exit).toBe(0);
  expect(stdout).toMatch(/^# h2push begin\n# Made by h2push [\d.]+: h2push export --to headers\n/);
  expect(stdout).toContain("\n/\n  Link: </b.css>; rel=preload; as=style");
  expect(stderr).toContain("left out: /narrow.css (after a 103 Chromium would ask for it again, as it is sent stale: ");
  expect((await run(root, "--to", "headers", "--strict")).exit).toBe(1);
  expect((await run(root, "--to", "nginx", "--strict")).exit).toBe(0);
});

test("--out names a directory or a file, and what is there stays", async () => {
  const root = await writeSite({ ...site, _headers: "/*\n  X-Own: 1\n  Cache-Control: max-age=60\n" });
  expect((await run(root, "--to", "headers", "--out", root)).exit).toBe(0);
  const text = await readFile(join(root, "_headers"), "utf8");
  expect(text.startsWith("/*\n  X-Own: 1\n  Cache-Control: max-age=60\n# h2push begin\n")).toBe(true);
  expect(text).toContain("\n/\n  Link: </b.css>; rel=preload; as=style");
  // Our own rules announce what the scan then finds announced: the list stays as it is.
  expect((await run(root, "--to", "headers", "--out", `${root}/`)).exit).toBe(0);
  expect(await readFile(join(root, "_headers"), "utf8")).toBe(text);
  const directory = await emptyDirectory();
  await run(root, "--to", "caddy", "--out", join(directory, "site.caddy"));
  await run(root, "--to", "haproxy", "--out", join(directory, "haproxy"));
  expect((await readdir(directory, { recursive: true })).toSorted()).toEqual([
    "haproxy",
    join("haproxy", "h2push-links.map"),
    join("haproxy", "h2push-pages.map"),
    join("haproxy", "h2push.cfg"),
    "site.caddy",
  ]);
});

test("a manifest takes the place of a scan; what it names and is not there is told", async () => {
  const root = await writeSite(site);
  const file = join(await emptyDirectory(), "list.json");
  const entry = (target: string) => ({ target, rel: "preload", as: "style" });
  const pages = { "/": [entry("/b.css"), entry("/gone.css")], "/made-elsewhere/": [entry("/b.css")] };
  await writeFile(file, JSON.stringify({ version: 1, pages }));
  const { stdout, stderr } = await run(root, "--to", "json", "--manifest", file);
  const written = [...readManifest(stdout, file)].map(([page, entries]) => [page, entries.map(({ target }) => target)]);
  expect(written).toEqual([
    ["/", ["/b.css"]],
    ["/made-elsewhere/", ["/b.css"]],
  ]);
  expect(stderr).toContain("/gone.css is not there");
  expect(stderr).toContain("no file for /made-elsewhere/");
});

test.each(["json", "http2-push-manifest"])("%s is read back to the same plan", async (target) => {
  const root = await writeSite(site);
  const directory = await emptyDirectory();
  const file = join(directory, "list.json");
  await mkdir(join(directory, "x"));
  expect((await run(root, "--to", target, "--out", file)).exit).toBe(0);
  const again = await run(root, "--to", target, "--manifest", file);
  expect(again.stdout).toBe(await readFile(file, "utf8"));
  for (const server of ["nginx", "apache"]) {
    const direct = await run(root, "--to", server);
    const read = await run(root, "--to", server, "--manifest", file);
    // The form of http2-push-manifest can't say what is never pushed.
    const expected = target === "json" ? direct.stdout : direct.stdout.replaceAll(/^.*narrow\.css.*\n/gm, "");
    if (server === "apache" || target === "json") expect(read.stdout).toBe(expected);
  }
});

test("help lists the targets", async () => {
  const { stdout } = await run("--help");
  for (const name of ["headers", "nginx", "apache", "caddy", "h2o", "haproxy", "vercel", "html"])
    expect(stdout).toContain(name);
});
