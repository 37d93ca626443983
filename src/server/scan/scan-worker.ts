import { parentPort, workerData } from "node:worker_threads";
import type { ManifestEntry } from "../../manifest/types.js";
import type { SitePage } from "../../scanner/list-pages.js";
import type { MissingReference, PageNeeds } from "../../scanner/types.js";
import { openScan, type ScanSetting } from "./scan-setting.js";

/** What one thread of a scan is given first. */
interface Given {
  readonly setting: ScanSetting;
  readonly explain: boolean;
  readonly record: boolean;
  /** Somebody is told all of each page, and not only what the manifest has. */
  readonly whole: boolean;
}

/** Pages to scan. */
export interface Batch {
  /** Number of the first, from 0. */
  readonly first: number;
  readonly pages: readonly SitePage[];
}

/** What was found for them. Pages have most entries in common: each is sent once. */
export interface ScannedBatch {
  readonly first: number;
  /** Entries that were not sent before: they are numbered on from those. */
  readonly entries: readonly ManifestEntry[];
  readonly pages: readonly (Omit<PageNeeds, "entries"> & { readonly entries: readonly number[] })[];
  readonly notices: readonly string[];
}

const { setting, explain, record, whole }: Given = workerData;
const notices: string[] = [];
const opened = openScan(setting, (text) => notices.push(text));
const numbers = new Map<ManifestEntry, number>();
const missing = new Set<string>();
const NO_REASONS = new Map<string, string>();
let queue = Promise.resolve();

parentPort?.on("message", (batch: Batch | undefined) => {
  queue = queue.then(() => (batch === undefined ? parentPort?.close() : scanBatch(batch)));
});

async function scanBatch({ first, pages }: Batch): Promise<void> {
  const { scanner } = await opened;
  const entries: ManifestEntry[] = [];
  const found: ScannedBatch["pages"][number][] = [];
  for (const { pathname, file } of pages) {
    const needs = await scanner.page(pathname, file, { explain, ...(record && { record: [] }) });
    found.push({ ...toldOf(needs), entries: needs.entries.map((entry) => numberOf(entry, entries)) });
  }
  parentPort?.postMessage({ first, entries, pages: found, notices: notices.splice(0) } satisfies ScannedBatch);
}

/** What is sent of a page: a record says what is missing, and where. */
function toldOf(needs: PageNeeds): PageNeeds {
  if (whole && !record) return needs;
  return { ...needs, reasons: NO_REASONS, ignored: [], missing: record ? [] : needs.missing.filter(isNew) };
}

function numberOf(entry: ManifestEntry, sent: ManifestEntry[]): number {
  let number = numbers.get(entry);
  if (number === undefined) {
    number = numbers.size;
    numbers.set(entry, number);
    sent.push(entry);
  }
  return number;
}

const isNew = ({ target }: MissingReference) => !missing.has(target) && Boolean(missing.add(target));
