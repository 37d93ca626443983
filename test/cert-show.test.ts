import { X509Certificate } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { rootCertificates } from "node:tls";
import { expect, test } from "vitest";
import type { CertEnvironment } from "../src/cli/cert-environment.js";
import { runShow } from "../src/cli/cert-show.js";
import { loadAuthority } from "../src/tls/authority.js";
import { issueAuthority, issueLeaf } from "../src/tls/issue.js";
import { createCertificate } from "../src/tls/self-signed.js";
import { loadStoredPair } from "../src/tls/stored.js";
import { emptyDirectory } from "./support/directory.js";

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

test("cannot tell about a signer whose certificate is not at hand", async () => {
  const environment = await elsewhere();
  const file = join(environment.home, "leaf.pem");
  const [leaf = ""] = (await issueLeaf(await issueAuthority("eve@host", new Date()), {}, new Date())).cert.split(
    /(?<=END CERTIFICATE-----\n)/,
  );
  await writeFile(file, leaf);
  expect(await show(environment, file)).toMatch(/whether it is trusted cannot be told: .* h2push eve@host \w+ /);
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
