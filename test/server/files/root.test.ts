import { join } from "node:path";
import { expect, test } from "vitest";
import { checkRoot } from "../../../src/server/files/root.js";
import { writeSite } from "../../support/site.js";

test("a directory can be served", async () => {
  await expect(checkRoot(await writeSite({}))).resolves.toBeUndefined();
});

test.each([
  ["none", "no such directory"],
  ["file.txt", "not a directory"],
  ["file.txt/below", "no such directory"],
])("%s is refused: %s, and named", async (name, what) => {
  const root = join(await writeSite({ "file.txt": "" }), name);
  await expect(checkRoot(root)).rejects.toMatchObject({ code: "root", message: `${what}: ${root}` });
});

test("what else the system says is told", async () => {
  const message = expect.stringMatching(/^cannot read the directory x+ \(ENAMETOOLONG\)$/);
  await expect(checkRoot("x".repeat(5000))).rejects.toMatchObject({ code: "root", message });
});
