import { spawnSync } from "node:child_process";

/** Whether NSS's `certutil` can be run here; tests that need it are skipped aloud otherwise. */
export const hasCertutil = /usage|certutil/i.test(String(spawnSync("certutil", ["--help"]).stderr));

if (!hasCertutil) console.warn("skipped: what needs NSS (no certutil: apt install libnss3-tools)");
