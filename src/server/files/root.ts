import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { H2PushError, reasonOf } from "../../errors.js";

/**
 * Checks that a directory can be served.
 *
 * @throws {H2PushError} "root": missing, a file, unreadable
 */
export async function checkRoot(root: string): Promise<void> {
  const stats = await stat(root).catch(unservable(root));
  if (!stats.isDirectory()) {
    throw new H2PushError("root", `not a directory: ${root}`, "pass the directory that holds it");
  }
  await access(root, constants.R_OK | constants.X_OK).catch(unservable(root));
}

const unservable = (root: string) => (error: unknown) => {
  const [message, hint] = told(root, reasonOf(error));
  throw new H2PushError("root", message, hint, { cause: error });
};

function told(root: string, code: string): readonly [message: string, hint: string] {
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
      return [`no such directory: ${root}`, "pass the directory to serve, or run h2push --demo"];
    case "EACCES":
    case "EPERM":
      return [`not allowed to read the directory ${root}`, "check its permissions: ls -ld"];
    default:
      return [`cannot read the directory ${root} (${code})`, "pass one that can be read"];
  }
}
