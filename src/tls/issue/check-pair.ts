import { X509Certificate, type KeyObject } from "node:crypto";
import { createSecureContext } from "node:tls";
import { H2PushError, errorOf } from "../../errors.js";
import { parseKey, pemBlocks, type PemPair } from "./certificate.js";
import { parseSubjectAltName } from "./certificate-names.js";

/** What the parts of a pair are called where they come from: files, or options. */
export type PairNames = Readonly<Record<keyof PemPair, string>>;

export interface CheckedPair {
  /** The PEM blocks alone. */
  readonly pair: PemPair;
  readonly x509: X509Certificate;
  /** What keeps some clients away. */
  readonly notices: readonly string[];
}

/**
 * Checks that a server can show this pair, and that clients take it.
 *
 * @throws {H2PushError} "certificate": not PEM, damaged, encrypted, not
 * belonging together, of a kind of key that no client takes
 */
export function checkPair({ cert, key }: PemPair, names: PairNames): CheckedPair {
  const pair = { cert: chainIn(cert, names.cert), key: keyIn(key, names.key) };
  const x509 = parsed(pair.cert, names.cert);
  const privateKey = readableKey(pair.key, names.key);
  if (!x509.checkPrivateKey(privateKey)) {
    throw wrong(
      `key does not belong to the certificate: ${names.key}, ${names.cert}`,
      "the server's own certificate comes first, then its chain",
    );
  }
  checkKind(x509.publicKey, names.cert);
  checkContext(pair, names.cert);
  return { pair, x509, notices: [refusedName(x509), refusedKey(x509.publicKey)].flat() };
}

const wrong = (message: string, hint: string, cause?: unknown) =>
  new H2PushError("certificate", message, hint, { cause });

function chainIn(text: string, name: string): string {
  const chain = pemBlocks(text, /^(?:X509 |TRUSTED )?CERTIFICATE$/);
  if (chain.length > 0) return chain.join("");
  throw wrong(`no PEM certificate in ${name}`, "it begins with -----BEGIN CERTIFICATE-----");
}

function keyIn(text: string, name: string): string {
  const [block] = pemBlocks(text, /PRIVATE KEY$/);
  if (block !== undefined) return block;
  throw wrong(`no PEM private key in ${name}`, "it begins with -----BEGIN PRIVATE KEY-----");
}

function parsed(cert: string, name: string): X509Certificate {
  try {
    return new X509Certificate(cert);
  } catch (error) {
    throw wrong(`damaged certificate: ${name}`, "make or fetch it again", error);
  }
}

function readableKey(pem: string, name: string): KeyObject {
  const key = parseKey(pem);
  if (key !== undefined) return key;
  const encrypted = pem.includes("ENCRYPTED");
  throw wrong(
    `${encrypted ? "private key needs a passphrase" : "damaged private key"}: ${name}`,
    encrypted
      ? `pass it with --passphrase @FILE, or write the key without: openssl pkey -in ${name} -out key.pem`
      : "make or fetch it again",
  );
}

/** What TLS 1.3 can sign with (RFC 8446 §4.2.3). With others no handshake came about, in TLS 1.2 neither (OpenSSL 3, measured). */
const CURVES = new Set(["prime256v1", "secp384r1", "secp521r1"]);
const KINDS = new Set(["rsa", "rsa-pss", "ec", "ed25519", "ed448"]);

const OTHER_KEY = "make one with another key: h2push cert --out ./certs";

function checkKind({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject, name: string): void {
  const kind = String(asymmetricKeyType);
  const curve = asymmetricKeyDetails?.namedCurve;
  if (KINDS.has(kind) && (kind !== "ec" || CURVES.has(curve ?? ""))) return;
  throw wrong(`no client accepts a key of the kind ${curve ?? kind}: ${name}`, OTHER_KEY);
}

/** OpenSSL itself refuses keys that are too small; how small depends on its version. */
function checkContext(pair: PemPair, name: string): void {
  try {
    createSecureContext(pair);
  } catch (error) {
    const reason = errorOf(error).message.replace(/^error:.*:/, "");
    throw wrong(`no TLS with this certificate (${reason}): ${name}`, OTHER_KEY, error);
  }
}

function refusedName({ subjectAltName }: X509Certificate): readonly string[] {
  if (parseSubjectAltName(subjectAltName).length > 0) return [];
  return ["browsers refuse this certificate: it has no subjectAltName, and they ignore its common name"];
}

/** Chromium takes EC keys on P-256 and P-384 and RSA keys alone (measured); Apple and later lines of Node want 2,048 bits of those. */
function refusedKey({ asymmetricKeyType, asymmetricKeyDetails = {} }: KeyObject): readonly string[] {
  const kind = String(asymmetricKeyType);
  const { namedCurve = "", modulusLength = 2048 } = asymmetricKeyDetails;
  if (kind !== "rsa" && kind !== "ec") return [`browsers refuse this certificate: they accept no ${kind} keys`];
  if (namedCurve === "secp521r1") return ["some browsers refuse this certificate: they accept no keys on P-521"];
  if (modulusLength < 2048) return [`some clients refuse this certificate: its RSA key has only ${modulusLength} bits`];
  return [];
}
