import { readdir, readFile, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { writeWhole } from "../../../src/io/disk/atomic-write.js";
import { emptyDirectory } from "../../support/directory.js";

test("removes what a killed write of the same file has left, and nothing of one under way, or of others", async () => {
  const directory = await emptyDirectory();
  const old = ["key.pem.0123456789ab.tmp", "key.pem.tmp", "other.pem.0123456789ab.tmp", "key.pem.0123.tmp"];
  const young = "key.pem.ba9876543210.tmp";
  for (const name of [...old, young]) await writeFile(join(directory, name), "text");
  for (const name of old) await utimes(join(directory, name), 0, 0);
  await writeWhole(join(directory, "key.pem"), "new");
  expect((await readdir(directory)).sort()).toEqual(
    [...old.filter((name) => name !== "key.pem.0123456789ab.tmp"), young, "key.pem"].sort(),
  );
  expect(await readFile(join(directory, "key.pem"), "utf8")).toBe("new");
});
