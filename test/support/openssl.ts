import { spawnSync } from "node:child_process";

/** Whether `openssl` can be run here; tests that ask it are skipped aloud otherwise. */
export const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;
if (!hasOpenssl) console.warn("skipped: what OpenSSL says (no openssl)");

/** What `openssl` says to `args`, output and errors together. */
export function openssl(...args: string[]): string {
  const { stdout, stderr } = spawnSync("openssl", args, { encoding: "utf8" });
  return stdout + stderr;
}
