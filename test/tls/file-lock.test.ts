import { readdir, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { withFileLock } from "../../src/tls/store/file-lock.js";
import { emptyDirectory } from "../support/directory.js";

test("one at a time holds the lock, and nothing stays behind", async () => {
  const directory = await emptyDirectory();
  let inside = 0;
  let most = 0;
  const results = await Promise.all(
    Array.from({ length: 10 }, (_, index) =>
      withFileLock(join(directory, "lock"), async () => {
        most = Math.max(most, ++inside);
        await readdir(directory);
        inside -= 1;
        return index;
      }),
    ),
  );
  expect(results).toEqual(Array.from({ length: 10 }, (_, index) => index));
  expect(most).toBe(1);
  expect(await readdir(directory)).toEqual([]);
});

test("an action that fails gives the lock back", async () => {
  const lock = join(await emptyDirectory(), "lock");
  await expect(withFileLock(lock, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await withFileLock(lock, () => Promise.resolve("yes"))).toBe("yes");
});

test("the lock of a process that died long ago is broken, by one of many at a time", async () => {
  const directory = await emptyDirectory();
  const lock = join(directory, "lock");
  await writeFile(lock, "");
  const longAgo = new Date(Date.now() - 60_000);
  await utimes(lock, longAgo, longAgo);
  let inside = 0;
  await Promise.all(
    Array.from({ length: 10 }, () =>
      withFileLock(lock, async () => {
        expect(++inside).toBe(1);
        await readdir(directory);
        inside -= 1;
      }),
    ),
  );
  expect(await readdir(directory)).toEqual([]);
});

test("a directory that cannot be written is an error at once", async () => {
  const lock = join(await emptyDirectory(), "missing", "lock");
  await expect(withFileLock(lock, () => Promise.resolve())).rejects.toMatchObject({ code: "ENOENT" });
});
