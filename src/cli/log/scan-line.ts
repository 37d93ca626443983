import type { MissingReference } from "../../scanner/types.js";
import type { ScanSummary } from "../../server/scan/background-scan.js";
import { count, quiet, warning } from "../output/output.js";
import { printable } from "../output/printable.js";

/** Missing targets that are named; the rest is counted. */
const MAX_NAMED_TARGETS = 5;

/** `12 pages need 48 assets; 2 are missing: /js/old.js (index.html:14) …; 1 can't be read: …` */
export function scanLine({ pages, assets, missing, more }: ScanSummary): string {
  const need = `${more ? "the first " : ""}${count(pages, "page")} ${pages === 1 ? "needs" : "need"} ${count(assets, "asset")}`;
  const unreadable = missing.filter((reference) => reference.unreadable !== undefined);
  const absent = missing.filter((reference) => reference.unreadable === undefined);
  const verb = absent.length === 1 ? "is" : "are";
  return [quiet(need), ...named(absent, `${verb} missing`), ...named(unreadable, "can't be read")].join("; ");
}

function named(references: readonly MissingReference[], what: string): string[] {
  if (references.length === 0) return [];
  const first = references.slice(0, MAX_NAMED_TARGETS).map(({ target, unreadable, ...from }) => {
    return `${target} (${unreadable === undefined ? "" : `${unreadable}, `}${fileAndLine(from)})`;
  });
  const rest = references.length > MAX_NAMED_TARGETS ? [`${references.length - MAX_NAMED_TARGETS} more`] : [];
  return [`${warning(`${references.length} ${what}`)}: ${[...first, ...rest].join(", ")}`];
}

/** A path as its file is named; as it is where it is no UTF-8. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** File and line, the file relative to the root. */
export function fileAndLine({ from, line }: Omit<MissingReference, "target">): string {
  const path = decoded(from.replace(/^\//, ""));
  return printable(`${path === "" || path.endsWith("/") ? `${path}index.html` : path}:${line}`);
}
