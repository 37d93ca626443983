import { X509Certificate } from "node:crypto";
import { chmod, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Authority, loadAuthority } from "../../src/tls/authority/authority.js";
import { createCertificate } from "../../src/tls/issue/issue.js";
import { emptyDirectory } from "../support/directory.js";

const DAY_MS = 86_400_000;

/** A directory with an authority in it. */
async function withAuthority(): Promise<{ directory: string; file: string; first: Authority }> {
  const directory = await emptyDirectory();
  return { directory, file: join(directory, "authority.pem"), first: await loadAuthority({ directory }) };
}

test("is made once", async () => {
  const { directory, first } = await withAuthority();
  const second = await loadAuthority({ directory });
  expect(second.fingerprint).toBe(first.fingerprint);
  expect(second.notices).toEqual([]);
  expect(new X509Certificate(await readFile(join(directory, "authority.crt"))).fingerprint256).toBe(first.fingerprint);
});

test.each([
  ["empty", () => "", "it was damaged"],
  ["truncated", (text: string) => text.slice(0, 200), "it was damaged"],
  ["overwritten", () => "\0\0garbage", "it was damaged"],
  ["without its certificate", (text: string) => text.slice(0, text.indexOf("-----BEGIN CERT")), "it was damaged"],
])("one that is %s is set aside, named, and made anew", async (_, damage, reason) => {
  const { directory, file, first } = await withAuthority();
  await writeFile(file, damage(await readFile(file, "utf8")));
  const next = await loadAuthority({ directory });
  expect(next.fingerprint).not.toBe(first.fingerprint);
  const aside = (await readdir(directory)).find((name) => name.endsWith(".aside"));
  expect(next.notices).toEqual([`set aside ${join(directory, aside ?? "none")}: ${reason}`]);
  expect((await loadAuthority({ directory })).fingerprint).toBe(next.fingerprint);
});

test("so is one whose key is another's", async () => {
  const { directory, file, first } = await withAuthority();
  await writeFile(file, (await createCertificate()).key + first.cert);
  expect((await loadAuthority({ directory })).notices).toEqual([expect.stringContaining("it was damaged")]);
});

test("so is a server's certificate in its place", async () => {
  const { directory, file } = await withAuthority();
  const pair = await createCertificate();
  await writeFile(file, pair.key + pair.cert);
  expect((await loadAuthority({ directory })).notices).toEqual([expect.stringContaining("it was not an authority")]);
});

test("so is a directory in its place", async () => {
  const directory = await emptyDirectory();
  await mkdir(join(directory, "authority.pem"));
  expect((await loadAuthority({ directory })).notices).toEqual([expect.stringContaining("it was not a file")]);
});

test.skipIf(process.platform === "win32")("so is one that belongs to another user", async () => {
  const { directory } = await withAuthority();
  const stranger = { name: "eve@host", uid: (process.getuid?.() ?? 0) + 1 };
  const next = await loadAuthority({ directory, user: stranger });
  expect(next.notices).toEqual([expect.stringContaining("it belonged to another user")]);
});

test("so is one near its end", async () => {
  const { directory } = await withAuthority();
  const later = await loadAuthority({ directory }, new Date(Date.now() + 3600 * DAY_MS));
  expect(later.notices).toEqual([expect.stringMatching(/set aside .*: it expires on \d{4}-/)]);
});

test.skipIf(process.platform === "win32")(
  "a key that others could read is closed to them, and that is said",
  async () => {
    const { directory, file } = await withAuthority();
    await chmod(file, 0o644);
    expect((await loadAuthority({ directory })).notices).toEqual([`made ${file} private: other users could read it`]);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  },
);

test("lives in memory where nothing can be written, and says why", async () => {
  const blocked = join(await emptyDirectory(), "file");
  await writeFile(blocked, "");
  const directory = join(blocked, "h2push");
  expect(await loadAuthority({ directory })).toMatchObject({
    kept: { reason: expect.stringMatching(`^cannot write ${directory} \\(ENOTDIR\\)$`) },
  });
});
