import { readdir } from "node:fs/promises";
import { isPagePath } from "../manifest/destination.js";
import { encodeSegment } from "../scanner/list-pages.js";
import { expectedRequest } from "../server/middleware/site-rules.js";
import type { SiteSource } from "../server/scan/scan-options.js";
import { openScan } from "../server/scan/scan-setting.js";

/** What an export asks of a site beside what its pages need. */
export interface SiteFiles {
  /** The URL path that the site is served below. */
  readonly base: string;
  /** URL paths of directories with files that are no pages, at any depth. */
  mixedDirectories(): Promise<ReadonlySet<string>>;
  /** What the `_headers` of the site say of a target: it is fresh for a while, stale at once, or nothing. */
  freshness(target: string): "fresh" | "stale" | undefined;
}

/** @throws {H2PushError} "root" when the directory can't be read */
export async function openSiteFiles(source: SiteSource): Promise<SiteFiles> {
  const { lookup, rules } = await openScan(source, () => undefined);
  return {
    base: lookup.tree.base,
    mixedDirectories: async () => {
      const mixed = new Set<string>();
      await findMixed(lookup.tree.root, lookup.tree.base, mixed);
      return mixed;
    },
    freshness: (target) => {
      const { transformHeaders, makesStale } = rules.of(expectedRequest(target));
      if (makesStale) return "stale";
      const control = transformHeaders?.(200, {})["cache-control"] ?? "";
      return /\bmax-age\s*=\s*[1-9]/i.test(control) ? "fresh" : undefined;
    },
  };
}

/** @returns whether there is a file in or below the directory that is no page */
async function findMixed(directory: string, path: string, mixed: Set<string>): Promise<boolean> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  let isMixed = false;
  for (const entry of entries) {
    const inner =
      entry.isDirectory() &&
      (await findMixed(`${directory}/${entry.name}`, `${path}${encodeSegment(entry.name)}/`, mixed));
    isMixed ||= inner || (!entry.isDirectory() && !isPagePath(entry.name));
  }
  if (isMixed) mixed.add(path);
  return isMixed;
}
