import { readManifest } from "../manifest/read-manifest.js";
import { writtenScanner } from "../manifest/written-scanner.js";
import type { FileTree } from "../static/tree.js";
import { readGivenFile } from "./given-file.js";
import { locateIn, type ServerScanner } from "./site-scanner.js";

const HINT = "write a manifest with h2push manifest --format json --out FILE";

/**
 * A scanner that gives what the manifest in a file says.
 *
 * @throws {H2PushError} "manifest" when it can't be read, or is none
 */
export async function manifestScanner(tree: FileTree, file: string): Promise<ServerScanner> {
  const text = await readGivenFile(file, "manifest", HINT);
  const manifest = readManifest(text, file);
  const scanner = writtenScanner({ manifest, name: file, text, root: tree.root, locate: locateIn(tree) });
  return { ...scanner, close: () => Promise.resolve() };
}
