import { createPrivateKey } from "node:crypto";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readPair } from "../../src/tls/store/pair-files.js";
import { createCertificate } from "../../src/tls/issue/issue.js";
import { emptyDirectory } from "../support/directory.js";

/** A directory with a good pair in it. */
async function goodPair(): Promise<{
  directory: string;
  certFile: string;
  keyFile: string;
  cert: string;
  key: string;
}> {
  const directory = await emptyDirectory();
  const [certFile, keyFile] = [join(directory, "cert.pem"), join(directory, "key.pem")];
  const pair = await createCertificate({ names: ["app.test"] });
  await writeFile(certFile, pair.cert);
  await writeFile(keyFile, pair.key);
  return { directory, certFile, keyFile, ...pair };
}

test("reads the user's own pair", async () => {
  const { certFile, keyFile, cert, key } = await goodPair();
  expect(await readPair(certFile, keyFile)).toMatchObject({
    cert,
    key,
    names: ["app.test"],
    origin: { kind: "files", certFile, keyFile },
  });
});

test("reads both from one file, with text around and Windows line ends", async () => {
  const { certFile, cert, key } = await goodPair();
  await writeFile(certFile, `Bag Attributes\r\n${(key + cert).replaceAll("\n", "\r\n")}\r\n# the end`);
  expect(await readPair(certFile, certFile)).toMatchObject({ cert, key });
});

test.each(["cert.pem", "key.pem"])("names a missing %s", async (name) => {
  const { directory, certFile, keyFile } = await goodPair();
  const missing = join(directory, "none", name);
  const read = name === "cert.pem" ? readPair(missing, keyFile) : readPair(certFile, missing);
  await expect(read).rejects.toMatchObject({
    code: "certificate",
    message: expect.stringMatching(`^no such .*: ${missing}$`),
  });
});

test.each([
  ["cert.pem", "", "no PEM certificate in"],
  ["cert.pem", "garbage\0", "no PEM certificate in"],
  ["cert.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "damaged certificate"],
  ["key.pem", "", "no PEM private key in"],
  ["key.pem", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "damaged private key"],
])("names a %s that holds %j", async (name, content, message) => {
  const { directory, certFile, keyFile } = await goodPair();
  await writeFile(join(directory, name), content);
  await expect(readPair(certFile, keyFile)).rejects.toMatchObject({
    code: "certificate",
    message: expect.stringMatching(`^${message}:? ${join(directory, name)}$`),
  });
});

test.each(["pkcs8", "sec1"] as const)("says that a key with a passphrase cannot be used (%s)", async (type) => {
  const { certFile, keyFile, key } = await goodPair();
  const sealed = createPrivateKey(key).export({ type, format: "pem", cipher: "aes-256-cbc", passphrase: "secret" });
  await writeFile(keyFile, sealed);
  await expect(readPair(certFile, keyFile)).rejects.toMatchObject({
    message: `private key needs a passphrase: ${keyFile}`,
    hint: expect.stringContaining("openssl pkey"),
  });
});

test("names both files when the key is another certificate's", async () => {
  const { certFile, keyFile } = await goodPair();
  await writeFile(keyFile, (await createCertificate()).key);
  await expect(readPair(certFile, keyFile)).rejects.toMatchObject({
    message: `key does not belong to the certificate: ${keyFile}, ${certFile}`,
  });
});

test("names a certificate that has expired, and when", async () => {
  const { certFile, keyFile, key } = await goodPair();
  const old = await createCertificate({ days: 1 }, new Date("2020-01-01T00:00:00Z"));
  await writeFile(certFile, old.cert);
  await writeFile(keyFile, old.key);
  expect(old.key).not.toBe(key);
  await expect(readPair(certFile, keyFile)).rejects.toMatchObject({
    message: `certificate expired on 2020-01-01: ${certFile}`,
  });
});

test("names a directory given as a file", async () => {
  const { directory, keyFile } = await goodPair();
  await mkdir(join(directory, "folder"));
  await expect(readPair(join(directory, "folder"), keyFile)).rejects.toMatchObject({
    message: `a directory instead of a certificate: ${join(directory, "folder")}`,
  });
});

test.skipIf(process.getuid?.() === 0)("names a key that this user may not read", async () => {
  const { certFile, keyFile } = await goodPair();
  await chmod(keyFile, 0);
  await expect(readPair(certFile, keyFile)).rejects.toMatchObject({
    message: `not allowed to read the private key: ${keyFile}`,
  });
});
