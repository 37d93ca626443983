import type { MissingReference } from "../manifest/scanner.js";
import type { ScanSummary } from "../server/scan-ahead.js";
import { count, quiet, warning } from "./output.js";

/** Missing targets that are named; the rest is counted. */
const NAMED = 5;

/** `12 pages need 48 assets; 2 are missing: /js/old.js (index.html:14) …` */
export function scanLine({ pages, assets, missing, more }: ScanSummary): string {
  const need = `${more ? "the first " : ""}${count(pages, "page")} ${pages === 1 ? "needs" : "need"} ${count(assets, "asset")}`;
  if (missing.length === 0) return quiet(need);
  const named = missing.slice(0, NAMED).map(({ target, ...from }) => `${target} (${place(from)})`);
  const rest = missing.length > NAMED ? [`${missing.length - NAMED} more`] : [];
  const verb = missing.length === 1 ? "is" : "are";
  return `${quiet(need)}; ${warning(`${missing.length} ${verb} missing`)}: ${[...named, ...rest].join(", ")}`;
}

/** File and line, the file relative to the root. */
export function place({ from, line }: Omit<MissingReference, "target">): string {
  const path = from.replace(/^\//, "");
  return `${path === "" || path.endsWith("/") ? `${path}index.html` : path}:${line}`;
}
