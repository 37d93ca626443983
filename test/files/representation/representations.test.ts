import { expect, test } from "vitest";
import type { FoundFile } from "../../../src/files/file.js";
import { Representations } from "../../../src/files/representation/representations.js";
import { openTree } from "../../../src/files/tree.js";
import { writeSite } from "../../support/site.js";

/** Files of 100 kB as they were found once, and what keeps so many of them. */
async function keeping(count: number) {
  const names = ["a", "b", "c"];
  const content = "x".repeat(100_000);
  const tree = await openTree(await writeSite(Object.fromEntries(names.map((name) => [`${name}.txt`, content]))));
  const files = new Map<string, FoundFile>();
  for (const name of names) {
    const found = await tree.find(`/${name}.txt`);
    if (found.kind === "file") files.set(name, found);
  }
  const memory = count * 100_000 + 50_000;
  const representations = new Representations({ memory, compress: false, cache: "default" });
  const found = (name: string) => files.get(name) ?? expect.fail("it was written");
  return {
    use: (name: string) => representations.select(found(name), {}),
    kept: () => names.filter((name) => representations.ready(found(name), {}) !== undefined),
  };
}

test("what had to leave the memory is kept again when it is asked for again", async () => {
  const { use, kept } = await keeping(1);
  await use("a");
  await use("b");
  expect(kept()).toEqual(["b"]);
  await use("a");
  expect(kept()).toEqual(["a"]);
});

test("what was used last stays longest", async () => {
  const { use, kept } = await keeping(2);
  await use("a");
  await use("b");
  await use("a");
  await use("c");
  expect(kept()).toEqual(["a", "c"]);
});
