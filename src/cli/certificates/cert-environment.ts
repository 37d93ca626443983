import { homedir } from "node:os";
import type { Machine } from "../../tls/store/store-paths.js";
import envPaths from "env-paths";

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
    // XDG on Linux, the platform's own place elsewhere.
    directory: envPaths("h2push", { suffix: "" }).data,
    home: homedir(),
    env: process.env,
    platform: process.platform,
    cwd: process.cwd(),
    isRoot: process.getuid?.() === 0,
  };
}

/** Whose authority is meant: our own, or the one that mkcert made (`--ca`). */
export type AuthorityMaker = "h2push" | "mkcert";
