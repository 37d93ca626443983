import { readFile, stat } from "node:fs/promises";
import { H2PushError } from "../../errors.js";
import { otherManifest } from "../../manifest/other-forms.js";

/**
 * Refuses to write a manifest over what else goes by that name: that of a web
 * app, say.
 *
 * @throws {H2PushError} "output"
 */
export async function checkManifestPlace(file: string): Promise<void> {
  const other = otherManifest(await jsonIn(file));
  if (other === undefined) return;
  throw new H2PushError("output", `${file} is ${other}, which would be lost`, "pass another file: --out FILE");
}

/** Undefined where there is none. */
async function jsonIn(file: string): Promise<unknown> {
  try {
    // A pipe would have to be waited for.
    if (!(await stat(file)).isFile()) return undefined;
    return JSON.parse(await readFile(file, "utf8"));
  } catch {
    return undefined;
  }
}
