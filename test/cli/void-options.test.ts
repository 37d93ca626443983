import { expect, test } from "vitest";
import { voidOptions } from "../../src/cli/options/void-options.js";
import { createCertificate } from "../../src/index.js";
import { runCli, startCli } from "../support/cli.js";
import { writeSite } from "../support/site.js";

test.each<[options: Parameters<typeof voidOptions>[0], said: string[]]>([
  [{}, []],
  [{ cert: "c", key: "k" }, []],
  [{ cert: "c", key: "k", name: ["a"], ca: "mkcert" }, ["--name", "--ca"]],
  [{ pfx: "p", name: ["a"], passphrase: "x" }, ["--name"]],
  [{ passphrase: "x" }, ["--passphrase"]],
  [{ host: "unix:/s", port: 3000 }, ["--port"]],
  [{ host: "0.0.0.0", port: 3000 }, []],
  [{ quiet: true, verbose: true }, ["--verbose"]],
  [{ quiet: true, log: "json" }, ["--log"]],
  [{ log: "json", verbose: true }, []],
  [{ log: "common", verbose: true }, ["--verbose"]],
  [{ log: "off", verbose: true }, ["--verbose"]],
  [{ pushCount: 3, pushBytes: 3, delivery: "link" }, ["--push-count", "--push-bytes"]],
  [{ pushCount: 3, delivery: "push" }, []],
  [{ announce: "all", delivery: "push" }, ["--announce"]],
  [{ announce: "all", delivery: "hints" }, []],
  [{ proxyTimeout: 3 }, ["--proxy-timeout"]],
  [{ proxyTimeout: 3, proxy: ["/a=http://b"] }, []],
  [{ manifest: "m.json", viewport: "390x844" }, ["--viewport"]],
  [{ cache: 30, live: true }, ["--cache"]],
  [{ cache: "off", live: true }, []],
  [{ learn: false, learnFile: "l.json" }, ["--learn-file"]],
  [{ liveIgnore: ["a"], liveDelay: 3 }, ["--live-ignore", "--live-delay"]],
  [{ liveIgnore: ["a"], liveDelay: 3, live: true }, []],
  [{ watch: false, live: true }, ["--no-watch"]],
  [{ watch: false }, []],
])("of %j is said that this does nothing, or less: %j", (options, said) => {
  expect(voidOptions(options).map((text) => text.split(" ", 1)[0])).toEqual(said);
});

test("what does nothing is said before the start, also where standard output is for programs", async () => {
  const root = await writeSite({ "index.html": "" });
  const text = "note: --push-count does nothing here: --delivery link pushes nothing\n";
  const args = [root, "-p", "0", "--push-count", "3", "--delivery", "link"];
  const pretty = await startCli(args);
  await pretty.prints(/Ctrl\+C/);
  expect(pretty.stdout.slice(0, text.length + 8)).toBe(`${text}https://`);
  for (const flags of [["--log", "json"], ["--log", "common"], ["-q"]]) {
    const cli = await startCli([...args, ...flags]);
    await cli.says(/^note: --push-count/m);
    await (flags.includes("-q") ? cli.prints(/^https:/) : cli.says(/Ctrl\+C/));
    expect(cli.stdout).not.toContain("note:");
  }
});

test.each<[args: string[], code: number, stderr: string]>([
  [["-H"], 2, "error: option '-H, --host <name>' argument missing\nfor example -H 0.0.0.0\n"],
  [["-H", "-p", "0"], 2, "error: no value for --host: -p\n--host <name> takes a value, and -p is a flag\n"],
  [
    ["--proxy"],
    2,
    "error: option '--proxy <path=url>' argument missing\nfor example --proxy /api=http://localhost:3000\n",
  ],
  [["--cert"], 2, "error: option '-C, --cert <file>' argument missing\n--cert <file>: use this certificate, PEM\n"],
  [["cert", "shw"], 2, "error: no such command: cert shw\ndid you mean h2push cert show?\n"],
  [["cert", "trst", "--dry-run"], 2, "error: no such command: cert trst\ndid you mean h2push cert trust?\n"],
  [["help", "chek"], 2, "error: no such command: chek\ndid you mean h2push check?\n"],
  [["help", "nothing"], 2, "error: no such command: nothing\nsee h2push --help for the commands\n"],
  [["cert", "site"], 2, "error: no such command: cert site\nsee h2push cert --help for its commands\n"],
  [
    ["cert", "--self-signed", "--ca", "mkcert"],
    2,
    "error: --self-signed with --ca mkcert\nonly one of them can sign: leave one of the two out\n",
  ],
  ...["out", "format", "page"].map((option): [string[], number, string] => [
    ["manifest", "--explain", "/", `--${option}`, option === "format" ? "json" : "/x"],
    2,
    `error: --explain / with --${option}\n--explain prints text for one page: leave one of the two out\n`,
  ]),
  ...[
    [["-p", "3000", "--redirect", "3000"], 3000] as const,
    [["-p", "8080", "--redirect"], 8080] as const,
    [["--redirect", "8443"], 8443] as const,
  ].map(([args, port]): [string[], number, string] => [
    [...args],
    2,
    `error: --port and --redirect are both ${port}\nplain HTTP on the port of https is redirected anyway; name another, --redirect 0 picks a free one\n`,
  ]),
  [
    ["--manifest", "dir"],
    1,
    "error: a directory instead of a file: dir\nwrite a manifest with h2push manifest --format json --out FILE\n",
  ],
  [
    ["--manifest", "vite.json"],
    1,
    "error: not an h2push manifest, but a manifest of Vite: vite.json\nwrite one with h2push manifest --format json --out FILE, or with http2-push-manifest\n",
  ],
])("%j ends with %i and one error", async (args, code, stderr) => {
  const cwd = await writeSite({
    "index.html": "",
    "dir/a": "",
    "vite.json": JSON.stringify({ "index.html": { file: "assets/index-4889e940.js", src: "index.html" } }),
  });
  expect(await runCli(args, { cwd })).toEqual({ code, stdout: "", stderr });
});

test("--redirect on a port of its own, and 0 for both, are no conflict", async () => {
  const root = await writeSite({ "index.html": "" });
  await (await startCli([root, "-p", "0", "--redirect", "0"])).prints(/redirect {5}http:/);
});

test("--name and --ca beside --cert are told to do nothing", async () => {
  const pair = await createCertificate();
  const cwd = await writeSite({ "cert.pem": pair.cert, "key.pem": pair.key, "site/index.html": "" });
  const cli = await startCli(["site", "-p", "0", "-C", "cert.pem", "-K", "key.pem", "--name", "app.test"], { cwd });
  await cli.prints(/^note: --name does nothing here: --cert is a certificate that exists already$/m);
});
