import { readdir } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { runCli, startCli } from "../support/cli.js";
import { emptyDirectory } from "../support/directory.js";
import { inTerminal, startInTerminal } from "../support/terminal.js";
import { createCertificate } from "../../src/tls/issue/issue.js";
import { writeSite } from "../support/site.js";

const site = () => writeSite({ "index.html": "<!doctype html><title>here</title>" });

const node = (script: string) => [process.execPath, "--input-type=module", "-e", script];

const FETCH = `const page = await fetch(process.env.H2PUSH_URL); console.log(page.status, await page.text());`;

/** Says when it can take a signal, and which one it took. */
const trap = (signal: string, status: number) => `
  process.on("${signal}", () => { console.log("took ${signal}"); process.exit(${status}); });
  setInterval(() => undefined, 1000);
  console.log("ready");`;

test("runs a command that fetches the page, and ends with it; standard output is the command's", async () => {
  const run = await runCli([await site(), "-p", "0", "--", ...node(FETCH)]);
  expect(run).toMatchObject({ code: 0, stdout: "200 <!doctype html><title>here</title>\n" });
  expect(run.stderr).toMatch(/^https:\/\/localhost:\d+\/$/m);
});

test("does not hand the passphrase of the key on", async () => {
  const show = `console.log(process.env.H2PUSH_PASSPHRASE)`;
  const run = await runCli([await site(), "-p", "0", "--", ...node(show)], { env: { H2PUSH_PASSPHRASE: "secret" } });
  expect(run.stdout).toBe("undefined\n");
});

test("gives it the URL below the base, and a certificate of the user's own to trust", async () => {
  const directory = await emptyDirectory();
  const { cert, key } = await createCertificate();
  const files = await writeSite({ "cert.pem": cert, "key.pem": key });
  const args = ["--base", "/repo/", "-p", "0", "-C", join(files, "cert.pem"), "-K", join(files, "key.pem")];
  const run = await runCli([await site(), ...args, "--", ...node(`${FETCH} console.log(process.env.H2PUSH_URL)`)], {
    env: { TMPDIR: directory },
  });
  expect(run.stdout).toMatch(/^200 .*\nhttps:\/\/localhost:\d+\/repo\/\n$/);
  // Node's own, from 22.1 on.
  expect((await readdir(directory)).filter((name) => name !== "node-compile-cache")).toEqual([]);
});

test("keeps what NODE_EXTRA_CA_CERTS had in it", async () => {
  const { cert } = await createCertificate();
  const files = await writeSite({ "given.pem": cert });
  const script = `import { readFileSync } from "node:fs"; ${FETCH}
    console.log(readFileSync(process.env.NODE_EXTRA_CA_CERTS, "utf8").split("BEGIN CERTIFICATE").length - 1);`;
  const env = { NODE_EXTRA_CA_CERTS: join(files, "given.pem") };
  expect((await runCli([await site(), "-p", "0", "--", ...node(script)], { env })).stdout).toMatch(/^200 .*\n2\n$/);
});

test.each([
  ["its exit code", "process.exit(7)", 7],
  ["128 + n where a signal ended it", `process.kill(process.pid, "SIGKILL")`, 137],
])("ends with %s", async (_, script, code) => {
  expect(await runCli([await site(), "-p", "0", "--", ...node(script)])).toMatchObject({ code });
});

test("passes the flags of the command on", async () => {
  const files = await writeSite({ "print.mjs": "console.log(JSON.stringify(process.argv.slice(2)))" });
  const command = [process.execPath, join(files, "print.mjs"), "--help", "--", "-p"];
  expect((await runCli([await site(), "-p", "0", "--", ...command])).stdout).toBe('["--help","--","-p"]\n');
});

test.each([
  ["SIGINT", 0, 130],
  ["SIGTERM", 3, 143],
] as const)("passes %s on, and ends with 128 + n however the command ends", async (signal, status, code) => {
  const cli = await startCli([await site(), "-p", "0", "--", ...node(trap(signal, status))]);
  await cli.prints(/ready/);
  cli.child.kill(signal);
  expect(await cli.exit).toBe(code);
  expect(cli.stdout).toContain(`took ${signal}`);
});

