import { execFileSync } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { chainOf } from "../../src/tls/issue/certificate.js";
import { mkcertAuthority } from "../../src/tls/authority/mkcert.js";
import { mkcertDirectory } from "../../src/tls/store/store-paths.js";
import { loadStoredPair } from "../../src/tls/store/load-stored-pair.js";
import { describeTarget } from "../../src/tls/trust/target.js";
import { emptyDirectory } from "../support/directory.js";
import { hasOpenssl } from "../support/openssl.js";

test.each([
  ["linux", "/home/ada", {}, "/home/ada/.local/share/mkcert"],
  ["linux", "/home/ada", { XDG_DATA_HOME: "/data" }, "/data/mkcert"],
  ["darwin", "/Users/ada", {}, "/Users/ada/Library/Application Support/mkcert"],
  ["win32", "C:\\Users\\ada", { LOCALAPPDATA: "C:\\Local" }, "C:\\Local\\mkcert"],
  ["linux", "/home/ada", { CAROOT: "/roots" }, "/roots"],
] as const)("on %s, in %s with %j, mkcert keeps its authority in %s", (platform, home, env, directory) => {
  expect(mkcertDirectory({ platform, home, env })).toBe(directory);
});

/** What `mkcert -install` leaves: an RSA authority in two files. */
async function mkcert(days = 3650): Promise<string> {
  const directory = join(await emptyDirectory(), "mkcert");
  await mkdir(directory);
  const files = ["-keyout", join(directory, "rootCA-key.pem"), "-out", join(directory, "rootCA.pem")];
  const subject = "/O=mkcert development CA/OU=ada@laptop/CN=mkcert ada@laptop";
  const extensions = ["-addext", "keyUsage=critical,keyCertSign"];
  const args = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", ...files, "-subj", subject, "-days", `${days}`];
  execFileSync("openssl", [...args, ...extensions], { stdio: "ignore" });
  return directory;
}

describe.skipIf(!hasOpenssl)("with an authority of mkcert's", () => {
  test("the server's certificate is signed by it, and kept beside our own", async () => {
    const root = await mkcert();
    const directory = await emptyDirectory();
    const first = await loadStoredPair({ directory, mkcert: root });
    const [leaf, authority] = chainOf(first.cert);
    expect(authority?.toString()).toBe(await readFile(join(root, "rootCA.pem"), "utf8"));
    expect(authority && leaf?.verify(authority.publicKey)).toBe(true);
    expect(first.origin).toMatchObject({ authority: "mkcert", file: join(directory, "server-mkcert.pem") });
    expect((await loadStoredPair({ directory, mkcert: root })).fingerprint).toBe(first.fingerprint);
    expect((await loadStoredPair({ directory })).signer).toMatchObject({ name: expect.stringMatching(/^h2push /) });
  });

  test("NSS knows it by the name that mkcert gives it", async () => {
    const { cert } = await mkcertAuthority(await mkcert());
    expect(describeTarget(cert, "").name).toMatch(/^mkcert development CA \d+$/);
  });

  test("one that has expired is named", async () => {
    const root = await mkcert(1);
    await expect(mkcertAuthority(root, new Date(Date.now() + 2 * 86_400_000))).rejects.toMatchObject({
      code: "certificate",
      message: expect.stringMatching(/^mkcert authority expired on .*rootCA.pem$/),
    });
  });

  test.each(["rootCA.pem", "rootCA-key.pem"])("one without its %s, or with a damaged one, is named", async (name) => {
    const root = await mkcert();
    await writeFile(join(root, name), "");
    await expect(mkcertAuthority(root)).rejects.toMatchObject({ message: expect.stringContaining("damaged mkcert") });
    await rm(join(root, name));
    await expect(mkcertAuthority(root)).rejects.toMatchObject({ message: `no mkcert authority in ${root}` });
  });
});
