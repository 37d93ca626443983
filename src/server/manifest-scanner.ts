import { readManifest } from "../manifest/read-manifest.js";
import { writtenScanner } from "../manifest/written-scanner.js";
import { readGivenFile } from "./given-file.js";
import type { SiteLookup } from "./site-lookup.js";
import type { ServerScanner } from "./site-scanner.js";

const HINT = "write a manifest with h2push manifest --format json --out FILE";

/**
 * A scanner that gives what the manifest in a file says.
 *
 * @throws {H2PushError} "manifest" when it can't be read, or is none
 */
export async function manifestScanner(lookup: SiteLookup, file: string): Promise<ServerScanner> {
  const text = await readGivenFile(file, "manifest", HINT);
  const manifest = readManifest(text, file);
  const { root } = lookup.tree;
  const scanner = writtenScanner({ manifest, name: file, text, root, lookup: (...asked) => lookup.look(...asked) });
  return { ...scanner, close: () => Promise.resolve() };
}
