import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createServer } from "node:net";
import { connect, type ConnectionOptions, type TLSSocket } from "node:tls";
import { describe, expect, onTestFinished, test } from "vitest";
import { createCertificate, type PemPair } from "../../src/index.js";
import { type Cli, type CliOptions, runCli, startCli } from "../support/cli.js";
import { hasCertutil } from "../support/certutil.js";
import { emptyDirectory } from "../support/directory.js";

interface Home extends CliOptions {
  /** Where h2push keeps its data. */
  readonly data: string;
  readonly site: string;
}

/** A user who has run nothing yet, with a site of one page. */
async function freshHome(): Promise<Home> {
  const home = await emptyDirectory();
  const site = join(home, "site");
  await mkdir(site);
  await writeFile(join(site, "index.html"), "<!doctype html><title>page</title>");
  return {
    cwd: home,
    env: { HOME: home, XDG_DATA_HOME: join(home, "share") },
    data: join(home, "share", "h2push"),
    site,
  };
}

async function open(cli: Cli, options: ConnectionOptions): Promise<TLSSocket> {
  const socket = connect({ host: "127.0.0.1", port: await cli.port(), servername: "localhost", ...options });
  onTestFinished(() => void socket.destroy());
  await once(socket, "secureConnect");
  return socket;
}

/** Asks for the page over a connection that is open already; the status line of the answer. */
async function ask(socket: TLSSocket): Promise<string> {
  socket.write("HEAD / HTTP/1.1\r\nhost: localhost\r\n\r\n");
  const [data] = await once(socket, "data");
  return String(data).split("\r\n", 1)[0] ?? "";
}

test(
  "20 servers that start at once in an empty home have one authority, and all answer",
  { timeout: 90_000 },
  async () => {
    const home = await freshHome();
    const servers = await Promise.all(Array.from({ length: 20 }, () => startCli([home.site, "--port", "0"], home)));
    await Promise.all(servers.map((server) => server.port()));
    const ca = await readFile(join(home.data, "authority.crt"));
    const statuses = servers.map(async (server) => ask(await open(server, { ca })));
    expect(new Set(await Promise.all(statuses))).toEqual(new Set(["HTTP/1.1 200 OK"]));
    expect((await readdir(home.data)).sort()).toEqual(["authority.crt", "authority.pem", "server.pem"]);
  },
);

test("the authority's key is never served, also when the data directory is inside the site", async () => {
  const home = await freshHome();
  const env = { ...home.env, XDG_DATA_HOME: home.site };
  const server = await startCli([home.site, "--port", "0"], { ...home, env });
  const directory = join(home.site, "h2push");
  await server.port();
  const ca = await readFile(join(directory, "authority.crt"));
  for (const name of await readdir(directory)) {
    const socket = await open(server, { ca });
    socket.write(`GET /h2push/${name} HTTP/1.1\r\nhost: localhost\r\n\r\n`);
    const [data] = await once(socket, "data");
    expect(String(data), name).toMatch(/^HTTP\/1.1 404 /);
  }
});

/** Puts a pair where a server reads it, each file at once. */
async function put(directory: string, pair: PemPair): Promise<void> {
  for (const [name, text] of [
    ["cert.pem", pair.cert],
    ["key.pem", pair.key],
  ] as const) {
    await writeFile(join(directory, `${name}.new`), text);
    await rename(join(directory, `${name}.new`), join(directory, name));
  }
}

test.skipIf(process.platform === "win32")(
  "a pair that is renewed on disk is taken, at once on SIGHUP; connections go on, and --tls-min holds",
  async () => {
    const home = await freshHome();
    const first = await createCertificate();
    await put(home.cwd ?? "", first);
    const pair = ["--cert", "cert.pem", "--key", "key.pem"];
    const server = await startCli([home.site, "--port", "0", "--tls-min", "1.3", ...pair], home);
    const before = await open(server, { ca: first.cert });
    expect(await ask(before)).toBe("HTTP/1.1 200 OK");

    const renewed = await createCertificate();
    await put(home.cwd ?? "", renewed);
    server.child.kill("SIGHUP");
    await server.prints(/new certificate, valid until/);
    const after = await open(server, { ca: renewed.cert });
    expect(after.getPeerCertificate().fingerprint256).toBe(new X509Certificate(renewed.cert).fingerprint256);
    expect(await ask(after)).toBe("HTTP/1.1 200 OK");
    expect(await ask(before)).toBe("HTTP/1.1 200 OK");
    await expect(open(server, { ca: renewed.cert, maxVersion: "TLSv1.2" })).rejects.toThrow(/protocol version/);
  },
);

test("says at start whether browsers trust the page, and what to do", async () => {
  const home = await freshHome();
  const server = await startCli([home.site, "--port", "0"], home);
  await server.prints(/browsers do not trust it yet; to change that: h2push cert trust/);
});

