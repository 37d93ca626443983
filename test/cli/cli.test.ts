import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { cliOptions } from "../../src/cli/options/cli-options.js";
import { serverOptions } from "../../src/server/options/options-table.js";
import { expect, onTestFinished, test } from "vitest";
import { requestLine } from "../../src/cli/log/request-line.js";
import { createCertificate } from "../../src/tls/issue/issue.js";
import { programFile, runCli, startCli } from "../support/cli.js";
import { emptyDirectory } from "../support/directory.js";
import { http1, keepAlive } from "../support/h1.js";
import { connect, connectSocket } from "../support/h2.js";
import { writeSite } from "../support/site.js";

const site = () =>
  writeSite({
    "index.html": `<!doctype html><link rel="stylesheet" href="/site.css">\n<script src="/js/old.js"></script>`,
    "site.css": "body { color: green }",
  });

/** Takes a port of 127.0.0.1, which may be taken already. */
async function occupy(port = 0): Promise<number> {
  const server = createServer();
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => {
    server.once("error", () => resolve());
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : port;
}

test("prints one block at once, the URL first: root, certificate, until when, how to stop", async () => {
  const root = await site();
  const cli = await startCli([root, "-p", "0"]);
  await cli.prints(/Ctrl\+C/);
  const [url, ...rows] = cli.stdout.split("\n");
  expect(url).toMatch(/^https:\/\/localhost:\d+\/$/);
  expect(rows[0]).toBe(`  root         ${root}`);
  expect(rows[1]).toMatch(
    /^ {2}certificate {2}made now \(.+\), for localhost, 127\.0\.0\.1, ::1, valid until \d{4}-\d\d-\d\d$/,
  );
  expect(rows).toContain("  stop         Ctrl+C");
  expect(cli.stderr).toBe("");
});

test("says what the pages need, and what is missing where", async () => {
  const cli = await startCli([await site(), "-p", "0"]);
  await cli.prints(/^1 page needs 1 asset; 1 is missing: \/js\/old\.js \(index\.html:2\)$/m);
});

test("serves the current directory by default", async () => {
  const cli = await startCli(["-p", "0"], { cwd: await site() });
  expect((await http1(await cli.port(), "/site.css")).body.toString()).toBe("body { color: green }");
});

test("keeps its certificate for the next start", async () => {
  const env = { XDG_DATA_HOME: await emptyDirectory() };
  const root = await site();
  const fingerprints: string[] = [];
  for (const made of ["made now", "for localhost"]) {
    const cli = await startCli([root, "-p", "0"], { env });
    await cli.prints(new RegExp(`certificate  ${made}`));
    const socket = await connectSocket(await cli.port());
    fingerprints.push(socket.getPeerCertificate().fingerprint256);
    cli.child.kill();
    await cli.exit;
  }
  expect(fingerprints[0]).toBe(fingerprints[1]);
});

test("prints a line for each request, plain when that is no terminal", async () => {
  const cli = await startCli([await site(), "-p", "0"]);
  const client = await connect(await cli.port());
  await client.page("/");
  await cli.prints(/^200 GET \/ (?:<1|\d+) ms \d+ B {2}push 1 \(21 B\)$/m);
  await client.page("/");
  await cli.prints(/^200 GET \/ (?:<1|\d+) ms \d+ B {2}skipped 1 seen$/m);
  await http1(await cli.port(), "/");
  await cli.prints(/^200 GET \/ (?:<1|\d+) ms \d+ B {2}skipped 1 in the HTML$/m);
  await client.request("/none?a=b");
  await cli.prints(/^404 GET \/none\?a=b (?:<1|\d+) ms \d+ B$/m);
  // eslint-disable-next-line no-control-regex -- escape sequences are what is looked for
  expect(cli.stdout).not.toMatch(/\u001b/);
});

test("what a client sends does not write to the terminal as it likes", () => {
  const record = { method: "GET", target: "/\u{1b}[31m\u{9b}0m\r\n", httpVersion: "1.1", status: 404 } as const;
  const line = requestLine({
    ...record,
    duration: 0.4,
    bytes: 1234,
    aborted: true,
    failed: false,
    delivery: undefined,
  });
  expect(stripVTControlCharacters(line)).toBe("404 GET /?[31m?0m?? <1 ms 1.2 kB  client went away");
});

test("with --verbose, names each target and what became of it", async () => {
  const cli = await startCli([await site(), "-p", "0", "--verbose"]);
  const client = await connect(await cli.port());
  await client.page("/");
  await cli.prints(/^200 GET \/ .*\n {4}push {2}\/site\.css style 21 B$/m);
  await client.page("/");
  await cli.prints(/^200 GET \/ .*\n {4}skip \(seen\) \/site\.css style 21 B$/m);
});

test("with --quiet, prints the URL and nothing else", async () => {
  const cli = await startCli([await site(), "-p", "0", "-q"]);
  await http1(await cli.port(), "/");
  cli.child.kill();
  await cli.exit;
  expect(cli.stdout).toMatch(/^https:\/\/localhost:\d+\/\n$/);
  expect(cli.stderr).toBe("");
});

test.each([
  [{}, false],
  [{ FORCE_COLOR: "1" }, true],
  [{ FORCE_COLOR: "1", NO_COLOR: "1" }, false],
  [{ FORCE_COLOR: "0" }, false],
])("with %j in the environment, its output has colours: %s", async (env, coloured) => {
  const cli = await startCli([await site(), "-p", "0"], { env });
  await cli.prints(/Ctrl\+C/);
  expect(cli.stdout.includes("\u{1b}[")).toBe(coloured);
});

test("PORT in the environment counts, below the flag", async () => {
  const taken = String(await occupy());
  const root = await site();
  expect(await runCli([root], { env: { PORT: taken } })).toMatchObject({
    code: 1,
    stderr: `error: port ${taken} is in use\nchoose another: --port 0 picks a free one\n`,
  });
  const cli = await startCli([root, "--port", "0"], { env: { PORT: taken } });
  expect(await cli.port()).toBeGreaterThan(0);
  expect(await runCli([root], { env: { PORT: "http" } })).toMatchObject({
    code: 2,
    stderr: "error: PORT in the environment: not a port: http\nit must be a whole number from 0 to 65535\n",
  });
  expect(await (await startCli([root, "-p", "0"], { env: { PORT: "http" } })).port()).toBeGreaterThan(0);
});

test("a password of the environment that is none is told with the variable, and not named", async () => {
  expect(await runCli([await site()], { env: { H2PUSH_AUTH: "hunter2" } })).toMatchObject({
    code: 2,
    stderr:
      "error: H2PUSH_AUTH in the environment: not user:password\nor @FILE, to read it from the first line of a file\n",
  });
});

test("HOST in the environment is not listened to", async () => {
  const cli = await startCli([await site(), "-p", "0"], { env: { HOST: "0.0.0.0" } });
  expect((await cli.prints(/^https:\/\/([^:]+):/))[1]).toBe("localhost");
});

test("takes the next free port when 8443 is taken and none was given, and says so", async () => {
  await occupy(8443);
  const cli = await startCli([await site()]);
  const [, port] = await cli.prints(/^https:\/\/localhost:(\d+)\/ {2}\(port 8443 is in use\)$/m);
  expect(Number(port)).toBeGreaterThan(8443);
  expect((await http1(Number(port), "/")).status).toBe(200);
});

test("--host 127.0.0.1 listens on that address alone, and names it", async () => {
  const cli = await startCli([await site(), "-p", "0", "-H", "127.0.0.1"]);
  await cli.prints(/^https:\/\/127\.0\.0\.1:\d+\/$/m);
});

test("SIGTERM ends it in 10 s while nobody reads its log", async () => {
  const cli = await startCli(["-p", "0"]);
  const port = await cli.port();
  cli.child.stdout?.pause();
  const { request, session } = await connect(port);
  // More than a pipe and the buffers on both sides of it hold.
  for (let at = 0; at < 40; at++) {
    await Promise.all(Array.from({ length: 50 }, () => request(`/${"a".repeat(1000)}`)));
  }
  const ended = once(cli.child, "exit");
  const began = performance.now();
  session.destroy();
  cli.child.kill("SIGTERM");
  await ended;
  expect(performance.now() - began).toBeLessThan(10_500);
});

test.each(["SIGINT", "SIGTERM"] as const)("%s ends it with 0 while idle connections are open", async (signal) => {
  const cli = await startCli([await site(), "-p", "0"]);
  const port = await cli.port();
  const { session, request } = await connect(port);
  await request("/");
  await http1(port, "/", { agent: keepAlive() });
  await connectSocket(port);
  const closed = once(session, "close");
  cli.child.kill(signal);
  expect(await cli.exit).toBe(0);
  await closed;
  expect(cli.stderr).toBe("");
});

test("a signal lets a running response end, and ends a stream of events", async () => {
  const cli = await startCli(["--demo", "-p", "0"]);
  const { request, session } = await connect(await cli.port());
  const slow = request("/demo/slow?ms=500");
  const events = session.request({ ":path": "/demo/events" });
  await once(events, "data");
  const ended = once(events, "end");
  events.resume();
  cli.child.kill("SIGTERM");
  expect((await slow).status).toBe(200);
  await ended;
  expect(await cli.exit).toBe(0);
});

test("a second signal ends it at once", async () => {
  const cli = await startCli(["--demo", "-p", "0"]);
  const { session } = await connect(await cli.port());
  const stream = session.request({ ":path": "/demo/slow?ms=9000" });
  stream.on("error", () => undefined);
  await new Promise<void>((resolve) => session.ping(() => resolve()));
  const goaway = once(session, "goaway");
  cli.child.kill("SIGINT");
  await goaway;
  cli.child.kill("SIGTERM");
  expect(["SIGINT", "SIGTERM"]).toContain(await cli.exit);
});

test("a closed standard output is no crash", async () => {
  const cli = await startCli([await site(), "-p", "0"]);
  const port = await cli.port();
  cli.child.stdout?.destroy();
  for (let round = 0; round < 3; round++) expect((await http1(port, "/")).status).toBe(200);
  cli.child.kill("SIGTERM");
  expect(await cli.exit).toBe(0);
});

test("--cert and --key serve with the user's own pair, and hide both files", async () => {
  const root = await site();
  const pair = await createCertificate({ names: ["app.test"] });
  await writeFile(join(root, "own-cert.pem"), pair.cert);
  await writeFile(join(root, "own.txt"), pair.key);
  const cli = await startCli([root, "-p", "0", "-C", join(root, "own-cert.pem"), "-K", join(root, "own.txt")]);
  await cli.prints(/certificate {2}own-cert\.pem, for app\.test, valid until/);
  const port = await cli.port();
  expect((await http1(port, "/own.txt")).status).toBe(404);
  expect((await http1(port, "/own-cert.pem")).status).toBe(404);
  expect((await connectSocket(port)).getPeerCertificate().subjectaltname).toBe("DNS:app.test");
});

test("--delivery link links to a client that takes pushes", async () => {
  const cli = await startCli([await site(), "-p", "0", "--delivery", "link", "--announce", "all"]);
  const { headers, pushed } = await (await connect(await cli.port())).page("/");
  expect([headers.link, pushed.size]).toEqual(["</site.css>; rel=preload; as=style", 0]);
});

test("--demo serves a finished page whose assets are pushed; with a root, it adds its routes to it", async () => {
  const demo = await startCli(["--demo", "-p", "0"]);
  const { status, pushed, headers } = await (await connect(await demo.port())).page("/");
  expect(status).toBe(200);
  expect(headers["server-timing"]).toBe(`h2push;desc="push ${pushed.size}"`);
  expect([...pushed.keys()].some((path) => path.endsWith(".css"))).toBe(true);
  expect([...pushed.keys()].some((path) => path.endsWith(".js"))).toBe(true);
  const own = await startCli([await site(), "--demo", "-p", "0"]);
  const port = await own.port();
  expect((await http1(port, "/site.css")).status).toBe(200);
  expect((await http1(port, "/demo/time")).status).toBe(200);
});

test("h2push cert writes a pair that the server then takes", async () => {
  const out = join(await emptyDirectory(), "deep", "certs");
  const made = await runCli(["cert", "--out", out, "--name", "app.test"]);
  expect(made).toMatchObject({ code: 0, stderr: "" });
  expect(made.stdout).toContain("app.test");
  expect((await stat(join(out, "key.pem"))).mode & 0o777).toBe(0o600);
  const again = await runCli(["cert", "--out", out]);
  expect([again.code, again.stdout.split("\n")[0]]).toEqual([0, expect.stringMatching(/^kept /)]);
  const cli = await startCli([await site(), "-p", "0", "-C", join(out, "cert.pem"), "-K", join(out, "key.pem")]);
  expect(await cli.port()).toBeGreaterThan(0);
});

test("--single takes a file name with a space", async () => {
  const root = await writeSite({ "a b.html": "the page" });
  const cli = await startCli([root, "--single", "a b.html", "-p", "0"]);
  const { body } = await http1(await cli.port(), "/nowhere", { headers: { accept: "text/html" } });
  expect(body.toString()).toBe("the page");
});

test("--version prints the version of the package", async () => {
  const { version } = JSON.parse(await readFile(new URL("../../package.json", import.meta.url), "utf8"));
  expect(await runCli(["--version"])).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
  expect(await runCli(["-v"])).toMatchObject({ code: 0, stdout: `${version}\n` });
});

test.each([[["--help"]], [["-h"]], [["cert", "--help"]], [["--help-all"]]])(
  "%j prints help no wider than a terminal",
  async (args) => {
    const { code, stdout, stderr } = await runCli(args);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^Usage: h2push /);
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  },
);

