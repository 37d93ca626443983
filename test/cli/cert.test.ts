import { createPrivateKey } from "node:crypto";
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { rootCertificates } from "node:tls";
import { expect, test } from "vitest";
import { type CertOptions, runCert } from "../../src/cli/commands/cert.js";
import { chainOf } from "../../src/tls/issue/certificate.js";
import { readPair } from "../../src/tls/store/pair-files.js";
import { emptyDirectory } from "../support/directory.js";

/** Runs `h2push cert` in a fresh home, or in that of an earlier run, and returns what it printed. */
async function run(options: CertOptions, home?: string): Promise<string> {
  const lines: string[] = [];
  home ??= await emptyDirectory();
  const environment = {
    home,
    env: {},
    platform: process.platform,
    directory: join(home, "data"),
    cwd: join(home, "cwd"),
    isRoot: false,
  };
  await runCert(options, environment, (line) => lines.push(line));
  return lines.join("\n");
}

test("writes a pair and says what was made, for which names, until when", async () => {
  const out = join(await emptyDirectory(), "deep", "certs");
  const said = await run({ out, name: ["app.test"], days: 10 });
  const pair = await readPair(join(out, "cert.pem"), join(out, "key.pem"));
  expect(said).toBe(
    [
      `made ${join(out, "cert.pem")} and ${join(out, "key.pem")}`,
      "  for localhost, 127.0.0.1, ::1, app.test",
      `  valid until ${pair.validTo.toISOString().slice(0, 10)}`,
      `  signed by ${pair.signer.kind === "authority" ? pair.signer.name : ""}`,
    ].join("\n"),
  );
  expect((await stat(join(out, "key.pem"))).mode & 0o777).toBe(0o600);
});

test("keeps and names a valid pair, and replaces it with --force", async () => {
  const out = await emptyDirectory();
  await run({ out });
  const first = await readFile(join(out, "cert.pem"), "utf8");
  expect(await run({ out })).toContain(`kept ${join(out, "cert.pem")}`);
  expect(await readFile(join(out, "cert.pem"), "utf8")).toBe(first);
  expect(await run({ out, force: true })).toContain("made ");
  expect(await readFile(join(out, "cert.pem"), "utf8")).not.toBe(first);
});

test("does not replace a valid pair for other names unasked", async () => {
  const out = await emptyDirectory();
  await run({ out });
  await expect(run({ out, name: ["app.test"] })).rejects.toMatchObject({
    code: "output",
    message: `${join(out, "cert.pem")} is valid, but not for app.test`,
  });
});

test.each<[made: Partial<CertOptions>, asked: Partial<CertOptions>, but: string]>([
  [{}, { days: 30 }, "made for 90 days, not for 30"],
  [{ days: 30 }, { days: 90 }, "made for 30 days, not for 90"],
  [{}, { keyType: "rsa" }, "with a key of EC, not RSA"],
  [{ keyType: "rsa" }, { keyType: "ec" }, "with a key of RSA, not EC"],
  [{}, { selfSigned: true }, "signed by h2push .*, not by itself"],
  [{ selfSigned: true }, { ca: "h2push" }, "signed by itself, not by the authority of h2push"],
  [{}, { ca: "mkcert" }, "signed by h2push .*, not by the authority of mkcert"],
  [
    {},
    { name: ["app.test"], days: 30, keyType: "rsa" },
    "not for app.test, and made for 90 .*, and with a key of EC.*",
  ],
])("a valid pair made with %j is not taken for one with %j", async (made, asked, but) => {
  const home = await emptyDirectory();
  const out = join(home, "out");
  await run({ out, ...made }, home);
  const before = await readFile(join(out, "key.pem"), "utf8");
  await expect(run({ out, ...asked }, home)).rejects.toMatchObject({
    code: "output",
    message: expect.stringMatching(new RegExp(`/cert\\.pem is valid, but ${but}$`)),
    hint: "replace it: --force",
  });
  expect(await readFile(join(out, "key.pem"), "utf8")).toBe(before);
});

