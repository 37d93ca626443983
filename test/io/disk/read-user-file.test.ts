import { join } from "node:path";
import { expect, test } from "vitest";
import { readUserFile } from "../../../src/io/disk/read-user-file.js";
import { writeSite } from "../../support/site.js";

test.each([
  ["none", /^no such password: .*none$/],
  ["file.txt/below", /^no such password: .*below$/],
  ["directory", /^a directory instead of a password: .*directory$/],
  ["x".repeat(5000), /^cannot read .*x \(ENAMETOOLONG\)$/],
])("a file that can't be read is named, with the reason: %.20s", async (name, message) => {
  const file = join(await writeSite({ "file.txt": "text", "directory/a": "" }), name);
  await expect(readUserFile(file, "usage", "look", "password")).rejects.toMatchObject({
    code: "usage",
    hint: "look",
    message: expect.stringMatching(message),
  });
});
