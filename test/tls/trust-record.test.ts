import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readTrustRecord, trustedFingerprints, writeTrustRecord } from "../../src/tls/trust/record.js";
import { emptyDirectory } from "../support/directory.js";

const authority = { fingerprint: "AB:CD", name: "h2push", cert: "PEM", browsers: true };

test("what was written is read, and browsers trust what was put where they look", async () => {
  const directory = await emptyDirectory();
  const other = { ...authority, fingerprint: "EF", browsers: false };
  await writeTrustRecord(directory, [authority, other]);
  expect(await readTrustRecord(directory)).toEqual([authority, other]);
  expect([...(await trustedFingerprints(directory))]).toEqual(["AB:CD"]);
});

test.each([
  ["none", undefined, []],
  ["damaged", "{", []],
  ["no list", "{}", []],
  [
    "a list with something else in it",
    JSON.stringify([null, 1, {}, { ...authority, name: 1 }, { ...authority, browsers: "yes" }, authority]),
    [authority],
  ],
])("a record that is %s has what is an authority in it, and is no error", async (_what, text, authorities) => {
  const directory = await emptyDirectory();
  if (text !== undefined) await writeFile(join(directory, "trusted.json"), text);
  expect(await readTrustRecord(directory)).toEqual(authorities);
});

test("the directory is made when it is not there, and where it can't be, the error names the file", async () => {
  const directory = join(await emptyDirectory(), "data", "h2push");
  await writeTrustRecord(directory, [authority]);
  expect(await readTrustRecord(directory)).toEqual([authority]);
  const below = join(directory, "trusted.json", "none");
  await expect(writeTrustRecord(below, [])).rejects.toMatchObject({
    code: "output",
    message: `cannot write ${join(below, "trusted.json")} (ENOTDIR)`,
  });
});