test("--help fits a screen, and --help-all has every flag under a heading", async () => {
  const [help, all] = [(await runCli(["--help"])).stdout, (await runCli(["--help-all"])).stdout];
  expect(help.split("\n").length).toBeLessThanOrEqual(50);
  const flags = (text: string) =>
    new Set(text.match(/^ {2}.*?(--[\w-]+)/gm)?.map((line) => /--[\w-]+/.exec(line)?.[0]));
  const names = Object.values({ ...serverOptions, ...cliOptions }).map((option) => /--[\w-]+/.exec(option.flags)?.[0]);
  expect([...flags(all)]).toEqual(expect.arrayContaining(names));
  expect(all).toContain("\nListening:\n");
});

test("--help names every flag of the main job", async () => {
  const { stdout } = await runCli(["--help"]);
  expect([...stdout.matchAll(/^ {2}(?:(-\w), )?(--[\w-]+)/gm)].map(([, short, long]) => [short, long])).toEqual(
    expect.arrayContaining([
      ["-p", "--port"],
      ["-H", "--host"],
      ["-C", "--cert"],
      ["-K", "--key"],
      [undefined, "--delivery"],
      [undefined, "--demo"],
      ["-o", "--open"],
      ["-q", "--quiet"],
      [undefined, "--verbose"],
      ["-v", "--version"],
      ["-h", "--help"],
    ]),
  );
});

