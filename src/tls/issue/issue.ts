import { createPrivateKey, randomBytes, webcrypto } from "node:crypto";
import { ipVersion } from "../../io/ip-version.js";
import type { Extension, JsonName, KeyUsageFlags, Name } from "@peculiar/x509";
import type { PemPair } from "./certificate.js";
import { LOCAL_NAMES, normalizeNames } from "./certificate-names.js";
import { checkDays, DEFAULT_DAYS, validity } from "./validity.js";

// Loading it costs 120 ms and is needed once in 60 days: never at the top of a file.
const loadX509 = () => import("@peculiar/x509");

export type KeyType = "ec" | "rsa";

export interface CertificateOptions {
  /** Host names and IP addresses that the certificate is for; those of this machine to itself by default. */
  readonly names?: readonly string[];
  /** Days until it expires, 1 to 397; 90 by default. */
  readonly days?: number;
  /** EC P-256 (default) or RSA 2048. */
  readonly keyType?: KeyType;
}

const AUTHORITY_DAYS = 3650;

/** RFC 5280, ub-common-name. */
const MAX_COMMON_NAME = 64;

/**
 * Makes a local authority: EC P-256, for ten years, able to sign servers'
 * certificates and no further authority. `owner` (user and host) tells people
 * in a browser's list whose it is.
 */
export async function issueAuthority(owner: string, now: Date): Promise<PemPair> {
  const x509 = await loadX509();
  const keys = await generateKeys("ec");
  const keyId = await x509.SubjectKeyIdentifierExtension.create(keys.publicKey);
  const { notBefore, notAfter } = validity(AUTHORITY_DAYS, now);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    keys,
    name: [{ O: ["h2push local authority"] }, { CN: [commonName(owner, keyId.keyId)] }],
    serialNumber: serialNumber(),
    notBefore,
    notAfter,
    signingAlgorithm: ECDSA,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      keyId,
      new x509.AuthorityKeyIdentifierExtension(keyId.keyId),
    ],
  });
  return { cert: `${certificate.toString("pem")}\n`, key: await exportKey(keys.privateKey) };
}

/**
 * NSS gives certificates of one subject one nickname, and a colon in it means
 * a token: the key's own digits keep two authorities apart, and of the owner
 * only letters, digits and `@._-` are kept.
 */
function commonName(owner: string, keyId: string): string {
  const suffix = ` ${keyId.slice(0, 8)}`;
  const whose = `h2push ${owner.replaceAll(/[^\p{L}\p{N}@._-]+/gu, "-")}`;
  const characters = Array.from(whose);
  return characters.slice(0, MAX_COMMON_NAME - suffix.length).join("") + suffix;
}

/**
 * Makes a server's certificate that `authority` has signed; its `cert` holds
 * the authority's too, for the whole chain is sent. It never outlives the
 * authority.
 *
 * @throws {H2PushError} `usage` for a name or a number of days that no client would accept.
 */
export async function issueLeaf(authority: PemPair, options: CertificateOptions, now: Date): Promise<PemPair> {
  const x509 = await loadX509();
  const signer = new x509.X509Certificate(authority.cert);
  const signingKey = await importSigningKey(authority.key);
  const { cert, key } = await issueServer(options, now, async () => ({
    subject: [{ O: ["h2push certificate"] }],
    issuer: signer.subjectName,
    signingKey: signingKey.key,
    signingAlgorithm: signingKey.algorithm,
    end: signer.notAfter,
    extensions: [await authorityKeyId(x509, signer)],
  }));
  return { cert: cert + authority.cert, key };
}

/**
 * Makes a self-signed certificate for a server and its private key, both PEM.
 * It stands alone, without an authority, and nothing is written anywhere.
 *
 * @throws {H2PushError} `usage` for a name or a number of days that no client would accept.
 */
export function createCertificate(options: CertificateOptions = {}, now = new Date()): Promise<PemPair> {
  const name = [{ CN: ["h2push self-signed"] }];
  return issueServer(options, now, async ({ privateKey }, keyType) => ({
    subject: name,
    issuer: name,
    signingKey: privateKey,
    signingAlgorithm: keyType === "ec" ? ECDSA : RSA,
    extensions: [],
  }));
}

