import { homedir } from "node:os";
import { H2PushError } from "../errors.js";
import { type Authority, loadAuthority } from "../tls/authority.js";
import type { Machine } from "../tls/machine.js";
import { mkcertAuthority, mkcertDirectory } from "../tls/mkcert.js";
import { dataDirectory } from "./data-directory.js";

/** What the commands of `h2push cert` know of the machine they run on. */
export interface CertEnvironment extends Machine {
  /** The user's data directory for h2push. */
  readonly directory: string;
  readonly cwd: string;
  readonly isRoot: boolean;
}

/** The machine that this process runs on. */
export function certEnvironment(): CertEnvironment {
  return {
    directory: dataDirectory(),
    home: homedir(),
    env: process.env,
    platform: process.platform,
    cwd: process.cwd(),
    isRoot: process.getuid?.() === 0,
  };
}

/** Whose authority is meant: our own, or the one that mkcert made (`--ca`). */
export type AuthorityMaker = "h2push" | "mkcert";

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
    maker === "mkcert" ? await mkcertAuthority(mkcertDirectory(environment)) : await loadAuthority(environment);
  for (const notice of authority.notices) print(notice);
  const { kept } = authority;
  if ("file" in kept) return { ...authority, kept };
  // Its key ends with this process: what it signs could never be trusted.
  const hint = "make the directory writable, or pass --self-signed to h2push cert";
  throw new H2PushError("certificate", `no authority to sign with: ${kept.reason}`, hint);
}
