import { createPrivateKey } from "node:crypto";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { configOptions, configSchema } from "../../src/cli/options/config-schema.js";
import { positionOf, syntaxErrorAt } from "../../src/cli/options/json-syntax.js";
import { schemaError } from "../../src/cli/options/schema-errors.js";
import { closestMatch } from "../../src/io/text/closest-match.js";
import { cliOptions } from "../../src/cli/options/cli-options.js";
import { createCertificate } from "../../src/index.js";
import type { Option, OptionValue } from "../../src/server/options/option.js";
import { serverOptions } from "../../src/server/options/options-table.js";
import { runCli, startCli } from "../support/cli.js";
import { emptyDirectory } from "../support/directory.js";
import { http1 } from "../support/h1.js";
import { connect, connectSocket } from "../support/h2.js";

test("the schema that ships is made from the options: after a change of them, run this file with -u", async () => {
  const text = `${JSON.stringify(configSchema(), undefined, 2)}\n`;
  await expect(text).toMatchFileSnapshot("../../src/cli/config.schema.json");
});

test("the schema has every option and nothing else, each with its default and a description", () => {
  const { properties } = configSchema();
  const { config: _config, ...table } = { ...serverOptions, ...cliOptions };
  expect(Object.keys(properties)).toEqual(["$schema", "root", ...Object.keys(table)]);
  for (const [key, option] of Object.entries<Option<OptionValue>>(table)) {
    const { description, default: value } = properties[key] ?? {};
    expect(description).toContain(`(--${/--([\w-]+)/.exec(option.flags)?.[1]})`);
    if (typeof option.default !== "object" || Array.isArray(option.default)) expect(value).toEqual(option.default);
  }
});

const validate = new Ajv2020({ allowUnionTypes: true }).compile(configSchema());

const samples = [
  ["", "x", "window", "off", "auto", "1.2", "json", "h2push", "8443"],
  [0, -1, 1.5, 1, 70_000, 2 ** 41, true, false, null],
  [[], ["a"], ["a", 1], [[]], {}, { width: 1 }],
].flat();

test.each(Object.keys(configOptions))("the values of %s that are taken are those that the schema allows", (key) => {
  const type = configSchema().properties[key];
  if (type === undefined) throw new Error("not in the schema");
  for (const value of samples)
    expect([value, schemaError(value, type) === undefined]).toEqual([value, validate({ [key]: value })]);
  const { default: value } = type;
  if (value !== undefined) expect(validate({ [key]: value })).toBe(true);
});

test("the numbers and words that the schema allows are taken by their options, up to the last", () => {
  for (const [key, { check }] of Object.entries(configOptions)) {
    const json = check.json;
    const values = json === undefined ? [] : edges(json);
    for (const value of values) expect(() => check(value), `${key}: ${String(value)}`).not.toThrow();
  }
});

function edges(json: NonNullable<Option<OptionValue>["check"]["json"]>): unknown[] {
  if ("anyOf" in json) return json.anyOf.flatMap(edges);
  if ("enum" in json) return [...json.enum];
  return json.type === "integer" ? [json.minimum, json.maximum] : [];
}

test.each([
  ["pushCout", "pushCount"],
  ["push-count", "pushCount"],
  ["tlsmin", "tlsMin"],
  ["prot", "port"],
  ["prt", "port"],
  ["colour", undefined],
])("for %s, %s was probably meant", (word, meant) => {
  expect(closestMatch(word, Object.keys(configOptions))).toBe(meant);
});

test.each([
  ['{ "a": 1, }', 10],
  ["{ // why\n}", 2],
  ["{ 'a': 1 }", 2],
  ['{ "a" 1 }', 6],
  ['{ "a": x }', 7],
  ['{ "a": 01 }', 8],
  ['{ "a": 1 "b" }', 9],
  ['{ "a": [1, 2 }', 13],
  ['{ "a": "b\n" }', 7],
  ['{ "a": "\\x" }', 7],
  ["[1, 2]]", 6],
  ["{} {}", 3],
  ['{ "a": 1', 8],
  ["", 0],
  ["  tru", 2],
  ["[,]", 1],
  ["{,}", 1],
])("%j is no JSON from offset %i on", async (text, offset) => {
  expect(() => JSON.parse(text)).toThrow(SyntaxError);
  expect(await syntaxErrorAt(text)).toBe(offset);
});