test.each<[title: string, args: string[], code: number, stderr: string]>([
  [
    "a root that is not there",
    ["./stie"],
    1,
    "error: no such directory: ./stie\npass the directory to serve, or run h2push --demo\n",
  ],
  [
    "a mistyped command",
    ["manifst"],
    1,
    "error: no such directory or command: manifst\ndid you mean h2push manifest?\n",
  ],
  ["a file for a root", ["file.txt"], 1, "error: not a directory: file.txt\npass the directory that holds it\n"],
  [
    "a root below a file",
    ["file.txt/x"],
    1,
    "error: no such directory: file.txt/x\npass the directory to serve, or run h2push --demo\n",
  ],
  [
    "a port that is no number",
    ["-p", "http"],
    2,
    "error: not a port: http\nit must be a whole number from 0 to 65535\n",
  ],
  [
    "a port that is too large",
    ["-p", "65536"],
    2,
    "error: not a port: 65536\nit must be a whole number from 0 to 65535\n",
  ],
  ["a port below zero", ["--port=-1"], 2, "error: not a port: -1\nit must be a whole number from 0 to 65535\n"],
  ["a fraction for a port", ["-p", "80.5"], 2, "error: not a port: 80.5\nit must be a whole number from 0 to 65535\n"],
  [
    "an address that is none",
    ["-H", "a b"],
    2,
    "error: not a host name or address: a b\nfor example localhost or 0.0.0.0\n",
  ],
  [
    "a delivery that is none",
    ["--delivery", "pull"],
    2,
    "error: no such delivery: pull\nchoose one of auto, push, link, hints, none\n",
  ],
  [
    "a certificate without its key",
    ["-C", "cert.pem"],
    2,
    "error: --cert without --key\npass both files, or neither: h2push makes its own\n",
  ],
  [
    "a key without its certificate",
    ["-K", "key.pem"],
    2,
    "error: --key without --cert\npass both files, or neither: h2push makes its own\n",
  ],
  [
    "a certificate that is not there",
    ["-C", "none.pem", "-K", "key.pem"],
    1,
    "error: no such certificate: none.pem\npass a PEM file that this user may read, or make one: h2push cert --out ./certs\n",
  ],
  [
    "a key that is not there",
    ["-C", "cert.pem", "-K", "none.pem"],
    1,
    "error: no such private key: none.pem\npass a PEM file that this user may read, or make one: h2push cert --out ./certs\n",
  ],
  [
    "a certificate that is not PEM",
    ["-C", "file.txt", "-K", "key.pem"],
    1,
    "error: no PEM certificate in file.txt\nit begins with -----BEGIN CERTIFICATE-----\n",
  ],
  [
    "a key of another certificate",
    ["-C", "cert.pem", "-K", "other-key.pem"],
    1,
    "error: key does not belong to the certificate: other-key.pem, cert.pem\nthe server's own certificate comes first, then its chain\n",
  ],
  [
    "an expired certificate",
    ["-C", "expired.pem", "-K", "expired-key.pem"],
    1,
    "error: certificate expired on 2020-01-02: expired.pem\nrenew it, or leave --cert and --key out and h2push makes its own\n",
  ],
  ["a flag that is none", ["--prot", "1"], 2, "error: unknown option '--prot'\n(Did you mean --port?)\n"],
  [
    "another flag that is none",
    ["--zzz"],
    2,
    "error: unknown option '--zzz'\nh2push --help-all lists every flag, and --help behind a command those of the command\n",
  ],
  [
    "two roots",
    [".", "."],
    2,
    "error: too many arguments. Expected 1 argument but got 2.\ngiven: . .; a name with spaces in it goes in quotes; each value stands behind its flag\n",
  ],
  [
    "an empty value",
    ["--port="],
    2,
    'error: no value for --port: ""\n--port <number> takes a value, and this one is empty\n',
  ],
  [
    "an empty value of a command",
    ["export", "--out", ""],
    2,
    'error: no value for --out: ""\n--out <path> takes a value, and this one is empty\n',
  ],
  ["no URL", ["verify"], 2, "error: missing required argument 'url'\n--help behind the command says what it takes\n"],
  [
    "a number of days that is none",
    ["cert", "--days", "soon"],
    2,
    "error: not a number of days: soon\nfor example --days 90\n",
  ],
  [
    "an output directory that can't be written",
    ["cert", "--out", "file.txt/certs"],
    1,
    "error: cannot write file.txt/certs (ENOTDIR)\npass a directory that this user may write to: --out DIR\n",
  ],
])("%s: %j", async (_title, args, code, stderr) => {
  const cwd = await emptyDirectory();
  const [pair, other] = [await createCertificate(), await createCertificate()];
  const expired = await createCertificate({ days: 1 }, new Date("2020-01-01T12:00:00Z"));
  const files = {
    "file.txt": "text",
    "cert.pem": pair.cert,
    "key.pem": pair.key,
    "other-key.pem": other.key,
    "expired.pem": expired.cert,
    "expired-key.pem": expired.key,
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(cwd, name), text);
  const data = join(cwd, "data");
  expect(await runCli(args, { cwd, env: { XDG_DATA_HOME: data } })).toEqual({ code, stdout: "", stderr });
  // What was wrong is said before a certificate is made for it.
  if (args[0] !== "cert") await expect(stat(data)).rejects.toThrow("ENOENT");
});