describe.skipIf(!hasCertutil || process.platform !== "linux")("one command more, and the start", () => {
  test("says that browsers trust it, and names them", async () => {
    const home = await freshHome();
    const trusted = await runCli(["cert", "trust"], home);
    expect(trusted).toMatchObject({ code: 0, stderr: "" });
    const server = await startCli([home.site, "--port", "0"], home);
    await server.prints(/trust {8}browsers on this machine trust it: Chromium \(~\/\.pki\/nssdb\)$/m);
    expect((await runCli(["cert", "show"], home)).stdout).toContain("\ntrusted by Chromium");
    expect(await runCli(["cert", "untrust"], home)).toMatchObject({ code: 0 });
    expect((await runCli(["cert", "show"], home)).stdout).toContain("\nnot trusted by Chromium");
  });

  test("names a Firefox whose profile came later, or lost it", async () => {
    const home = await freshHome();
    await runCli(["cert", "trust"], home);
    const profile = join(home.cwd ?? "", ".mozilla/firefox/late.default");
    await mkdir(profile, { recursive: true });
    execFileSync("certutil", ["-d", `sql:${profile}`, "-N", "--empty-password"]);
    const no = "Firefox (~/.mozilla/firefox/late.default) does not; to change that: h2push cert trust";
    const line = `  trust        Chromium (~/.pki/nssdb) trusts it, ${no}\n`;
    const late = await startCli([home.site, "--port", "0"], home);
    await late.prints(/Ctrl\+C/);
    expect(late.stdout).toContain(line);

    await runCli(["cert", "trust"], home);
    const both = await startCli([home.site, "--port", "0"], home);
    await both.prints(/browsers on this machine trust it: Chromium .*, Firefox/);
    const { subject } = new X509Certificate(await readFile(join(home.data, "authority.crt")));
    const name = /CN=(.*)/.exec(subject)?.[1] ?? "";
    execFileSync("certutil", ["-d", `sql:${profile}`, "-D", "-n", name]);
    const lost = await startCli([home.site, "--port", "0"], home);
    await lost.prints(/Ctrl\+C/);
    expect(lost.stdout).toContain(line);
  });
});

test("a server beyond loopback has a certificate for the machine's own addresses", async () => {
  const home = await freshHome();
  const server = await startCli([home.site, "--port", "0", "--host", "0.0.0.0", "--name", "app.test"], home);
  await server.port();
  const leaf = new X509Certificate(await readFile(join(home.data, "server.pem")));
  const { networkNames } = await import("../../src/tls/issue/network-names.js");
  expect(leaf.checkHost("app.test")).toBe("app.test");
  for (const name of networkNames()) expect(leaf.checkHost(name) ?? leaf.checkIP(name), name).toBeDefined();
});

const namesIn = async (home: Home) =>
  new X509Certificate(await readFile(join(home.data, "server.pem"))).subjectAltName?.replaceAll(
    /DNS:|IP Address:/g,
    "",
  );

test("a start that fails makes no certificate, and leaves its name in none", async () => {
  const home = await freshHome();
  const taken = createServer();
  onTestFinished(() => void taken.close());
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
  const address = taken.address();
  const port = String(typeof address === "object" ? address?.port : "");
  const failing = [
    [home.site, "-p", port, "--name", "failed.test"],
    [home.site, "-p", "0", "--name", "failed.test", "--redirect", port],
    [home.site, "-p", "0", "--name", "failed.test", "--manifest", "none.json"],
    [home.site, "-p", "0", "--name", "failed.test", "--auth", "@none.txt"],
  ];
  const fail = () => Promise.all(failing.map((args) => runCli(args, home)));
  for (const { code } of await fail()) expect(code).toBe(1);
  await expect(readdir(home.data)).rejects.toThrow("ENOENT");
  await (await startCli([home.site, "-p", "0"], home)).port();
  await fail();
  expect(await namesIn(home)).toBe("localhost, 127.0.0.1, 0:0:0:0:0:0:0:1");
});

test("addresses of an earlier start do not stay in the certificate, names that were given do", async () => {
  const home = await freshHome();
  const open = ["--host", "0.0.0.0", "--name", "app.test", "--name", "192.0.2.7"];
  await (await startCli([home.site, "-p", "0", ...open], home)).port();
  expect(await namesIn(home)).toMatch(/192\.0\.2\.7/);
  const cli = await startCli([home.site, "-p", "0"], home);
  await cli.prints(/certificate {2}made now \(it was for .*192\.0\.2\.7.* too\), for localhost/);
  expect(await namesIn(home)).toBe("localhost, 127.0.0.1, 0:0:0:0:0:0:0:1, app.test");
  await (await startCli([home.site, "-p", "0"], home)).prints(/certificate {2}for localhost/);
});

test.each([
  [["cert", "--days", "398"], 2, "not a number of days from 1 to 397: 398"],
  [
    ["cert", "--out", "--force"],
    2,
    "no value for --out: --force\n--out <directory> takes a value, and --force is a flag",
  ],
  [["-H", "-q"], 2, "no value for --host: -q\n--host <name> takes a value, and -q is a flag"],
  [["cert", "--name", "*.localhost"], 2, "no client accepts a wildcard under a single label: *.localhost"],
  [["cert", "--key-type", "dsa"], 2, "dsa"],
  [["cert", "show"], 1, "no such certificate: "],
  [["cert", "show", "none.pem"], 1, "no such certificate: "],
  [["cert", "trust", "--store", "attic"], 2, "attic"],
  [["cert", "trust", "--ca", "mkcert"], 1, "no mkcert authority in "],
  [["--tls-min", "1.1"], 2, "no such version of TLS: 1.1"],
  [["--name", "no name"], 2, "not a host name or IP address: no name"],
])("h2push %j ends with %i and says why", async (args, code, message) => {
  const result = await runCli(args, await freshHome());
  expect(result.code).toBe(code);
  expect(result.stderr).toContain(message);
});