test.each(['{ "a": [1, -2.5e3, true, null, "b\\u00e9", {}, []] }', " 1 ", '"a"'])(
  "%j is JSON to its end",
  async (text) => {
    expect(() => JSON.parse(text)).not.toThrow();
    expect(await syntaxErrorAt(text)).toBe(text.length);
  },
);

test("a place in a text is told by line and column", () => {
  expect(positionOf("ab\r\ncd\nef", 8)).toEqual({ line: 3, column: 2 });
  expect(positionOf("ab", 0)).toEqual({ line: 1, column: 1 });
});

/** A directory with a site in `site`, and the text of a configuration file. */
async function project(config: unknown, file = "h2push.config.json"): Promise<string> {
  const cwd = await emptyDirectory();
  await mkdir(join(cwd, "site"));
  await writeFile(join(cwd, "site", "index.html"), `<link rel="stylesheet" href="/a.css">`);
  await writeFile(join(cwd, "site", "a.css"), "body {}");
  await writeFile(join(cwd, "site", "other.html"), "other");
  await writeFile(join(cwd, file), typeof config === "string" ? config : JSON.stringify(config));
  return cwd;
}

test("the file in the working directory counts below flags and the environment, and above the defaults", async () => {
  const cwd = await project({ port: 1, delivery: "link", pushCount: 3, compress: false });
  const cli = await startCli(["site", "--delivery", "push"], { cwd, env: { PORT: "0" } });
  const { page } = await connect(await cli.port());
  const { pushed, headers } = await page("/", { "accept-encoding": "gzip" });
  expect([pushed.size, headers["content-encoding"]]).toEqual([1, undefined]);
  const linked = await startCli(["site", "-p", "0"], { cwd });
  expect((await (await connect(await linked.port())).page("/")).pushed.size).toBe(0);
});

test("a switch of the file is turned the other way by a flag", async () => {
  const cwd = await project({ port: 0, list: true, compress: false });
  await mkdir(join(cwd, "site", "empty"));
  await writeFile(join(cwd, "site", "long.txt"), "x".repeat(10_000));
  const answers = async (...flags: string[]) => {
    const { page } = await connect(await (await startCli(["site", ...flags], { cwd })).port());
    const { headers } = await page("/long.txt", { "accept-encoding": "gzip" });
    return [(await page("/empty/")).status, headers["content-encoding"]];
  };
  expect(await answers()).toEqual([200, undefined]);
  expect(await answers("--no-list", "--compress")).toEqual([404, "gzip"]);
});

test("PORT in the environment that is empty leaves the port to the file", async () => {
  const cwd = await project({ port: 0 });
  const cli = await startCli(["site"], { cwd, env: { PORT: "" } });
  await cli.prints(/^https:\/\/localhost:\d+\/\n/);
  expect(await cli.port()).not.toBe(8443);
});

test.each([
  ["no root", []],
  ["the directory itself", ["."]],
  ["one above it", [".."]],
  ["the directory by another name", ["link"]],
])(
  "the file in the working directory is ignored when it lies in what is served, and that comes first: %s",
  async (_what, args) => {
    const cwd = await project({ host: "127.0.0.1", delivery: "none" });
    await symlink(cwd, join(cwd, "link"), "junction");
    const cli = await startCli([...args, "-p", "0"], { cwd });
    await cli.prints(/Ctrl\+C/);
    expect(cli.stdout).toMatch(
      /^note: h2push\.config\.json is ignored because it lies in the served directory; to use it: -c h2push\.config\.json\nhttps:\/\/localhost:/,
    );
    expect((await http1(await cli.port(), "/h2push.config.json")).status).toBe(404);
  },
);

test("a file in the working directory that is a link into what is served is ignored, or refused, in the same way", async () => {
  const cwd = await project({ port: 0 }, "site/shared.json");
  await mkdir(join(cwd, "links"));
  // By way of another link, out of what is served.
  await symlink(join(cwd, "site", "shared.json"), join(cwd, "links", "config.json"));
  await symlink(join(cwd, "links", "config.json"), join(cwd, "h2push.config.json"));
  const cli = await startCli(["site", "-p", "0"], { cwd });
  await cli.prints(/^note: h2push\.config\.json is ignored because it lies in the served directory/);
  expect((await http1(await cli.port(), "/shared.json")).status).toBe(404);
  await writeFile(join(cwd, "site", "shared.json"), JSON.stringify({ root: "site", port: 0 }));
  const refused = await runCli([], { cwd });
  expect([refused.code, refused.stderr]).toEqual([
    1,
    expect.stringMatching(/^error: root in h2push\.config\.json is a directory that contains the file itself/),
  ]);
  // A link that leads elsewhere counts.
  const other = await project({ port: 0, delivery: "none" }, "links.json");
  await symlink(join(other, "links.json"), join(other, "h2push.config.json"));
  await (await startCli(["site"], { cwd: other })).prints(/^https:/);
});

