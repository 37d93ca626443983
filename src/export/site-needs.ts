import { readUserFile } from "../io/disk/read-user-file.js";
import { readManifest } from "../manifest/read.js";
import type { ManifestEntry } from "../manifest/types.js";
import { manifestScanner } from "../server/scan/manifest-file-scanner.js";
import { learnedToo, scan } from "../server/scan/scan-directory.js";
import type { ScanOptions } from "../server/scan/scan-options.js";
import { openScan } from "../server/scan/scan-setting.js";
import { sitePages } from "../server/scan/site-pages.js";
import type { SiteNeeds } from "./export-site.js";

export interface NeedsOptions extends Pick<
  ScanOptions,
  "base" | "single" | "viewport" | "jobs" | "pages" | "learnFile" | "onProgress"
> {
  /** File of a manifest: the pages are not scanned then. */
  readonly manifest?: string | undefined;
  readonly onNotice: (text: string) => void;
}

/**
 * What every page of a directory needs: by a scan, or by a manifest.
 *
 * @throws {H2PushError} "root" when the directory can't be read, "manifest" for a manifest that is none
 */
export async function siteNeeds(root: string, options: NeedsOptions): Promise<SiteNeeds> {
  const { manifest } = options;
  if (manifest === undefined) return new Map(Object.entries((await scan(root, options)).manifest.pages));
  return writtenNeeds(root, manifest, options);
}

/**
 * What a manifest says, checked against the files: what is not there is left
 * out, and marks that it lacks are read from the HTML. A page that is no file
 * here keeps its list as it is written.
 */
async function writtenNeeds(root: string, file: string, options: NeedsOptions): Promise<SiteNeeds> {
  const { onNotice } = options;
  const { lookup, rules, scanner: found } = await openScan({ ...options, root }, onNotice);
  const written = await manifestScanner(lookup, file, true, onNotice);
  const scanner = await learnedToo(written, options, lookup, onNotice);
  const text = await readUserFile(file, "manifest", "write a manifest with h2push manifest --out FILE");
  const needs = new Map<string, readonly ManifestEntry[]>();
  for (const [pathname, entries] of readManifest(text, file)) {
    needs.set(
      pathname,
      entries.map((entry) => ({ ...entry, bytes: 0 })),
    );
  }
  const named = new Set(needs.keys());
  for await (const { pathname, file: page } of sitePages(lookup, rules, onNotice, found)) {
    if (!named.delete(pathname)) continue;
    const { entries, missing } = await scanner.page(pathname, page);
    needs.set(pathname, entries);
    for (const { target } of missing) onNotice(`${file}: ${target} is not there: left out (page ${pathname})`);
  }
  for (const pathname of named) onNotice(`${file}: no file for ${pathname}: its list is taken as it is written`);
  await written.close();
  return needs;
}
