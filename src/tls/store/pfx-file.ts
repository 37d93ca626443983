import { createPrivateKey, X509Certificate, type KeyObject } from "node:crypto";
import forge from "node-forge";
import { H2PushError } from "../../errors.js";
import { readUserBytes } from "../../io/disk/read-user-file.js";
import type { Certificate, PemPair } from "../issue/certificate.js";
import { certificateOf, type ReadOptions } from "./pair-files.js";

const HINT = "pass a .pfx or .p12 file that this user may read";

/**
 * The user's own pair in one file, PKCS #12 (RFC 7292).
 *
 * @throws {H2PushError} "certificate", naming the file: missing, of another
 * form, with another passphrase, without a key, and what `readPair` throws
 */
export async function readPfx(file: string, _key: string, options: ReadOptions = {}): Promise<Certificate> {
  const bytes = await readUserBytes(file, "certificate", HINT, "certificate");
  return certificateOf(pairIn(bytes, file, options.passphrase ?? ""), { cert: file, key: file }, options);
}

function pairIn(bytes: Buffer, file: string, passphrase: string): PemPair {
  const bags = opened(bytes, file, passphrase).safeContents.flatMap(({ safeBags }) => safeBags);
  const [key] = bags.flatMap((bag) => keyIn(bag) ?? []);
  if (key === undefined) throw wrong(`no private key in ${file}`, "export it together with its key");
  const certificates = bags.flatMap((bag) => certificateIn(bag) ?? []);
  const own = certificates.find((x509) => x509.checkPrivateKey(key));
  if (own === undefined)
    throw wrong(`no certificate for the private key in ${file}`, "export it together with its certificate");
  const chain = [own, ...certificates.filter((x509) => x509 !== own)];
  return { cert: chain.join(""), key: key.export({ type: "pkcs8", format: "pem" }).toString() };
}

const wrong = (message: string, hint: string, cause?: unknown) =>
  new H2PushError("certificate", message, hint, { cause });

function opened(bytes: Buffer, file: string, passphrase: string): forge.pkcs12.Pkcs12Pfx {
  try {
    return decrypted(forge.asn1.fromDer(bytes.toString("latin1")), passphrase);
  } catch (error) {
    if (/MAC|password|decrypt/i.test(String(error))) {
      throw wrong(
        `wrong passphrase, or none: ${file}`,
        "pass it with --passphrase @FILE, or as H2PUSH_PASSPHRASE",
        error,
      );
    }
    throw wrong(`no PKCS #12: ${file}`, HINT, error);
  }
}

/**
 * What is in the file. PBES2 takes a passphrase in UTF-8 (RFC 8018 §6.2), the
 * MAC and the older schemes in UTF-16 (RFC 7292, appendix B). The library takes
 * one text for both: beyond ASCII, the MAC is left out where it is not the same.
 */
function decrypted(file: forge.asn1.Asn1, passphrase: string): forge.pkcs12.Pkcs12Pfx {
  try {
    return forge.pkcs12.pkcs12FromAsn1(file, false, passphrase);
  } catch (error) {
    const utf8 = Buffer.from(passphrase).toString("latin1");
    if (utf8 === passphrase || !Array.isArray(file.value)) throw error;
    try {
      return forge.pkcs12.pkcs12FromAsn1({ ...file, value: file.value.slice(0, 2) }, false, utf8);
    } catch {
      throw error;
    }
  }
}

/** The library reads RSA alone; of others it leaves what it has decrypted. */
function keyIn({ type, key, asn1 }: forge.pkcs12.Bag): KeyObject | undefined {
  const { keyBag, pkcs8ShroudedKeyBag } = forge.pki.oids;
  if (type !== keyBag && type !== pkcs8ShroudedKeyBag) return undefined;
  const info = key ? forge.pki.wrapRsaPrivateKey(forge.pki.privateKeyToAsn1(key)) : asn1;
  return createPrivateKey({ key: der(info), format: "der", type: "pkcs8" });
}

function certificateIn({ type, cert, asn1 }: forge.pkcs12.Bag): X509Certificate | undefined {
  if (type !== forge.pki.oids["certBag"]) return undefined;
  return new X509Certificate(der(cert ? forge.pki.certificateToAsn1(cert) : asn1));
}

const der = (value: forge.asn1.Asn1) => Buffer.from(forge.asn1.toDer(value).getBytes(), "latin1");
