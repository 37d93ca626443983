import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadStoredPair } from "../src/tls/stored.js";
import { emptyDirectory } from "./support/directory.js";

const DAY_MS = 86_400_000;

test("makes a pair in a private directory, readable to this user alone", async () => {
  const directory = join(await emptyDirectory(), "share", "h2push");
  const made = await loadStoredPair({ directory });
  expect(made.names).toEqual(["localhost", "127.0.0.1", "::1"]);
  expect(made.origin).toMatchObject({ kind: "stored", made: "there was none" });
  expect((await stat(directory)).mode & 0o777).toBe(0o700);
  for (const name of await readdir(directory)) expect((await stat(join(directory, name))).mode & 0o777).toBe(0o600);
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

test("works from memory where nothing can be written, and says why", async () => {
  const blocked = join(await emptyDirectory(), "file");
  await writeFile(blocked, "");
  const pair = await loadStoredPair({ directory: join(blocked, "h2push") });
  expect(pair.origin).toMatchObject({ kind: "memory", reason: expect.stringContaining(blocked) });
  expect(pair.names).toContain("localhost");
});
