import { execFile, spawnSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { rootCertificates } from "node:tls";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import type { CertEnvironment } from "../../src/cli/certificates/cert-environment.js";
import { runShow } from "../../src/cli/commands/cert-show.js";
import { loadAuthority } from "../../src/tls/authority/authority.js";
import { issueAuthority, issueLeaf } from "../../src/tls/issue/issue.js";
import { createCertificate } from "../../src/tls/issue/issue.js";
import { loadStoredPair } from "../../src/tls/store/load-stored-pair.js";
import { runCli, startCli } from "../support/cli.js";
import { emptyDirectory } from "../support/directory.js";
import { writeSite } from "../support/site.js";

/** With a store that is not on this machine: what is shown does not depend on it. */
async function elsewhere(): Promise<CertEnvironment> {
  const home = await emptyDirectory();
  return { home, env: {}, platform: "win32", directory: join(home, "data"), cwd: home, isRoot: false };
}

async function show(environment: CertEnvironment, file?: string): Promise<string> {
  const lines: string[] = [];
  await runShow(file, environment, (line) => lines.push(line));
  return lines.join("\n");
}

test("prints names, dates, key, fingerprint and signer of h2push's own pair", async () => {
  const environment = await elsewhere();
  const { fingerprint, validTo } = await loadStoredPair(environment);
  const { name } = await loadAuthority(environment);
  const shown = (await show(environment)).split("\n");
  expect(shown[0]).toBe(join(environment.directory, "server.pem"));
  expect(shown).toContain("  names        localhost, 127.0.0.1, ::1");
  expect(shown).toContain("  key          EC P-256");
  expect(shown).toContain(`  SHA-256      ${fingerprint}`);
  expect(shown).toContain(`  signed by    ${name}`);
  expect(shown.join("\n")).toContain(` to ${validTo.toISOString().slice(0, 10)} (89 days left)`);
  expect(shown).toContain(`  authority    ${name}`);
});

test("never prints a key", async () => {
  const environment = await elsewhere();
  await loadStoredPair(environment);
  expect(await show(environment)).not.toContain("PRIVATE");
  expect(await show(environment, join(environment.directory, "authority.pem"))).not.toContain("PRIVATE");
});

test("makes nothing when there is nothing", async () => {
  const environment = await elsewhere();
  await expect(show(environment)).rejects.toMatchObject({
    code: "certificate",
    message: `no such certificate: ${join(environment.directory, "server.pem")}`,
  });
});

test("says that an expired certificate is expired", async () => {
  const environment = await elsewhere();
  const file = join(environment.home, "old.pem");
  await writeFile(file, (await createCertificate({ days: 1 }, new Date("2020-01-01T12:00:00Z"))).cert);
  expect(await show(environment, file)).toContain("2020-01-01 to 2020-01-02 (expired)");
});

test("reads DER, and names an RSA key with its size", async () => {
  const environment = await elsewhere();
  const file = join(environment.home, "cert.der");
  await writeFile(file, new X509Certificate((await createCertificate({ keyType: "rsa" })).cert).raw);
  expect(await show(environment, file)).toContain("  key          RSA 2048\n");
});

test("cannot tell about a signer whose certificate is not on this machine", async () => {
  const environment = await elsewhere();
  const file = join(environment.home, "leaf.pem");
  const [leaf = ""] = (await issueLeaf(await issueAuthority("eve@host", new Date()), {}, new Date())).cert.split(
    /(?<=END CERTIFICATE-----\n)/,
  );
  await writeFile(file, leaf);
  expect(await show(environment, file)).toMatch(
    /cannot tell whether it is trusted: .* h2push eve@host \w+ is not on this machine/,
  );
});

test.each(["", "garbage", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])(
  "names a file that holds %j",
  async (content) => {
    const environment = await elsewhere();
    const file = join(environment.home, "cert.pem");
    await writeFile(file, content);
    await expect(show(environment, file)).rejects.toMatchObject({ message: `no certificate in ${file}` });
  },
);

test("a public authority's own certificate is shown like any other", async () => {
  const environment = await elsewhere();
  const file = join(environment.home, "root.pem");
  await writeFile(file, rootCertificates[0] ?? "");
  expect(await show(environment, file)).toContain("signed by    itself");
});

test("names the authority's file and what other programs and machines need, for our authority alone", async () => {
  const environment = await elsewhere();
  await loadStoredPair(environment);
  const authority = join(environment.directory, "authority.crt");
  const shown = await show(environment);
  expect(shown).toContain(`\nother programs and machines need the authority's certificate, ${authority}:\n`);
  for (const who of ["curl", "Node", "Python", "Java", "iOS", "Android"]) expect(shown).toContain(`\n  ${who} `);
  const own = join(environment.home, "own.pem");
  const { cert, key } = await createCertificate();
  await writeFile(own, key + cert);
  expect(await show(environment, own)).not.toContain("other programs");
});

const has = (program: string) => spawnSync(program, ["--version"]).status === 0;

test.skipIf(process.platform === "win32" || !has("curl") || !has("python3"))(
  "what it says of curl, Node and Python lets them in",
  async () => {
    const home = await emptyDirectory();
    const env = { HOME: home, XDG_DATA_HOME: join(home, "our data") };
    const cli = await startCli([await writeSite({ "index.html": "the page" }), "-p", "0"], { env });
    const url = `https://localhost:${await cli.port()}/`;
    const { stdout } = await runCli(["cert", "show"], { env });
    const command = (who: string) => new RegExp(`^ {2}${who} +(.*?)(?: \\(.*)?$`, "m").exec(stdout)?.[1] ?? "";
    const run = (text: string) => promisify(execFile)("sh", ["-ec", text]);
    const curl = command("curl").replace("https://localhost:8443/", `-sS ${url}`);
    expect((await run(curl)).stdout).toBe("the page");
    const node = `import https from "node:https"; https.get("${url}", (r) => r.pipe(process.stdout));`;
    await writeFile(join(home, "app.mjs"), node);
    expect((await run(command("Node").replace("app.js", join(home, "app.mjs")))).stdout).toBe("the page");
    const python = `import urllib.request; print(urllib.request.urlopen("${url}").read().decode(), end="")`;
    await writeFile(join(home, "app.py"), python);
    expect((await run(command("Python").replace("app.py", join(home, "app.py")))).stdout).toBe("the page");
  },
);
