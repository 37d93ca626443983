import { timeNames, type PageResult, type PushFigures, type TimeName, type WayFigures } from "../../report/types.js";
import { heading, quiet, size } from "./output.js";

const LABELS: Readonly<Record<TimeName, string>> = {
  ttfb: "first byte",
  fcp: "FCP",
  lcp: "LCP",
  load: "load",
  last: "last byte",
};

const LABEL_WIDTH = 13;

/** What was measured of a page: a column for each way, medians in milliseconds, and half of what the middle half spans. */
export function reportTable({ path, ways, alike, push, foreign, verdict }: PageResult): string {
  const columns = ways.map((way) => [
    way.name,
    ...timeNames.map((name) => timeCell(way, name)),
    String(way.requests),
    size(way.bytes),
    String(way.depth),
    ...[way.twice, way.unused, way.missing].map(({ length }) => String(length)),
  ]);
  const counts = ["requests", "bytes", "chain", "twice", "unused", "missing"];
  const labels = ["", ...timeNames.map((name) => LABELS[name]), ...counts];
  const widths = columns.map((cells) => Math.max(...cells.map(({ length }) => length)));
  const rows = labels.map((label, row) => {
    const cells = columns.map((cells, column) => (cells[row] ?? "").padEnd((widths[column] ?? 0) + 2));
    return `  ${label.padEnd(LABEL_WIDTH)}${cells.join("")}`.trimEnd();
  });
  const element = ways[0]?.lcpElement;
  const notes = [
    ...Object.entries(alike).map(([name, other]) => `${name}: same announcements as ${other}, not measured separately`),
    ...(element === undefined ? [] : [`largest paint: ${element}`]),
    ...named("fetched twice", ways, ({ twice }) => twice),
    ...named("announced and unused", ways, ({ unused }) => unused),
    ...named("missing", ways.slice(0, 1), ({ missing }) => missing),
    ...pushNote(push),
    ...(foreign.length === 0 ? [] : [`not loaded (other hosts): ${foreign.join(" ")}`]),
  ].map((note) => `  ${quiet(note)}`);
  return [heading(path), ...rows, ...notes, `  ${verdict.text}`, ""].join("\n");
}

/** "735 ±12 -25 %", the last where it is a real difference. */
function timeCell({ times, differences }: WayFigures, name: TimeName): string {
  const time = times[name];
  if (time === undefined) return "-";
  const difference = differences[name];
  const percent = difference?.isReal === true ? ` ${signed(difference.part)}` : "";
  return `${time.median.toFixed(0)} ±${((time.high - time.low) / 2).toFixed(0)}${percent}`;
}

const signed = (part: number) => `${part > 0 ? "+" : "-"}${Math.abs(Math.round(part * 100))} %`;

function pushNote(push: PushFigures | undefined): string[] {
  if (push === undefined) return [];
  const { without, with: pushed, difference } = push;
  const gain = difference.isReal ? `${signed(difference.part)}, ${push.pushed.length} pushed` : "no difference";
  const times = `${without.median.toFixed(0)} → ${pushed.median.toFixed(0)} ms (${gain})`;
  return [`push, to a client that takes it (no browser does): last byte ${times}`];
}

/** Targets in one line. */
const NAMED = 5;

function named(what: string, ways: readonly WayFigures[], of: (way: WayFigures) => readonly string[]): string[] {
  return ways.flatMap((way) => {
    const targets = of(way);
    if (targets.length === 0) return [];
    const more = targets.length > NAMED ? ` and ${targets.length - NAMED} more` : "";
    return `${way.name}: ${what}: ${targets.slice(0, NAMED).join(" ")}${more}`;
  });
}
