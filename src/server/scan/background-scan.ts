import { debug } from "../../io/debug.js";
import type { Scanner } from "../../scanner/scanner.js";
import type { MissingReference } from "../../scanner/types.js";
import type { SitePage } from "../../scanner/list-pages.js";
import type { Connections } from "../listen/connections.js";

/** What was found by looking at a site's pages before anyone asks for them. */
export interface ScanSummary {
  readonly pages: number;
  /** Different targets that they need. */
  readonly assets: number;
  readonly missing: readonly MissingReference[];
  /** There are more pages than were looked at. */
  readonly more: boolean;
}

/** Pages that are looked at ahead. The rest is scanned when it is asked for. */
const MAX_PAGES_AHEAD = 2000;

/**
 * Scans pages while nobody asks for any: a request always goes first.
 * Undefined when the server began to close meanwhile.
 */
export async function scanAhead(
  sitePages: AsyncIterable<SitePage>,
  scanner: Pick<Scanner, "page">,
  connections: Connections,
  closing: AbortSignal,
): Promise<ScanSummary | undefined> {
  const assets = new Set<string>();
  const missing = new Map<string, MissingReference>();
  let pages = 0;
  const began = performance.now();
  debug("looking ahead at the pages begins");
  for await (const { pathname, file } of sitePages) {
    if (closing.aborted) return undefined;
    if (pages === MAX_PAGES_AHEAD) return summary(true);
    await connections.idle();
    const needs = await scanner.page(pathname, file, { ahead: true });
    for (const { target } of needs.entries) assets.add(target);
    for (const reference of needs.missing) missing.set(reference.target, missing.get(reference.target) ?? reference);
    pages++;
  }
  return summary(false);

  function summary(more: boolean): ScanSummary {
    debug("looking ahead ended: %d pages in %d ms", pages, Math.round(performance.now() - began));
    return { pages, assets: assets.size, missing: [...missing.values()], more };
  }
}
