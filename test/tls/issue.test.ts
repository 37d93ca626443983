import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as x509 from "@peculiar/x509";
import { expect, test } from "vitest";
import { chainOf } from "../../src/tls/issue/certificate.js";
import { issueAuthority, issueLeaf } from "../../src/tls/issue/issue.js";
import { emptyDirectory } from "../support/directory.js";
import { hasOpenssl, openssl } from "../support/openssl.js";

const NOW = new Date();
const DAY_MS = 86_400_000;
const NAMES = ["localhost", "app.test", "*.sub.test", "127.0.0.1", "::1", "2001:db8::7"];

test("an authority may sign servers' certificates for ten years, and no further authority", async () => {
  const { cert, key } = await issueAuthority("ada@laptop", NOW);
  const parsed = new x509.X509Certificate(cert);
  const keyId = parsed.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId;
  expect(parsed.getExtension(x509.BasicConstraintsExtension)).toMatchObject({
    ca: true,
    pathLength: 0,
    critical: true,
  });
  expect(parsed.getExtension(x509.KeyUsagesExtension)).toMatchObject({
    usages: x509.KeyUsageFlags.keyCertSign,
    critical: true,
  });
  expect(keyId).toMatch(/^[0-9a-f]{40}$/);
  expect(parsed.getExtension(x509.AuthorityKeyIdentifierExtension)?.keyId).toBe(keyId);
  expect(parsed.subjectName.getField("CN")).toEqual([`h2push ada@laptop ${keyId?.slice(0, 8)}`]);
  expect(Math.round((parsed.notAfter.getTime() - NOW.getTime()) / DAY_MS)).toBe(3650);
  expect(createPrivateKey(key).asymmetricKeyDetails).toEqual({ namedCurve: "prime256v1" });
  expect(await parsed.isSelfSigned()).toBe(true);
});

test.each([
  ['o\'x, CN="evil":\n+y@host', "h2push o-x-CN-evil-y@host "],
  ["李小龍@büro", "h2push 李小龍@büro "],
  ["a".repeat(100), `h2push ${"a".repeat(48)} `],
])("an owner called %j gives a name that NSS and a list can hold", async (owner, expected) => {
  const [name = ""] = new x509.X509Certificate((await issueAuthority(owner, NOW)).cert).subjectName.getField("CN");
  expect(name.slice(0, -8)).toBe(expected);
  expect(name.length).toBeLessThanOrEqual(64);
});

test("no two certificates have one serial number", async () => {
  const authority = await issueAuthority("ada@laptop", NOW);
  const leafs = await Promise.all(Array.from({ length: 20 }, () => issueLeaf(authority, {}, NOW)));
  const serials = leafs.map(({ cert }) => new X509Certificate(cert).serialNumber);
  expect(new Set(serials).size).toBe(20);
  for (const serial of serials) expect(serial).toMatch(/^[4-7][0-9A-F]{31}$/);
});

test.each([
  ["ec", x509.KeyUsageFlags.digitalSignature],
  ["rsa", x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment],
] as const)("a leaf with an %s key is a server's, and names its authority", async (keyType, usages) => {
  const authority = await issueAuthority("ada@laptop", NOW);
  const { cert, key } = await issueLeaf(authority, { names: NAMES, keyType }, NOW);
  const parsed = new x509.X509Certificate(cert);
  const signer = new x509.X509Certificate(authority.cert);
  expect(parsed.getExtension(x509.BasicConstraintsExtension)).toMatchObject({ ca: false, critical: true });
  expect(parsed.getExtension(x509.KeyUsagesExtension)).toMatchObject({ usages, critical: true });
  expect(parsed.getExtension(x509.ExtendedKeyUsageExtension)?.usages).toEqual([x509.ExtendedKeyUsage.serverAuth]);
  expect(parsed.getExtension(x509.SubjectAlternativeNameExtension)?.names.items.map(({ value }) => value)).toEqual(
    NAMES,
  );
  expect(parsed.getExtension(x509.AuthorityKeyIdentifierExtension)?.keyId).toBe(
    signer.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId,
  );
  expect(parsed.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId).toMatch(/^[0-9a-f]{40}$/);
  expect(parsed.notAfter.getTime() - parsed.notBefore.getTime()).toBe(90 * DAY_MS - 1000);
  expect(new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))).toBe(true);
  expect(chainOf(cert).map(({ fingerprint256 }) => fingerprint256)[1]).toBe(
    new X509Certificate(authority.cert).fingerprint256,
  );
});

test("a leaf ends with its authority at the latest", async () => {
  const authority = await issueAuthority("ada@laptop", new Date(NOW.getTime() - 3600 * DAY_MS));
  const [leaf, signer] = chainOf((await issueLeaf(authority, { days: 397 }, NOW)).cert);
  expect(leaf?.validTo).toBe(signer?.validTo);
});

test.skipIf(!hasOpenssl).each(["ec", "rsa"] as const)(
  "OpenSSL takes the chain of an %s leaf strictly",
  async (keyType) => {
    const directory = await emptyDirectory();
    const authority = await issueAuthority("ada@laptop", NOW);
    const [ca, leaf] = [join(directory, "ca.pem"), join(directory, "leaf.pem")];
    await writeFile(ca, authority.cert);
    await writeFile(leaf, (await issueLeaf(authority, { names: NAMES, keyType }, NOW)).cert);
    expect(openssl("verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", ca, leaf)).toBe(`${leaf}: OK\n`);
    for (const host of ["localhost", "app.test", "any.sub.test"]) {
      expect(openssl("x509", "-in", leaf, "-noout", "-checkhost", host), host).toContain("does match");
    }
    for (const ip of ["127.0.0.1", "::1", "2001:db8::7"]) {
      expect(openssl("x509", "-in", leaf, "-noout", "-checkip", ip), ip).toContain("does match");
    }
  },
);

test.skipIf(!hasOpenssl)("signs with an RSA authority that another program made", async () => {
  const directory = await emptyDirectory();
  const [ca, key, leaf] = [join(directory, "ca.pem"), join(directory, "key.pem"), join(directory, "leaf.pem")];
  const config = ["-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign"];
  openssl(
    "req",
    "-x509",
    "-newkey",
    "rsa:3072",
    "-nodes",
    "-keyout",
    key,
    "-out",
    ca,
    "-subj",
    "/O=other/CN=other CA",
    ...config,
  );
  const authority = { cert: await readFile(ca, "utf8"), key: await readFile(key, "utf8") };
  await writeFile(leaf, (await issueLeaf(authority, {}, NOW)).cert);
  expect(openssl("verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", ca, leaf)).toBe(`${leaf}: OK\n`);
});