test("keeps a valid pair that is what was asked for, or of which nothing was asked", async () => {
  const home = await emptyDirectory();
  const out = join(home, "out");
  const made: CertOptions = { out, days: 30, keyType: "rsa", ca: "h2push", name: ["app.test"] };
  await run(made, home);
  expect(await run(made, home)).toContain("kept ");
  expect(await run({ out }, home)).toContain("kept ");
});

test("does not replace a key that it did not make unasked, even when the pair is no good", async () => {
  const out = await emptyDirectory();
  const key = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
  await writeFile(join(out, "key.pem"), key);
  await expect(run({ out })).rejects.toMatchObject({
    code: "output",
    message: expect.stringContaining("key.pem holds a key that h2push did not make; no such certificate"),
  });
  expect(await readFile(join(out, "key.pem"), "utf8")).toBe(key);
  expect(await run({ out, force: true })).toContain("made ");
});

test("does not replace a certificate without its key that it did not make", async () => {
  const out = await emptyDirectory();
  const [theirs = ""] = rootCertificates;
  await writeFile(join(out, "cert.pem"), theirs);
  await expect(run({ out })).rejects.toMatchObject({
    code: "output",
    message: expect.stringContaining("cert.pem is not of h2push's making; no such"),
  });
  expect(await readFile(join(out, "cert.pem"), "utf8")).toBe(theirs);
  expect(await run({ out, force: true })).toContain("made ");
});

test("replaces a pair that is no good", async () => {
  const out = await emptyDirectory();
  await run({ out });
  await writeFile(join(out, "key.pem"), "");
  expect(await run({ out })).toContain("made ");
});

test("names a directory that cannot be written", async () => {
  const file = join(await emptyDirectory(), "file");
  await writeFile(file, "");
  await expect(run({ out: join(file, "certs") })).rejects.toMatchObject({
    code: "output",
    message: expect.stringContaining(`cannot write ${join(file, "certs")}`),
  });
});

test.each([{ days: 398 }, { name: ["not a name"] }])("refuses %j before it writes", async (wrong) => {
  const out = join(await emptyDirectory(), "certs");
  await expect(run({ out, ...wrong })).rejects.toMatchObject({ code: "usage" });
  await expect(stat(out)).rejects.toThrow("ENOENT");
});

test("signs with the user's one authority, which the file brings along", async () => {
  const home = await emptyDirectory();
  const [first, second] = [join(home, "first"), join(home, "second")];
  await run({ out: first, keyType: "rsa" }, home);
  await run({ out: second }, home);
  const [one, two] = await Promise.all(
    [first, second].map((out) => readPair(join(out, "cert.pem"), join(out, "key.pem"))),
  );
  expect(one?.signer).toEqual(two?.signer);
  expect(createPrivateKey(one?.key ?? "").asymmetricKeyType).toBe("rsa");
  expect(chainOf(one?.cert ?? "").map(({ ca }) => ca)).toEqual([false, true]);
});

test("--self-signed makes one certificate without any authority", async () => {
  const home = await emptyDirectory();
  const said = await run({ out: join(home, "out"), selfSigned: true }, home);
  expect(said).toContain("  signed by itself");
  expect(chainOf(await readFile(join(home, "out", "cert.pem"), "utf8"))).toHaveLength(1);
  await expect(stat(join(home, "data"))).rejects.toThrow("ENOENT");
});

test("does not sign with an authority that could not be kept", async () => {
  const home = await emptyDirectory();
  await writeFile(join(home, "data"), "");
  await expect(run({ out: join(home, "out") }, home)).rejects.toMatchObject({
    code: "certificate",
    message: expect.stringContaining(join(home, "data")),
  });
});

test("warns of a key inside a site, and inside the directory it runs in", async () => {
  const home = await emptyDirectory();
  await mkdir(join(home, "site"));
  await writeFile(join(home, "site", "Index.HTML"), "");
  expect(await run({ out: join(home, "site", "deep", "certs") }, home)).toContain(
    `warning: the key is inside ${join(home, "site")}`,
  );
  expect(await run({ out: "certs" }, home)).toContain(`warning: the key is inside ${join(home, "cwd")}`);
  expect(await run({ out: join(home, "certs") }, home)).not.toContain("warning");
});