/** Who signs a server's certificate, and what of it depends on that. */
interface Signing {
  readonly subject: JsonName;
  readonly issuer: JsonName | Name;
  readonly signingKey: webcrypto.CryptoKey;
  readonly signingAlgorithm: typeof RSA | typeof ECDSA;
  /** The certificate ends no later. */
  readonly end?: Date;
  readonly extensions: readonly Extension[];
}

/** A server's certificate (no authority, serverAuth, SHA-256) and its key. */
async function issueServer(
  { names: given = LOCAL_NAMES, keyType = "ec", days = DEFAULT_DAYS }: CertificateOptions,
  now: Date,
  signedBy: (keys: webcrypto.CryptoKeyPair, keyType: KeyType) => Promise<Signing>,
): Promise<PemPair> {
  const names = normalizeNames(given);
  const { notBefore, notAfter } = validity(checkDays(days), now);
  const x509 = await loadX509();
  const keys = await generateKeys(keyType);
  const { end = notAfter, extensions, ...signing } = await signedBy(keys, keyType);
  const certificate = await x509.X509CertificateGenerator.create({
    ...signing,
    publicKey: keys.publicKey,
    serialNumber: serialNumber(),
    notBefore,
    notAfter: notAfter < end ? notAfter : end,
    extensions: [
      // Firefox refuses a server certificate that is an authority too.
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(keyUsage(keyType, x509.KeyUsageFlags), true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        names.map((name) => ({ type: ipVersion(name) === 0 ? ("dns" as const) : ("ip" as const), value: name })),
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ...extensions,
    ],
  });
  return { cert: `${certificate.toString("pem")}\n`, key: await exportKey(keys.privateKey) };
}

type X509 = Awaited<ReturnType<typeof loadX509>>;

/** The identifier that the authority gives itself, which need not be a digest of its key (RFC 5280 §4.2.1.2). */
async function authorityKeyId(x509: X509, signer: InstanceType<X509["X509Certificate"]>) {
  const own = signer.getExtension(x509.SubjectKeyIdentifierExtension);
  return own === null
    ? x509.AuthorityKeyIdentifierExtension.create(signer.publicKey)
    : new x509.AuthorityKeyIdentifierExtension(own.keyId);
}

/** Only an RSA key can be used to encipher another (RFC 8422 §5.2, RFC 5246 §7.4.2). */
function keyUsage(keyType: KeyType, flags: X509["KeyUsageFlags"]): KeyUsageFlags {
  if (keyType === "ec") return flags.digitalSignature;
  // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- these flags are made to be combined
  return flags.digitalSignature | flags.keyEncipherment;
}

/** 16 octets at random; positive and without a leading zero, so that it is 16 octets in DER (RFC 5280 §4.1.2.2). */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString("hex");
}

const RSA = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" } as const;
const ECDSA = { name: "ECDSA", hash: "SHA-256" } as const;

async function generateKeys(keyType: KeyType): Promise<webcrypto.CryptoKeyPair> {
  const { subtle } = webcrypto;
  return keyType === "ec"
    ? subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"])
    : subtle.generateKey({ ...RSA, modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) }, true, [
        "sign",
        "verify",
      ]);
}

const CURVES: ReadonlyMap<string | undefined, string> = new Map([
  ["prime256v1", "P-256"],
  ["secp384r1", "P-384"],
  ["secp521r1", "P-521"],
]);

/** The authority's key, which is ours (EC) or mkcert's (RSA). */
async function importSigningKey(pem: string) {
  const key = createPrivateKey(pem);
  const der = key.export({ type: "pkcs8", format: "der" });
  const namedCurve = CURVES.get(key.asymmetricKeyDetails?.namedCurve);
  if (namedCurve === undefined) {
    return { key: await webcrypto.subtle.importKey("pkcs8", der, RSA, false, ["sign"]), algorithm: RSA };
  }
  const imported = await webcrypto.subtle.importKey("pkcs8", der, { name: "ECDSA", namedCurve }, false, ["sign"]);
  return { key: imported, algorithm: ECDSA };
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", key));
  return createPrivateKey({ key: der, format: "der", type: "pkcs8" })
    .export({ type: "pkcs8", format: "pem" })
    .toString();
}
