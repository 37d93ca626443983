import { H2PushError } from "../../errors.js";
import { type Authority, loadAuthority } from "../../tls/authority/authority.js";
import { mkcertAuthority } from "../../tls/authority/mkcert.js";
import { mkcertDirectory } from "../../tls/store/store-paths.js";
import type { AuthorityMaker, CertEnvironment } from "./cert-environment.js";

/**
 * The authority that lasts, and says what happened to its file.
 *
 * @throws {H2PushError} `certificate` when mkcert's cannot be used, or ours cannot be kept.
 */
export async function lastingAuthority(
  maker: AuthorityMaker,
  environment: CertEnvironment,
  print: (line: string) => void,
): Promise<Authority & { readonly kept: { readonly file: string } }> {
  const authority =
    maker === "mkcert"
      ? await mkcertAuthority(mkcertDirectory(environment))
      : await loadAuthority({ ...environment, tell: print });
  for (const notice of authority.notices) print(notice);
  const { kept } = authority;
  if ("file" in kept) return { ...authority, kept };
  // Its key ends with this process: what it signs could never be trusted.
  const hint = "make the directory writable, or pass --self-signed to h2push cert";
  throw new H2PushError("certificate", `no authority to sign with: ${kept.reason}`, hint);
}
