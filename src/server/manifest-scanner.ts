import { readFile } from "node:fs/promises";
import { H2PushError, systemCode } from "../errors.js";
import { readManifest } from "../manifest/read-manifest.js";
import { writtenScanner } from "../manifest/written-scanner.js";
import type { FileTree } from "../static/tree.js";
import { locateIn, type ServerScanner } from "./site-scanner.js";

/**
 * A scanner that gives what the manifest in a file says.
 *
 * @throws {H2PushError} "manifest" when it can't be read, or is none
 */
export async function manifestScanner(tree: FileTree, file: string): Promise<ServerScanner> {
  const text = await read(file);
  const manifest = readManifest(text, file);
  const scanner = writtenScanner({ manifest, name: file, text, root: tree.root, locate: locateIn(tree) });
  return { ...scanner, close: () => Promise.resolve() };
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const code = systemCode(error);
    const message = code === "ENOENT" ? `no such file: ${file}` : `cannot read ${file} (${code ?? String(error)})`;
    const hint = "write a manifest with h2push manifest --format json --out FILE";
    throw new H2PushError("manifest", message, hint, { cause: error });
  }
}
