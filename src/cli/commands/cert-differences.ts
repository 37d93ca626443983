import { X509Certificate } from "node:crypto";
import { type Certificate, chainOf, missingNames } from "../../tls/issue/certificate.js";
import type { KeyType } from "../../tls/issue/issue.js";
import type { AuthorityMaker, CertEnvironment } from "../certificates/cert-environment.js";
import { authorityFile, findAuthorities, signerAmong } from "../certificates/authority-file.js";

/** What a pair was explicitly asked to be; undefined leaves it open. */
export interface WantedCertificate {
  readonly names: readonly string[];
  readonly days: number | undefined;
  readonly keyType: KeyType | undefined;
  readonly selfSigned: boolean;
  readonly ca: AuthorityMaker | undefined;
}

const DAY_MS = 86_400_000;
const KEY_NAMES: Readonly<Record<KeyType, string>> = { ec: "EC", rsa: "RSA" };

/** In what a pair is not what was asked for, as parts of a sentence: `is valid, but …`. */
export async function differences(
  pair: Certificate,
  asked: WantedCertificate,
  environment: CertEnvironment,
): Promise<string[]> {
  const x509 = new X509Certificate(pair.cert);
  const missing = missingNames(x509, asked.names);
  const days = Math.round((pair.validTo.getTime() - pair.validFrom.getTime()) / DAY_MS);
  const { asymmetricKeyType = "unknown" } = x509.publicKey;
  const signer = pair.signer.kind === "itself" ? "itself" : pair.signer.name;
  return [
    missing.length > 0 ? `not for ${missing.join(", ")}` : "",
    asked.days !== undefined && asked.days !== days ? `made for ${days} days, not for ${asked.days}` : "",
    asked.keyType !== undefined && asked.keyType !== asymmetricKeyType
      ? `with a key of ${asymmetricKeyType.toUpperCase()}, not ${KEY_NAMES[asked.keyType]}`
      : "",
    asked.selfSigned && signer !== "itself" ? `signed by ${signer}, not by itself` : "",
    asked.ca !== undefined && !(await isSignedBy(pair, asked.ca, environment))
      ? `signed by ${signer}, not by the authority of ${asked.ca}`
      : "",
  ].filter(Boolean);
}

async function isSignedBy({ cert }: Certificate, maker: AuthorityMaker, environment: CertEnvironment) {
  const authorities = await findAuthorities(environment);
  const [leaf] = chainOf(cert);
  const signer = leaf && signerAmong(authorities.keys(), leaf);
  return signer !== undefined && authorities.get(signer) === authorityFile(maker, environment);
}
