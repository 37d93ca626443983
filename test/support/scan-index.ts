import { createScanner } from "../../src/scanner/scanner.js";
import type { PageNeeds } from "../../src/scanner/types.js";
import { locateIn, lookupIn, writeSite } from "./site.js";

/** What the scan of a site's `index.html` says. */
export async function scanIndex(
  files: Readonly<Record<string, string>>,
  csp: readonly string[] = [],
  explain = false,
): Promise<PageNeeds> {
  const root = await writeSite(files);
  const file = await locateIn(root)("/");
  if (file === undefined) throw new Error("the site has no index.html");
  return createScanner({ lookup: lookupIn(root) }).page("/", file, { csp, explain });
}
