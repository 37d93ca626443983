import { spawnSync } from "node:child_process";
import { programFile } from "./cli.js";

/** Root may read everything: what another user may not is tried as "nobody". */
export const ordinaryUser = process.getuid?.() === 0 ? { uid: 65_534 } : {};

/** That one may not be able to run the program, and Windows has no such modes. */
export const isOrdinaryUserThere =
  process.platform !== "win32" &&
  spawnSync(process.execPath, [programFile, "--version"], { ...ordinaryUser, cwd: "/" }).status === 0;
