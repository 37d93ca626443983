import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execFileSync, spawnSync } from "node:child_process";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createCertificate } from "../../src/index.js";
import { runCli, startCli } from "../support/cli.js";
import { http1 } from "../support/h1.js";
import { connectSocket } from "../support/h2.js";
import { writeSite } from "../support/site.js";

const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;
if (!hasOpenssl) console.warn("skipped: tests of PKCS #12, as there is no openssl");
const withOpenssl = test.skipIf(!hasOpenssl);

const SECRET = "päss phrase";
let folder = "";
const file = (name: string) => join(folder, name);
const openssl = (...args: string[]) =>
  execFileSync("openssl", args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "h2push-test-"));
  if (!hasOpenssl) return;
  for (const [name, keyType] of [
    ["rsa", "rsa"],
    ["ec", "ec"],
  ] as const) {
    const { cert, key } = await createCertificate({ keyType });
    await writeFile(file(`${name}.pem`), cert);
    await writeFile(file(`${name}-key.pem`), key);
  }
  await writeFile(file("secret.txt"), `${SECRET}\n`);
  const pack = (name: string, out: string, ...more: string[]) =>
    openssl("pkcs12", "-export", "-in", `${name}.pem`, "-inkey", `${name}-key.pem`, "-out", out, ...more);
  const secret = ["-passout", `pass:${SECRET}`];
  pack("rsa", "rsa.pfx", ...secret);
  pack("ec", "ec.pfx", ...secret);
  pack("ec", "des.pfx", ...secret, "-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES", "-macalg", "sha1");
  pack("rsa", "open.pfx", "-passout", "pass:");
  pack("rsa", "no-key.pfx", ...secret, "-nokeys");
  openssl("pkcs8", "-topk8", "-in", "rsa-key.pem", "-out", "locked-key.pem", "-passout", `pass:${SECRET}`);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const serving = async (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
  const cli = await startCli([await writeSite({ "index.html": "" }), "-p", "0", ...args], { env });
  const socket = await connectSocket(await cli.port());
  await cli.prints(/Ctrl\+C/);
  return { cli, raw: socket.getPeerCertificate().raw };
};

const expected = async (name: string) => {
  const text = await readFile(file(`${name}.pem`), "utf8");
  const [, body = ""] = /-----BEGIN CERTIFICATE-----([^-]*)/.exec(text) ?? [];
  return Buffer.from(body, "base64");
};

withOpenssl.each([
  ["rsa.pfx", "rsa"],
  ["ec.pfx", "ec"],
  ["des.pfx", "ec"],
])("%s is served, its passphrase read from a file, and neither shows", async (pfx, name) => {
  const { cli, raw } = await serving(["--pfx", file(pfx), "--passphrase", `@${file("secret.txt")}`]);
  expect(raw).toEqual(await expected(name));
  expect(cli.stdout).toMatch(new RegExp(`certificate {2}${pfx}, for localhost`));
  expect(cli.stdout + cli.stderr).not.toContain(SECRET);
});

withOpenssl(
  "the passphrase comes from the environment, or from a flag that the list of processes does not keep",
  async () => {
    const pfx = ["--pfx", file("ec.pfx")];
    expect((await serving(pfx, { H2PUSH_PASSPHRASE: SECRET })).raw).toEqual(await expected("ec"));
    const { cli, raw } = await serving([...pfx, "--passphrase", SECRET]);
    expect(raw).toEqual(await expected("ec"));
    expect(cli.stdout + cli.stderr).not.toContain(SECRET);
    if (process.platform !== "linux") return;
    expect(await readFile(`/proc/${cli.child.pid}/cmdline`, "utf8")).not.toContain("phrase");
  },
);

withOpenssl("a file without a passphrase, and an encrypted key in PEM", async () => {
  expect((await serving(["--pfx", file("open.pfx")])).raw).toEqual(await expected("rsa"));
  const pair = ["--cert", file("rsa.pem"), "--key", file("locked-key.pem")];
  expect((await serving([...pair, "--passphrase", SECRET])).raw).toEqual(await expected("rsa"));
});

withOpenssl("the file and that of the passphrase are never served", async () => {
  const { cli } = await serving(["--pfx", file("ec.pfx"), "--passphrase", `@${file("secret.txt")}`]);
  cli.child.kill();
  const other = await startCli([folder, "-p", "0", "--pfx", file("ec.pfx"), "--passphrase", `@${file("secret.txt")}`]);
  const port = await other.port();
  expect((await http1(port, "/rsa.pem")).status).toBe(200);
  for (const name of ["ec.pfx", "secret.txt"]) expect((await http1(port, `/${name}`)).status).toBe(404);
});

withOpenssl.each<[args: string[], code: number, message: RegExp]>([
  [
    ["--pfx", "ec.pfx", "--passphrase", "wrong"],
    1,
    /^error: wrong passphrase, or none: ec\.pfx\npass it with --passphrase @FILE/,
  ],
  [["--pfx", "ec.pfx", "--passphrase", "wröng"], 1, /^error: wrong passphrase, or none: ec\.pfx\n/],
  [["--pfx", "ec.pfx"], 1, /^error: wrong passphrase, or none: ec\.pfx\n/],
  [["--pfx", "ec.pem"], 1, /^error: no PKCS #12: ec\.pem\n/],
  [["--pfx", "none.pfx"], 1, /^error: no such certificate: none\.pfx\n/],
  [["--pfx", "no-key.pfx", "--passphrase", SECRET], 1, /^error: no private key in no-key\.pfx\n/],
  [["--pfx", "ec.pfx", "--cert", "ec.pem"], 2, /^error: --pfx with --cert\n/],
  [["--pfx", "ec.pfx", "--passphrase", "@none.txt"], 1, /^error: no such passphrase: none\.txt\n/],
  [
    ["--cert", "rsa.pem", "--key", "locked-key.pem", "--passphrase", "wrong"],
    1,
    /^error: wrong passphrase: locked-key\.pem\n/,
  ],
  [
    ["--cert", "rsa.pem", "--key", "locked-key.pem"],
    1,
    /^error: private key needs a passphrase: locked-key\.pem\npass it with --passphrase/,
  ],
  [["--passphrase", ""], 2, /^error: no value for --passphrase: ""\n/],
])("%j ends with %j and %s", async (args, code, message) => {
  const found = await runCli([".", "-p", "0", ...args], { cwd: folder });
  expect(found.code).toBe(code);
  expect(found.stderr).toMatch(message);
  expect(found.stderr).not.toContain(SECRET);
});
