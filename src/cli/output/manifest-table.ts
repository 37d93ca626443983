import type { ManifestEntry } from "../../manifest/types.js";
import type { PageNeeds } from "../../scanner/types.js";
import { count, heading, quiet, size, warning } from "./output.js";
import { fileAndLine } from "../log/scan-line.js";

/** What a page needs, in order of need: what it is, its size, and why it is in. */
export function pageTable(pathname: string, { entries, reasons }: PageNeeds): string {
  const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  const head = `${heading(pathname)}  ${quiet(`${count(entries.length, "target")}, ${size(bytes)}`)}`;
  const width = entries.reduce((widest, { target }) => Math.max(widest, Math.min(60, target.length)), 0);
  const rows = entries.map((entry) => {
    const { target, as } = entry;
    const columns = [
      target.padEnd(width),
      as.padEnd(8),
      size(entry.bytes).padStart(8),
      reasons.get(target) ?? "",
      notes(entry),
    ];
    return `  ${columns.join("  ").trimEnd()}`;
  });
  return [head, ...rows, ""].join("\n");
}

/** The table of a page, and what its files refer to that is not on it. */
export function explanation(pathname: string, needs: PageNeeds): string {
  const ignored = needs.ignored.map(({ target, reason }) => `  ${target}  ${quiet(reason)}`);
  const missing = needs.missing.map(
    ({ target, unreadable, ...from }) =>
      `  ${target}  ${warning(unreadable === undefined ? "not found" : `can't be read (${unreadable})`)} ${quiet(`(${fileAndLine(from)})`)}`,
  );
  const lines = [pageTable(pathname, needs)];
  if (ignored.length + missing.length > 0) lines.push(heading("left out"), ...missing, ...ignored);
  return lines.join("\n");
}

/** How far an entry can be announced. */
function notes({ rel, named, media, imagesrcset }: ManifestEntry): string {
  const pushed = media === undefined && imagesrcset === undefined;
  if (rel === undefined) return quiet(pushed ? "(pushed, never linked)" : "(neither pushed nor linked)");
  if (!pushed) return quiet("(linked, never pushed)");
  return named === true ? quiet("(in the HTML)") : "";
}