test("that it is ignored is said where the log goes to a program, under --quiet, and before what fails", async () => {
  const cwd = await project({ auth: "a:b" });
  const note = /^note: h2push\.config\.json is ignored/;
  for (const flag of [["--log", "json"], ["--quiet"]]) {
    const cli = await startCli([".", "-p", "0", ...flag], { cwd });
    await cli.says(note);
    expect(cli.stdout).not.toContain("note:");
  }
  const failed = await runCli([".", "-C", "none.pem", "-K", "none.pem"], { cwd });
  expect([failed.code, failed.stdout]).toEqual([1, expect.stringMatching(note)]);
});

test("the root of the file in the working directory is served, unless the command line names one", async () => {
  const cwd = await project({ root: "site", port: 0 });
  const cli = await startCli([], { cwd });
  expect((await http1(await cli.port(), "/other.html")).status).toBe(200);
  expect((await http1(await cli.port(), "/h2push.config.json")).status).toBe(404);
  expect(cli.stdout).not.toContain("note:");
  await mkdir(join(cwd, "own"));
  const own = await startCli(["own"], { cwd });
  await own.prints(/^ {2}root {9}own$/m);
  const demo = await startCli(["--demo"], { cwd });
  expect((await http1(await demo.port(), "/other.html")).status).toBe(200);
  expect((await http1(await demo.port(), "/demo/time")).status).toBe(200);
});

test.each(["", ".", "./", "..", "site/..", "link"])(
  "a root of the file in which it lies itself is refused: %j",
  async (root) => {
    const cwd = await project({ root, port: 0, host: "0.0.0.0" });
    await symlink(cwd, join(cwd, "link"), "junction");
    const refused = await runCli([], { cwd });
    expect([refused.code, refused.stdout]).toEqual([1, ""]);
    expect(refused.stderr).toMatch(
      /^error: root in h2push\.config\.json is a directory that contains the file itself: \S+\na folder that somebody sent .*: name one beside the file, or pass -c h2push\.config\.json\n$/,
    );
    await (await startCli(["-c", "h2push.config.json", "-H", "127.0.0.1"], { cwd })).prints(/^https:/);
  },
);

test("a root of the file that is not there is told with the file, and what was probably meant", async () => {
  const cwd = await project({ root: "stie" });
  expect(await runCli([], { cwd })).toEqual({
    code: 1,
    stdout: "",
    stderr: "error: root in h2push.config.json: no such directory: stie\ndid you mean site?\n",
  });
});

test("without a root, what is wrong in the file is told: its root may be mistyped", async () => {
  const cwd = await project({ rot: "site" });
  expect(await runCli([], { cwd })).toMatchObject({
    code: 2,
    stderr: "error: unknown key in h2push.config.json: rot\ndid you mean root?\n",
  });
});

test("the file that -c names is taken wherever it lies, and never served", async () => {
  const cwd = await project({ port: 0, host: "127.0.0.1" }, "own.json");
  const cli = await startCli([".", "-c", "own.json"], { cwd });
  await cli.prints(/^https:\/\/127\.0\.0\.1:\d+\/$/m);
  const port = await cli.port();
  const { request } = await connect(port);
  expect((await request("/own.json")).status).toBe(404);
  expect((await request("/site/a.css")).status).toBe(200);
});

test("relative paths are those from the folder of the file", async () => {
  const cwd = await project(
    { port: 0, root: "site", cert: "./cert.pem", key: "key.pem", manifest: "manifest.json" },
    "own.json",
  );
  const pair = await createCertificate({ names: ["app.test"] });
  await writeFile(join(cwd, "cert.pem"), pair.cert);
  await writeFile(join(cwd, "key.pem"), pair.key);
  const pages = { "/": [{ target: "/other.html", as: "document", bytes: 5 }] };
  await writeFile(join(cwd, "manifest.json"), JSON.stringify({ version: 1, pages }));
  const cli = await startCli(["--config", join(cwd, "own.json")]);
  const port = await cli.port();
  expect((await connectSocket(port)).getPeerCertificate().subjectaltname).toBe("DNS:app.test");
  expect([...(await (await connect(port)).page("/")).pushed.keys()]).toEqual(["/other.html"]);
});