/** Says in the end how often it was interrupted; the first time leaves some time for a second one. */
const COUNT = `
  let count = 0;
  const say = () => { console.log("interrupted " + count + " times"); process.exit(); };
  process.on("SIGINT", () => { if (++count === 1) setTimeout(say, 500); });
  setInterval(() => undefined, 1000);
  console.log("ready");`;

inTerminal("Ctrl+C interrupts the command once: the terminal does, and nothing is passed on", async () => {
  const files = await writeSite({ "count.mjs": COUNT });
  const command = `$H2PUSH ${await site()} -p 0 -- ${process.execPath} ${join(files, "count.mjs")}`;
  const { cli, type } = await startInTerminal(`${command}; echo status $?`);
  await cli.prints(/ready/);
  type("\u0003");
  expect((await cli.prints(/interrupted (\d+) times/))[1]).toBe("1");
  await cli.prints(/status 130/);
});

inTerminal("in the background of a terminal, and with another input, SIGINT is passed on once", async () => {
  const files = await writeSite({ "count.mjs": COUNT });
  const command = `$H2PUSH ${await site()} -p 0 -- ${process.execPath} ${join(files, "count.mjs")}`;
  for (const start of [`set -m; ${command} & echo pid $!; wait`, `${command} < /dev/null & echo pid $!; wait`]) {
    const { cli } = await startInTerminal(start);
    const pid = Number((await cli.prints(/pid (\d+)/))[1]);
    await cli.prints(/ready/);
    process.kill(pid, "SIGINT");
    expect((await cli.prints(/interrupted (\d+) times/))[1]).toBe("1");
  }
});

test("does not run the command where the server can't listen", async () => {
  const taken = createServer();
  onTestFinished(() => void taken.close());
  const port = await new Promise<number>((resolve) => {
    taken.listen(0, "127.0.0.1", () => {
      const address = taken.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
  const run = await runCli([await site(), "-p", String(port), "--", ...node(`console.log("ran")`)]);
  expect(run).toMatchObject({ code: 1, stdout: "" });
  expect(run.stderr).toContain(String(port));
});

test("ends the command, and with 1, where the server fails first", async () => {
  const files = await writeSite({
    "fail.mjs": `if (process.argv[1]?.endsWith("h2push.js")) process.on("SIGUSR2", () => { throw new Error("failed"); });`,
    "command.mjs": `
      process.on("SIGTERM", () => { console.log("told to end"); process.exit(); });
      setInterval(() => undefined, 1000); console.log("ready");`,
  });
  const env = { NODE_OPTIONS: `--import ${join(files, "fail.mjs")}` };
  const args = [await site(), "-p", "0", "--", process.execPath, join(files, "command.mjs")];
  const cli = await startCli(args, { env });
  await cli.prints(/ready/);
  cli.child.kill("SIGUSR2");
  expect(await cli.exit).toBe(1);
  expect(cli.stdout).toContain("told to end");
});

test.each([
  [["no-such-program", "run"], 1, "no such command: no-such-program\nbehind -- stands a program and its arguments"],
  [[tmpdir()], 1, `cannot run ${tmpdir()} (EACCES)`],
  [[], 2, "no command behind --"],
  [["", "run"], 2, "no command behind --"],
])("says what is wrong with the command %j", async (command, code, message) => {
  const run = await runCli([await site(), "-p", "0", "--", ...command]);
  expect(run.code).toBe(code);
  expect(run.stderr).toContain(message);
  expect(run.stderr).not.toMatch(/^\s+at /m);
});

test("logs requests where that is asked for", async () => {
  const run = await runCli([await site(), "-p", "0", "--log", "common", "--", ...node(FETCH)]);
  expect(run.stdout).toMatch(/"GET \/ HTTP\/(?:1\.1|2\.0)" 200/);
});
