import { createScanner, type Locate } from "../manifest/scanner.js";
import { scanSite, type SiteScan, type SiteScanOptions } from "../manifest/site.js";
import { openTree, type FileTree } from "../static/file.js";
import { checkRoot } from "./root.js";

export type { SiteScan } from "../manifest/site.js";

/**
 * Finds out what every page under a directory needs, as the server would
 * serve it: the manifest, and what the pages refer to that is not there.
 *
 * @throws {H2PushError} "root" when the directory can't be read
 */
export async function scan(root: string, options: SiteScanOptions = {}): Promise<SiteScan> {
  await checkRoot(root);
  const tree = await openTree(root);
  return scanSite(tree.root, createScanner({ locate: locateIn(tree) }), options);
}

/** The files of a tree, for the scanner. */
export function locateIn(tree: FileTree): Locate {
  return async (pathname) => {
    const found = await tree.find(pathname);
    return found.kind === "file" ? found : undefined;
  };
}
