import { DEFAULT_VIEWPORT } from "../../scanner/css/media-queries.js";
import { readAsync } from "../../scanner/site-files/read-file.js";
import { withoutFaults } from "../../scanner/scan-fault.js";
import { readManifest } from "../../manifest/read.js";
import { SiteFacts } from "../../scanner/facts-cache.js";
import { writtenScanner } from "../../scanner/manifest-scanner.js";
import { readUserFile } from "../../io/disk/read-user-file.js";
import type { SiteLookup } from "../files/site-lookup.js";
import type { ServerScanner } from "./lazy-scanner.js";

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
  const text = await readUserFile(file, "manifest", HINT);
  const facts = new SiteFacts({
    reader: () => readAsync,
    onLimit: () => {},
    viewport: DEFAULT_VIEWPORT,
    compressed,
  });
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
