import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type CertOptions, runCert } from "../src/cli/cert.js";
import { readPair } from "../src/tls/files.js";
import { emptyDirectory } from "./support/directory.js";

async function run(options: CertOptions): Promise<string> {
  const lines: string[] = [];
  await runCert(options, (line) => lines.push(line));
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
    message: expect.stringContaining(`cannot write to ${join(file, "certs")}`),
  });
});

test.each([{ days: 398 }, { name: ["not a name"] }])("refuses %j before it writes", async (wrong) => {
  const out = join(await emptyDirectory(), "certs");
  await expect(run({ out, ...wrong })).rejects.toMatchObject({ code: "usage" });
  await expect(stat(out)).rejects.toThrow("ENOENT");
});
