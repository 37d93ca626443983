import { createPrivateKey, X509Certificate } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as x509 from "@peculiar/x509";
import { expect, test } from "vitest";
import { createCertificate } from "../../src/tls/issue/issue.js";
import { emptyDirectory } from "../support/directory.js";
import { hasOpenssl, openssl } from "../support/openssl.js";

const DAY_MS = 86_400_000;

test("is for this machine's own names, a server and no authority", async () => {
  const { cert, key } = await createCertificate();
  const parsed = new x509.X509Certificate(cert);
  expect(parsed.getExtension(x509.BasicConstraintsExtension)).toMatchObject({ ca: false, critical: true });
  expect(parsed.getExtension(x509.ExtendedKeyUsageExtension)?.usages).toEqual([x509.ExtendedKeyUsage.serverAuth]);
  expect(parsed.getExtension(x509.KeyUsagesExtension)?.usages).toBe(x509.KeyUsageFlags.digitalSignature);
  expect(
    parsed.getExtension(x509.SubjectAlternativeNameExtension)?.names.items.map(({ type, value }) => [type, value]),
  ).toEqual([
    ["dns", "localhost"],
    ["ip", "127.0.0.1"],
    ["ip", "::1"],
  ]);
  expect(parsed.signatureAlgorithm).toMatchObject({ name: "ECDSA", hash: { name: "SHA-256" } });
  expect(createPrivateKey(key).asymmetricKeyDetails).toEqual({ namedCurve: "prime256v1" });
  expect(new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))).toBe(true);
});

test.each([1, 90, 397])("is valid for %i days and no second more", async (days) => {
  const { notBefore, notAfter } = new x509.X509Certificate((await createCertificate({ days })).cert);
  expect(notAfter.getTime() - notBefore.getTime()).toBe(days * DAY_MS - 1000);
  expect(notBefore.getTime()).toBeLessThan(Date.now());
});

test.each([0, -1, 1.5, 398, Number.NaN])("refuses %d days, as browsers would", async (days) => {
  await expect(createCertificate({ days })).rejects.toMatchObject({ code: "usage" });
});

test("takes an RSA key when asked", async () => {
  const { cert, key } = await createCertificate({ keyType: "rsa", names: ["app.test"] });
  expect(createPrivateKey(key).asymmetricKeyDetails).toMatchObject({ modulusLength: 2048 });
  expect(new x509.X509Certificate(cert).signatureAlgorithm).toMatchObject({ hash: { name: "SHA-256" } });
});

test.skipIf(!hasOpenssl)("OpenSSL takes it for each of its names", async () => {
  const file = join(await emptyDirectory(), "cert.pem");
  await writeFile(file, (await createCertificate({ names: ["localhost", "app.test", "127.0.0.1", "::1"] })).cert);
  for (const host of ["localhost", "app.test"]) {
    expect(openssl("x509", "-in", file, "-noout", "-checkhost", host)).toContain("does match");
  }
  for (const ip of ["127.0.0.1", "::1"]) {
    expect(openssl("x509", "-in", file, "-noout", "-checkip", ip)).toContain("does match");
  }
  expect(openssl("x509", "-in", file, "-noout", "-checkhost", "other.test")).toContain("does NOT match");
});
