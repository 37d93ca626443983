import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { rootCertificates } from "node:tls";
import { H2PushError, reasonOf } from "../../errors.js";
import { chainOf, commonName } from "../../tls/issue/certificate.js";
import { parseSubjectAltName } from "../../tls/issue/certificate-names.js";
import { SERVER_FILE } from "../../tls/store/store-paths.js";
import { describeTarget } from "../../tls/trust/target.js";
import { isoDay } from "../../tls/issue/validity.js";
import { fileOf, findAuthorities, signerAmong } from "../certificates/authority-file.js";
import type { CertEnvironment } from "../certificates/cert-environment.js";
import { askStores } from "../certificates/trust-stores.js";
import { otherClients } from "../output/other-clients.js";

type Print = (line: string) => void;

/**
 * Carries out `h2push cert show [FILE]`: what is in the certificates of
 * `file`, or of h2push itself, and whether this machine trusts them. Nothing
 * is made or changed.
 *
 * @throws {H2PushError} `certificate` when there is nothing to show.
 */
export async function runShow(file: string | undefined, environment: CertEnvironment, print: Print): Promise<void> {
  const shown = file ?? join(environment.directory, SERVER_FILE);
  const chain = await readChain(shown, file === undefined);
  print(shown);
  for (const [index, x509] of chain.entries()) {
    if (index > 0) print("");
    for (const [label, value] of describe(x509)) print(`  ${label.padEnd(12)} ${value}`);
  }
  print("");
  for (const line of await trustOf(chain, shown, environment)) print(line);
}

async function readChain(file: string, ours: boolean): Promise<X509Certificate[]> {
  let content: Buffer;
  try {
    content = await readFile(file);
  } catch (error) {
    const cause = reasonOf(error);
    const reason = cause === "ENOENT" ? "no such certificate" : `cannot read (${cause})`;
    const hint = ours ? "h2push makes one when it starts: h2push ./site" : "pass a PEM or DER file";
    throw new H2PushError("certificate", `${reason}: ${file}`, hint, { cause: error });
  }
  try {
    const chain = chainOf(content.toString("latin1"));
    return chain.length > 0 ? chain : [new X509Certificate(content)];
  } catch (error) {
    throw new H2PushError("certificate", `no certificate in ${file}`, "pass a PEM or DER file", { cause: error });
  }
}

function describe(x509: X509Certificate): [label: string, value: string][] {
  const names = parseSubjectAltName(x509.subjectAltName);
  const until = new Date(x509.validTo);
  const days = Math.floor((until.getTime() - Date.now()) / 86_400_000);
  return [
    [x509.ca ? "authority" : "names", x509.ca ? commonName(x509.subject) : names.join(", ") || "none"],
    [
      "valid",
      `${isoDay(new Date(x509.validFrom))} to ${isoDay(until)} (${days < 0 ? "expired" : `${days} days left`})`,
    ],
    ["key", keyOf(x509)],
    ["SHA-256", x509.fingerprint256],
    ["signed by", isSelfSigned(x509) ? "itself" : commonName(x509.issuer)],
  ];
}

function keyOf({ publicKey }: X509Certificate): string {
  const { namedCurve, modulusLength } = publicKey.asymmetricKeyDetails ?? {};
  const type = (publicKey.asymmetricKeyType ?? "unknown").toUpperCase();
  return `${type} ${namedCurve === "prime256v1" ? "P-256" : (namedCurve ?? modulusLength ?? "")}`.trim();
}

function isSelfSigned(x509: X509Certificate): boolean {
  return x509.subject === x509.issuer && x509.verify(x509.publicKey);
}

/** A sentence for each store, and what others need; or one when no store needs to be asked. */
async function trustOf(
  chain: readonly X509Certificate[],
  shown: string,
  environment: CertEnvironment,
): Promise<string[]> {
  const authorities = await findAuthorities(environment);
  const last = chain.at(-1);
  const root = last === undefined || isSelfSigned(last) ? last : signerAmong(authorities.keys(), last);
  if (root === undefined) {
    const signer = commonName(chain.at(-1)?.issuer ?? "");
    return [
      isPublic(chain)
        ? `trusted wherever public authorities are: signed by ${signer}`
        : `cannot tell whether it is trusted: the certificate of ${signer} is not on this machine`,
    ];
  }
  const file = fileOf(root, authorities);
  const target = describeTarget(root.toString(), file ?? shown);
  const answers = await askStores(target, environment);
  return [
    ...answers.map(({ store, trusts }) => `${ANSWERS.get(trusts) ?? ""} ${store.name}`),
    // Only a file of which we know that it holds no key is to be given away.
    ...(file === undefined ? [] : ["", ...otherClients(file)]),
  ];
}

const ANSWERS: ReadonlyMap<boolean | undefined, string> = new Map([
  [true, "trusted by"],
  [false, "not trusted by"],
  [undefined, "cannot tell without certutil:"],
]);

function isPublic(chain: readonly X509Certificate[]): boolean {
  const last = chain.at(-1);
  const roots = rootCertificates.map((pem) => new X509Certificate(pem));
  return last !== undefined && signerAmong(roots, last) !== undefined;
}
