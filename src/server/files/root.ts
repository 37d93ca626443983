import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { H2PushError, systemCode } from "../../errors.js";

/**
 * Checks that a directory can be served.
 *
 * @throws {H2PushError} "root": missing, a file, unreadable
 */
export async function checkRoot(root: string): Promise<void> {
  try {
    const stats = await stat(root);
    if (!stats.isDirectory()) {
      throw new H2PushError("root", `not a directory: ${root}`, "pass the directory that holds it");
    }
    await access(root, constants.R_OK | constants.X_OK);
  } catch (error) {
    const code = systemCode(error) ?? "";
    if (["ENOENT", "ENOTDIR"].includes(code)) {
      const hint = "pass the directory to serve, or run h2push --demo";
      throw new H2PushError("root", `no such directory: ${root}`, hint, { cause: error });
    }
    if (!["EACCES", "EPERM"].includes(code)) {
      if (code === "") throw error;
      const hint = "pass the directory itself, where it can be read";
      throw new H2PushError("root", `cannot read the directory ${root} (${code})`, hint, { cause: error });
    }
    const hint = "check its permissions: ls -ld";
    throw new H2PushError("root", `not allowed to read the directory ${root}`, hint, { cause: error });
  }
}