test("the file of an @FILE, too, is that from the folder of the file, and never served", async () => {
  const cwd = await project(
    { port: 0, root: "site", cert: "cert.pem", key: "key.pem", auth: "@site/auth.txt", passphrase: "@site/words.txt" },
    "own.json",
  );
  const { cert, key } = await createCertificate();
  const locked = createPrivateKey(key).export({ type: "pkcs8", format: "pem", cipher: "aes256", passphrase: "words" });
  await writeFile(join(cwd, "cert.pem"), cert);
  await writeFile(join(cwd, "key.pem"), locked);
  await writeFile(join(cwd, "site", "auth.txt"), "me:secret\n");
  await writeFile(join(cwd, "site", "words.txt"), "words\n");
  const cli = await startCli(["--config", join(cwd, "own.json")]);
  const { request } = await connect(await cli.port());
  const authorization = `Basic ${btoa("me:secret")}`;
  expect((await request("/other.html")).status).toBe(401);
  expect((await request("/other.html", { authorization })).status).toBe(200);
  for (const path of ["/auth.txt", "/words.txt"]) expect((await request(path, { authorization })).status).toBe(404);
});

test("a list may be one string, $schema is allowed, and a mark of the byte order does no harm", async () => {
  const config = { $schema: "./config.schema.json", port: 0, allowHost: "app.test", watch: false, single: true };
  const cwd = await project(`\uFEFF${JSON.stringify(config)}`);
  const cli = await startCli(["site"], { cwd });
  const port = await cli.port();
  expect((await http1(port, "/a.css", { headers: { host: "app.test" } })).status).toBe(200);
  expect((await http1(port, "/a/b", { headers: { accept: "text/html" } })).status).toBe(200);
});

const FILE = "h2push.config.json";

test.each<[text: unknown, stderr: string]>([
  [{ pushCout: 3 }, `error: unknown key in ${FILE}: pushCout\ndid you mean pushCount?\n`],
  [{ colour: 3 }, `error: unknown key in ${FILE}: colour\nh2push --help-all lists the options\n`],
  ['{ "__proto__": {} }', `error: unknown key in ${FILE}: __proto__\nh2push --help-all lists the options\n`],
  [{ config: "other.json" }, `error: unknown key in ${FILE}: config\nh2push --help-all lists the options\n`],
  [{ port: "8443" }, `error: port in ${FILE} can't be "8443"\nit must be a whole number from 0 to 65535\n`],
  [{ allowHost: ["a", 3] }, `error: allowHost[1] in ${FILE} can't be 3\nit must be a string\n`],
  [{ allowHost: "a b" }, `error: allowHost in ${FILE}: not a host name or IP address: a b\n`],
  [{ tlsMin: "1.1" }, `error: tlsMin in ${FILE} can't be "1.1"\nit must be one of "1.2", "1.3"\n`],
  [{ passphrase: 123456 }, `error: passphrase in ${FILE} is of the wrong type\nit must be a string\n`],
  [{ list: "yes" }, `error: list in ${FILE} can't be "yes"\nit must be true or false\n`],
  [{ root: null }, `error: root in ${FILE} can't be null\nit must be a string\n`],
  ["[]", `error: no object in ${FILE}\nfor example { "port": 8443 }\n`],
  ['{\n  "port": 1,\n}', `error: not JSON: ${FILE}, line 3, column 1\nunexpected "}"; JSON has double quotes`],
  ['{ "port": 1', `error: not JSON: ${FILE}, line 1, column 12\nit ends too early; `],
])("what is wrong in the file is named: %j", async (text, stderr) => {
  const cwd = await project(text);
  const result = await runCli(["site"], { cwd });
  expect([result.code, result.stdout]).toEqual([2, ""]);
  expect(result.stderr.slice(0, stderr.length)).toBe(stderr);
});

test.each([
  ["none.json", "error: no such configuration file: none.json\npass a JSON file that this user may read\n"],
  ["site", "error: a directory instead of a configuration file: site\npass a JSON file that this user may read\n"],
])("-c %s ends with 1: there is nothing to read", async (file, stderr) => {
  const cwd = await project({});
  expect(await runCli(["site", "-c", file], { cwd })).toEqual({ code: 1, stdout: "", stderr });
});
