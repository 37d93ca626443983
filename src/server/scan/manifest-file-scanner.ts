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

/** So many pages that are not there say that the manifest is another site's. */
const LOOKED_AT = 10;

async function areMissing(pages: readonly string[], lookup: SiteLookup): Promise<boolean> {
  const found = await Promise.all(pages.map((target) => lookup.look({ target, navigates: true }, undefined)));
  return found.every(({ kind }) => kind === "missing");
}

/**
 * A scanner that gives what the manifest in a file says.
 *
 * @param compressed pages are sent compressed
 * @param notice told what the user should know of
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
  const manifest = readManifest(text, file);
  const first = [...manifest.keys()].slice(0, LOOKED_AT);
  if (first.length > 0 && (await areMissing(first, lookup))) {
    notice(`${file}: no page of this site is in it, its first is ${first[0]}: was it made with another --base?`);
  }
  const scanner = writtenScanner({
    manifest,
    name: file,
    text,
    root,
    base,
    lookup: lookup.look,
    html: (page) => facts.html(page, 0),
  });
  const page = withoutFaults(scanner, { root: lookup.tree.root, notice });
  return { ...scanner, page, close: () => Promise.resolve() };
}
