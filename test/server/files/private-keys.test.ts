import { generateKeyPairSync, X509Certificate } from "node:crypto";
import { link } from "node:fs/promises";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { expect, test } from "vitest";
import { holdsPrivateKey } from "../../../src/files/private-key.js";
import { createCertificate } from "../../../src/index.js";
import { connect } from "../../support/h2.js";
import { startServer } from "../../support/server.js";
import { writeSite } from "../../support/site.js";

/** Keys of every kind, by file. */
function keyFiles(): Record<string, string | Buffer> {
  const { privateKey: ec } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { privateKey: rsa } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const { privateKey: ed } = generateKeyPairSync("ed25519");
  const pkcs8 = ec.export({ type: "pkcs8", format: "pem" }).toString();
  const sealed = { cipher: "aes-256-cbc", passphrase: "x" };
  return {
    "a.txt": pkcs8,
    "a.jpg": pkcs8,
    "a.html": pkcs8,
    "a.js": `\n${pkcs8}`,
    "a.yaml": `tls.key: |\n${pkcs8.replaceAll(/^/gm, "  ")}`,
    "later.conf": "# a line\n".repeat(5000) + rsa.export({ type: "pkcs1", format: "pem" }).toString(),
    "sealed.txt": rsa.export({ type: "pkcs8", format: "pem", ...sealed }).toString(),
    "old.txt": rsa.export({ type: "pkcs1", format: "pem", ...sealed }).toString(),
    "openssh.txt": `-----BEGIN OPENSSH PRIVATE KEY-----\n${Buffer.from("openssh-key-v1\0none").toString("base64")}\n-----END OPENSSH PRIVATE KEY-----\n`,
    "wide.txt": Buffer.from(`\ufeff${pkcs8}`, "utf16le"),
    "wide-be.txt": Buffer.from(`\ufeff${pkcs8}`, "utf16le").swap16(),
    "a.der": ec.export({ type: "pkcs8", format: "der" }),
    "a.bin": ec.export({ type: "sec1", format: "der" }),
    "b.bin": rsa.export({ type: "pkcs1", format: "der" }),
    "c.png": rsa.export({ type: "pkcs8", format: "der" }),
    "d.dat": ed.export({ type: "pkcs8", format: "der" }),
    "e.der": rsa.export({ type: "pkcs8", format: "der", ...sealed }),
    // RFC 7292: version 3, then a ContentInfo of id-data; with lengths, and without.
    "a.p12": Buffer.from("308204d60201033082049c06092a864886f70d010701a0820489", "hex"),
    "a.pfx": Buffer.from("3080020103308006092a864886f70d010701a080", "hex"),
    "a.ppk": "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n",
    // A packet of a secret key: old and new form.
    "a.pgp": Buffer.from("9501e804600000000104", "hex"),
    "b.gpg": Buffer.from("c55804600000001609", "hex"),
    "a.asc": `-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: 1\n\n${Buffer.from("c55804600000001609", "hex").toString("base64")}\n=abcd\n-----END PGP PRIVATE KEY BLOCK-----\n`,
    "a.jks": Buffer.from("feedfeed000000020000000100000001", "hex"),
    "a.jwk": JSON.stringify(ec.export({ format: "jwk" })),
    "keys.json": JSON.stringify({ keys: [rsa.export({ format: "jwk" })] }, undefined, 2),
    "account.json": JSON.stringify({ type: "service_account", private_key: pkcs8 }),
  };
}

/** What is like a key, and none. */
async function harmlessFiles(): Promise<Record<string, string | Buffer>> {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const { cert } = await createCertificate();
  const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  return {
    "docs.html": `<pre>${pem}</pre>`,
    "docs.md": `# Keys\n\n\`\`\`\n${pem}\`\`\`\n`,
    "app.js": `const example = \`${pem}\`;`,
    "search.json": JSON.stringify([{ title: "Keys", text: `{"kty":"RSA","d":"${"x".repeat(40)}"} ${pem}` }]),
    "dots.txt": "-----BEGIN PRIVATE KEY-----\n…\n-----END PRIVATE KEY-----\n",
    "words.txt": "Paste your PRIVATE KEY here.",
    "cert.der": new X509Certificate(cert).raw,
    "cert.pem": cert,
    "public.der": publicKey.export({ type: "spki", format: "der" }),
    "public1.der": publicKey.export({ type: "pkcs1", format: "der" }),
    "public.jwk": JSON.stringify(publicKey.export({ format: "jwk" })),
    "signed.p7b": Buffer.from("308204d606092a864886f70d010702a08204c7", "hex"),
    "public.pgp": Buffer.from("9901e804600000000104", "hex"),
    "zero.txt": "0",
    "empty.key": "",
    "trust.jks": Buffer.from("feedfeed000000020000000100000002", "hex"),
  };
}

test("private keys of every kind are neither served nor listed, whatever they are called", async () => {
  const keys = keyFiles();
  const harmless = await harmlessFiles();
  const root = await writeSite({ ...keys, ...harmless, "keep/x.txt": "x" });
  await link(join(root, "a.der"), join(root, "hard.gif"));
  const { port } = await startServer({ root, list: true });
  const { request } = await connect(port);
  const served = async (files: readonly string[]) => {
    const answers = files.flatMap((file) => ["br", "identity"].map((coding) => [file, coding] as const));
    const statuses = answers.map(
      async ([file, coding]) => (await request(`/${file}`, { "accept-encoding": coding })).status === 200 && file,
    );
    return [...new Set(await Promise.all(statuses))].filter((file) => file !== false).sort();
  };
  expect(await served([...Object.keys(keys), "hard.gif"])).toEqual([]);
  expect(await served(Object.keys(harmless))).toEqual(Object.keys(harmless).sort());
  const listed = [...(await request("/")).body.toString().matchAll(/href="\.\/([^"]+)"/g)].map(([, name = ""]) => name);
  expect(listed.toSorted()).toEqual([...Object.keys(harmless), "keep/"].sort());
});

test("a key beside its compressed form is not served in that form", async () => {
  const key = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const root = await writeSite({ "a.txt": key, "a.txt.br": brotliCompressSync(key) });
  const { port } = await startServer({ root });
  const { request } = await connect(port);
  expect((await request("/a.txt", { "accept-encoding": "br" })).status).toBe(404);
});

/** Processor time of a search, the best of three (milliseconds). */
function searchTime(content: string): number {
  const times = [0, 1, 2].map(() => {
    const before = process.cpuUsage();
    holdsPrivateKey("a.txt", "text/plain", Buffer.from(content));
    return process.cpuUsage(before).user / 1000;
  });
  return Math.min(...times);
}

test.each([
  ["empty lines", (size: number) => `PuTTY-User${"\n".repeat(size)}x`],
  [
    "colons before lines of spaces",
    (size: number) => `-----BEGIN PRIVATE KEY-----${":".repeat(size / 2)}${`\n${" ".repeat(200)}a`.repeat(size / 400)}`,
  ],
  ["colons at ends of lines", (size: number) => `-----BEGIN PRIVATE KEY-----${":\na".repeat(size / 3)}`],
])("the search for a key takes time that grows with the file alone: %s", (_, content) => {
  // About twice as long; below 30 ms it is noise.
  expect(searchTime(content(64_000))).toBeLessThan(Math.max(30, 4 * searchTime(content(32_000))));
});
