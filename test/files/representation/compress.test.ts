import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openTree } from "../../../src/files/tree.js";
import { inTurn } from "../../../src/files/representation/compress.js";
import { Representations } from "../../../src/files/representation/representations.js";
import { writeSite } from "../../support/site.js";

test("what waits to be compressed is not read before: many large files at once would fill the memory", async () => {
  const root = await writeSite({ "a.txt": "a".repeat(5000), "b.txt": "b" });
  const tree = await openTree(root);
  const [found, other] = await Promise.all(["/a.txt", "/b.txt"].map((path) => tree.find(path)));
  if (found?.kind !== "file" || other?.kind !== "file") throw new Error("the files were written");
  let free: () => void = () => undefined;
  const busy = new Promise<void>((resolve) => (free = resolve));
  const places = [1, 2].map(() => inTurn(() => busy));
  const representations = new Representations({ memory: 1e6, compress: true, cache: "default" });
  const selected = representations.select(found, { "accept-encoding": "gzip" });
  // It would have been read by the time that another file was.
  await representations.select(other, {});
  await writeFile(join(root, "a.txt"), "b".repeat(6000));
  free();
  // It is another version by now.
  expect(await selected).toBe("changed");
  await Promise.all(places);
});
