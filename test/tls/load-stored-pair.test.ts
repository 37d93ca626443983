import { execFile } from "node:child_process";
import { createPrivateKey } from "node:crypto";
import { chmod, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { loadAuthority } from "../../src/tls/authority/authority.js";
import { chainOf, type PemPair } from "../../src/tls/issue/certificate.js";
import { isSignerTrusted, loadStoredPair } from "../../src/tls/store/load-stored-pair.js";
import { writeTrustRecord } from "../../src/tls/trust/record.js";
import { bundleModules } from "../support/bundle.js";
import { emptyDirectory } from "../support/directory.js";

const DAY_MS = 86_400_000;

/** The module under test, for processes of their own. */
async function bundledStore(): Promise<string> {
  const { url, remove } = await bundleModules({ stored: "tls/store/load-stored-pair.ts" });
  onTestFinished(remove);
  return `${url}stored.js`;
}

test("makes a pair in a private directory, readable to this user alone", async () => {
  const directory = join(await emptyDirectory(), "share", "h2push");
  const made = await loadStoredPair({ directory });
  expect(made.names).toEqual(["localhost", "127.0.0.1", "::1"]);
  expect(made.origin).toMatchObject({ kind: "stored", made: "there was none" });
  expect((await stat(directory)).mode & 0o777).toBe(0o700);
  expect((await readdir(directory)).sort()).toEqual(["authority.crt", "authority.pem", "server.pem"]);
  for (const name of await readdir(directory)) {
    const holdsKey = (await readFile(join(directory, name), "utf8")).includes("PRIVATE KEY");
    expect(holdsKey, name).toBe(name.endsWith(".pem"));
    if (holdsKey) expect((await stat(join(directory, name))).mode & 0o777, name).toBe(0o600);
  }
});

test.skipIf(process.platform === "win32")("closes a directory that others could enter", async () => {
  const directory = await emptyDirectory();
  await chmod(directory, 0o755);
  await loadStoredPair({ directory });
  expect((await stat(directory)).mode & 0o777).toBe(0o700);
});

test("keeps a pair that is good", async () => {
  const directory = await emptyDirectory();
  const first = await loadStoredPair({ directory, names: ["app.test"] });
  const second = await loadStoredPair({ directory });
  expect(second.fingerprint).toBe(first.fingerprint);
  expect(second.origin).toMatchObject({ made: undefined });
});

test.each([
  ["expires within 30 days", 61, true],
  ["has 31 days to go", 58, false],
])("one that %s", async (_, days, renewed) => {
  const directory = await emptyDirectory();
  const first = await loadStoredPair({ directory });
  const later = await loadStoredPair({ directory }, new Date(Date.now() + days * DAY_MS));
  expect(later.fingerprint !== first.fingerprint).toBe(renewed);
});

test("makes a new one when a name is missing, and says which", async () => {
  const directory = await emptyDirectory();
  await loadStoredPair({ directory });
  const named = await loadStoredPair({ directory, names: ["app.test", "192.0.2.7"] });
  expect(named.names).toContain("app.test");
  expect(named.origin).toMatchObject({ made: "it was not for app.test, 192.0.2.7" });
});

test("replaces a damaged one", async () => {
  const directory = await emptyDirectory();
  const { origin } = await loadStoredPair({ directory });
  const file = origin.kind === "stored" ? origin.file : "";
  await writeFile(file, (await readFile(file, "utf8")).slice(0, 300));
  expect(await loadStoredPair({ directory })).toMatchObject({ origin: { kind: "stored", made: "it was damaged" } });
});

test("is signed by the user's authority, and sends its certificate too", async () => {
  const directory = await emptyDirectory();
  const { cert, signer } = await loadStoredPair({ directory });
  const [leaf, authority] = chainOf(cert);
  expect(authority?.fingerprint256).toBe((await loadAuthority({ directory })).fingerprint);
  expect(authority && leaf?.verify(authority.publicKey)).toBe(true);
  expect(signer).toEqual({ kind: "authority", name: expect.stringMatching(/^h2push /), trusted: false });
});

test("is made anew when the authority has changed", async () => {
  const directory = await emptyDirectory();
  await loadStoredPair({ directory });
  await rm(join(directory, "authority.pem"));
  expect(await loadStoredPair({ directory })).toMatchObject({ origin: { made: "another authority had signed it" } });
});

test("keeps the names of earlier runs, so that two servers do not take turns", async () => {
  const directory = await emptyDirectory();
  await loadStoredPair({ directory, names: ["a.test"] });
  const both = await loadStoredPair({ directory, names: ["b.test"] });
  expect(both.names).toEqual(["localhost", "127.0.0.1", "::1", "b.test", "a.test"]);
  expect((await loadStoredPair({ directory, names: ["a.test"] })).fingerprint).toBe(both.fingerprint);
});

test("keeps no more than 50 names, and all that are needed", async () => {
  const directory = await emptyDirectory();
  const names = (letter: string, count: number) =>
    Array.from({ length: count }, (_, index) => `${letter}${index}.test`);
  await loadStoredPair({ directory, names: names("a", 30) });
  expect((await loadStoredPair({ directory, names: names("b", 40) })).names).toHaveLength(50);
  expect((await loadStoredPair({ directory, names: names("c", 60) })).names).toHaveLength(63);
});

test("drops what is stale of the names of earlier runs, where it is asked to, and says so", async () => {
  const directory = await emptyDirectory();
  await loadStoredPair({ directory, names: ["a.test", "192.0.2.7", "192.0.2.8"] });
  const isStale = (name: string) => name.startsWith("192.");
  const names = ["192.0.2.8"];
  const pair = await loadStoredPair({ directory, names, isStale });
  expect(pair.names).toEqual(["localhost", "127.0.0.1", "::1", "192.0.2.8", "a.test"]);
  expect(pair.origin).toMatchObject({ made: "it was for 192.0.2.7 too" });
  expect((await loadStoredPair({ directory, names, isStale })).fingerprint).toBe(pair.fingerprint);
});

test("tells whether the signer is trusted without making anything", async () => {
  const directory = join(await emptyDirectory(), "h2push");
  expect(await isSignerTrusted({ directory })).toBe(false);
  await expect(readdir(directory)).rejects.toThrow("ENOENT");
  await loadStoredPair({ directory });
  expect(await isSignerTrusted({ directory })).toBe(false);
  const { fingerprint, name, cert } = await loadAuthority({ directory });
  await writeTrustRecord(directory, [{ fingerprint, name, cert, browsers: true }]);
  expect(await isSignerTrusted({ directory })).toBe(true);
});

test("knows whether browsers were given the authority", async () => {
  const directory = await emptyDirectory();
  await loadStoredPair({ directory });
  const { fingerprint, name, cert } = await loadAuthority({ directory });
  await writeTrustRecord(directory, [{ fingerprint, name, cert, browsers: true }]);
  expect((await loadStoredPair({ directory })).signer).toMatchObject({ trusted: true });
  await writeFile(join(directory, "trusted.json"), "[{}, damaged");
  expect((await loadStoredPair({ directory })).signer).toMatchObject({ trusted: false });
});

test.skipIf(process.platform === "win32" || process.getuid?.() === 0)(
  "a read-only home with an authority in it signs in memory",
  async () => {
    const directory = await emptyDirectory();
    const { fingerprint } = await loadAuthority({ directory });
    await chmod(directory, 0o500);
    onTestFinished(() => chmod(directory, 0o700));
    const pair = await loadStoredPair({ directory });
    expect(pair.origin).toMatchObject({ kind: "memory", reason: expect.stringContaining(directory) });
    expect(chainOf(pair.cert)[1]?.fingerprint256).toBe(fingerprint);
  },
);

test(
  "20 processes that start at once in an empty home end with one authority and one pair",
  { timeout: 90_000 },
  async () => {
    const directory = join(await emptyDirectory(), "h2push");
    const module = await bundledStore();
    const program = `const { loadStoredPair } = await import(${JSON.stringify(module)});
    const { fingerprint, cert, key } = await loadStoredPair({ directory: ${JSON.stringify(directory)} });
    console.log(JSON.stringify({ fingerprint, cert, key }));`;
    const run = promisify(execFile);
    const outputs = await Promise.all(
      Array.from({ length: 20 }, () => run(process.execPath, ["--input-type=module", "--eval", program])),
    );
    const pairs = outputs.map(({ stdout }): PemPair & { fingerprint: string } => JSON.parse(stdout));
    const { fingerprint } = await loadAuthority({ directory });
    for (const { cert, key } of pairs) {
      const [leaf, authority] = chainOf(cert);
      expect(authority?.fingerprint256).toBe(fingerprint);
      expect(leaf?.checkPrivateKey(createPrivateKey(key))).toBe(true);
    }
    expect(new Set(pairs.map((pair) => pair.fingerprint)).size).toBe(1);
    expect((await readdir(directory)).sort()).toEqual(["authority.crt", "authority.pem", "server.pem"]);
  },
);

test("at hand, it is loaded without any certificate software but Node's", async () => {
  const directory = await emptyDirectory();
  await loadStoredPair({ directory });
  const module = await bundledStore();
  const program = `import { createRequire } from "node:module";
    const { loadStoredPair } = await import(${JSON.stringify(module)});
    await loadStoredPair({ directory: ${JSON.stringify(directory)} });
    console.log(Object.keys(createRequire(import.meta.url).cache).length);`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", program], {
    cwd: new URL("../..", import.meta.url),
  });
  // Both packages are CommonJS: had they been loaded, they would be here.
  expect(stdout).toBe("0\n");
});

test("works from memory where nothing can be written, and says why", async () => {
  const blocked = join(await emptyDirectory(), "file");
  await writeFile(blocked, "");
  const pair = await loadStoredPair({ directory: join(blocked, "h2push") });
  expect(pair.origin).toMatchObject({ kind: "memory", reason: expect.stringContaining(blocked) });
  expect(pair.names).toContain("localhost");
});
