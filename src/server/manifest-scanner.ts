import { DEFAULT_VIEWPORT } from "../manifest/media.js";
import { readAside } from "../manifest/read-file.js";
import { withoutFaults } from "../manifest/scan-fault.js";
import { readManifest } from "../manifest/read-manifest.js";
import { SiteFacts } from "../manifest/site-facts.js";
import { writtenScanner } from "../manifest/written-scanner.js";
import { readGivenFile } from "./given-file.js";
import type { SiteLookup } from "./site-lookup.js";
import type { ServerScanner } from "./site-scanner.js";

const HINT = "write a manifest with h2push manifest --format json --out FILE";

/**
 * A scanner that gives what the manifest in a file says.
 *
 * @param compressed pages are sent compressed
 * @throws {H2PushError} "manifest" when it can't be read, or is none
 */
export async function manifestScanner(
  lookup: SiteLookup,
  file: string,
  compressed: boolean,
  notice: (text: string) => void,
): Promise<ServerScanner> {
  const text = await readGivenFile(file, "manifest", HINT);
  const facts = new SiteFacts({ readFile: readAside, onTruncated: () => {}, viewport: DEFAULT_VIEWPORT, compressed });
  const { root, base } = lookup.tree;
  const scanner = writtenScanner({
    manifest: readManifest(text, file),
    name: file,
    text,
    root,
    base,
    lookup: (...asked) => lookup.look(...asked),
    html: (page) => facts.html(page, 0),
  });
  const page = withoutFaults(scanner, { root: lookup.tree.root, notice });
  return { ...scanner, page, close: () => Promise.resolve() };
}
