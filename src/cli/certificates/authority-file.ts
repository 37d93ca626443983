import type { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { chainOf } from "../../tls/issue/certificate.js";
import { AUTHORITY_CERTIFICATE, MKCERT_CERTIFICATE, mkcertDirectory } from "../../tls/store/store-paths.js";
import type { AuthorityMaker, CertEnvironment } from "./cert-environment.js";

/** Authorities, and the files that hold the certificate of each. */
export type Authorities = ReadonlyMap<X509Certificate, string>;

/** Where the certificate of an authority is. */
export function authorityFile(maker: AuthorityMaker, environment: CertEnvironment): string {
  return maker === "mkcert"
    ? join(mkcertDirectory(environment), MKCERT_CERTIFICATE)
    : join(environment.directory, AUTHORITY_CERTIFICATE);
}

/** Our authority and mkcert's, as far as they are there. */
export async function findAuthorities(environment: CertEnvironment): Promise<Authorities> {
  const files = (["h2push", "mkcert"] as const).map((maker) => authorityFile(maker, environment));
  const found = new Map<X509Certificate, string>();
  for (const file of files) {
    const text = await readFile(file, "utf8").catch(() => "");
    for (const x509 of chainOf(text)) found.set(x509, file);
  }
  return found;
}

/** Which of some authorities has signed a certificate. */
export function signerAmong(
  authorities: Iterable<X509Certificate>,
  x509: X509Certificate,
): X509Certificate | undefined {
  for (const authority of authorities) {
    if (x509.checkIssued(authority) && x509.verify(authority.publicKey)) return authority;
  }
  return undefined;
}

/** The file of an authority, when it is one of them. */
export function fileOf({ fingerprint256 }: X509Certificate, authorities: Authorities): string | undefined {
  for (const [authority, file] of authorities) if (authority.fingerprint256 === fingerprint256) return file;
  return undefined;
}