test("a port that was given and is taken is an error", async () => {
  const port = await occupy();
  expect(await runCli([await site(), "-p", String(port)])).toMatchObject({
    code: 1,
    stdout: "",
    stderr: `error: port ${port} is in use\nchoose another: --port 0 picks a free one\n`,
  });
});

/** Root may read everything: what another user may not is tried as "nobody", if that one can run the program. */
const nobody = process.getuid?.() === 0 ? { uid: 65_534 } : {};
const canRun = spawnSync(process.execPath, [programFile, "--version"], { ...nobody, cwd: "/" }).status === 0;

test.skipIf(!canRun || process.platform === "win32")("a root that can't be read is named", async () => {
  const root = await site();
  await chmod(root, 0o000);
  onTestFinished(() => chmod(root, 0o700));
  expect(await runCli([root, "-p", "0"], { cwd: "/", ...nobody })).toMatchObject({
    code: 1,
    stdout: "",
    stderr: `error: not allowed to read the directory ${root}\ncheck its permissions: ls -ld\n`,
  });
});

test.skipIf(!canRun || process.platform === "win32")("an output directory that can't be written is named", async () => {
  const out = await emptyDirectory();
  await chmod(out, 0o555);
  expect(await runCli(["cert", "--self-signed", "--out", join(out, "certs")], { cwd: "/", ...nobody })).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^error: cannot write .*certs \(EACCES\)\n/),
  });
});

test.skipIf(!canRun || process.platform === "win32")(
  "serves with a pair of this run when it can't be kept",
  async () => {
    const root = await site();
    await chmod(root, 0o755);
    const data = await emptyDirectory();
    await mkdir(join(data, "h2push"));
    await chmod(data, 0o555);
    const env = { XDG_DATA_HOME: join(data, "h2push"), HOME: "/nonexistent" };
    const cli = await startCli([root, "-p", "0"], { cwd: "/", env, ...nobody });
    await cli.prints(/certificate {2}for this run only \(cannot write .*EACCES/);
    expect((await http1(await cli.port(), "/")).status).toBe(200);
  },
);
