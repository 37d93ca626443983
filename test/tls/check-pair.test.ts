import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkPair } from "../../src/tls/issue/check-pair.js";
import { runCli, startCli } from "../support/cli.js";
import { emptyDirectory } from "../support/directory.js";
import { hasOpenssl, openssl } from "../support/openssl.js";

const NAMED = ["-addext", "subjectAltName=DNS:localhost"];

/** A self-signed pair with such a key, as files. */
async function pairWith(key: readonly string[], extensions: readonly string[] = NAMED) {
  const directory = await emptyDirectory();
  const [certFile, keyFile] = [join(directory, "cert.pem"), join(directory, "key.pem")];
  const options = ["-x509", "-nodes", "-subj", "/CN=localhost", "-days", "90", "-keyout", keyFile, "-out", certFile];
  const said = openssl("req", ...options, "-newkey", ...key, ...extensions);
  const read = (file: string) => readFile(file, "utf8").catch(() => Promise.reject(new Error(said)));
  return { certFile, keyFile, pair: { cert: await read(certFile), key: await read(keyFile) } };
}

const names = { cert: "cert.pem", key: "key.pem" };
const onCurve = (curve: string) => ["ec", "-pkeyopt", `ec_paramgen_curve:${curve}`];

test.runIf(hasOpenssl).each([
  [onCurve("P-256"), []],
  [onCurve("P-384"), []],
  [["rsa:2048"], []],
  [onCurve("P-521"), ["some browsers refuse this certificate: they accept no keys on P-521"]],
  [["ed25519"], ["browsers refuse this certificate: they accept no ed25519 keys"]],
  [["ed448"], ["browsers refuse this certificate: they accept no ed448 keys"]],
])("a certificate with a key %j works, with these notices: %j", async (key, notices) => {
  expect(checkPair((await pairWith(key)).pair, names).notices).toEqual(notices);
});

test.runIf(hasOpenssl).each([
  [onCurve("secp256k1"), "secp256k1"],
  [onCurve("brainpoolP256r1"), "brainpoolP256r1"],
  [onCurve("secp224r1"), "secp224r1"],
])("a certificate with a key %j is refused: no client takes it", async (key, kind) => {
  const { pair } = await pairWith(key);
  expect(() => checkPair(pair, names)).toThrow(
    expect.objectContaining({
      code: "certificate",
      message: `no client accepts a key of the kind ${kind}: cert.pem`,
      hint: expect.stringContaining("h2push cert --out"),
    }),
  );
});

// What OpenSSL takes of these depends on its version.
test.runIf(hasOpenssl).each([["rsa:1024"], ["rsa:512"]])(
  "an RSA key that is too small, %s, is told of",
  async (key) => {
    const { pair } = await pairWith([key]);
    const told = () => {
      try {
        return checkPair(pair, names).notices.join("");
      } catch (error) {
        return String(error);
      }
    };
    expect(told()).toMatch(/RSA key has only 1024 bits|no TLS with this certificate \(ee key too small\): cert.pem/);
  },
);

test.runIf(hasOpenssl)("the program says at its start what keeps clients away", async () => {
  const nameless = await pairWith(onCurve("P-256"), []);
  const cli = await startCli(["-p", "0", "--cert", nameless.certFile, "--key", nameless.keyFile]);
  await cli.prints(/note: browsers refuse this certificate: it has no subjectAltName[^]*certificate /);
  const { certFile, keyFile } = await pairWith(onCurve("secp256k1"));
  const { code, stderr } = await runCli(["-p", "0", "--cert", certFile, "--key", keyFile]);
  expect([code, stderr]).toEqual([
    1,
    `error: no client accepts a key of the kind secp256k1: ${certFile}\nmake one with another key: h2push cert --out ./certs\n`,
  ]);
});
