import { H2PushError } from "../../errors.js";
import type { PushManifest } from "../../manifest/types.js";
import type { PageNeeds } from "../../scanner/types.js";
import { scan, type SiteScan } from "../../server/scan/scan-directory.js";
import type { ScanOptions, SiteSetting } from "../../server/scan/scan-options.js";
import type { RunFlags } from "./manifest-run.js";
import { explanation, pageTable } from "../output/manifest-table.js";
import { printLine, printNote, printToStderr, warning } from "../output/output.js";
import { progressBar } from "../output/progress-bar.js";
import { checkManifestPlace } from "../output/manifest-place.js";
import { checkUserFile, writeUserFile } from "../output/user-file.js";
import { checkGivenRoot, noPages } from "../options/served-root.js";
import { fileAndLine } from "../log/scan-line.js";

/** The options of `h2push manifest`, as the command line has them. */
export interface ManifestOptions extends RunFlags, SiteSetting, Pick<ScanOptions, "jobs"> {
  /** `table` on a terminal and `json` elsewhere, by default. */
  readonly format?: "json" | "table";
  /** URL paths; all pages without it. */
  readonly page?: readonly string[];
  /** Loads the pages in a browser too. */
  readonly run?: boolean;
  /** A file to write to. */
  readonly out?: string;
  /** URL path of the page whose list is to be explained. */
  readonly explain?: string;
  /** What a server has learned, to be explained too. */
  readonly learnFile?: string;
}

/**
 * Carries out `h2push manifest [root]`.
 *
 * @throws {H2PushError} "usage" for options that exclude each other, "root", "manifest" for a page that is not there, "output" when the file can't be written
 */
export async function runManifest(root: string, options: ManifestOptions): Promise<void> {
  checkTogether(options);
  await checkGivenRoot(root, { kind: "argument" });
  if (options.explain !== undefined) return explain(root, options.explain, options);
  if (options.out !== undefined) {
    await checkUserFile(options.out, "--out FILE");
    await checkManifestPlace(options.out);
  }
  const terminal = process.stdout.isTTY && options.out === undefined;
  const format = options.format ?? (terminal ? "table" : "json");
  const read = new Map<string, PageNeeds>();
  const { manifest, missing } = await readPages(root, options, format === "table" || options.run ? read : undefined);
  if (Object.keys(manifest.pages).length === 0) throw noPages(root);
  for (const { target, unreadable, ...from } of missing) {
    const label = unreadable === undefined ? "missing:" : `can't be read (${unreadable}):`;
    printToStderr(`${warning(label)} ${target} (${fileAndLine(from)})`);
  }
  const needs = options.run ? await runPages(root, options, read) : read;
  const text = format === "table" ? tables(needs) : json(options.run ? manifestOf(needs) : manifest);
  if (options.out === undefined) process.stdout.write(text);
  else await writeUserFile(options.out, text, "--out FILE");
}

/** @param read gets what each page needs */
function readPages(root: string, options: ManifestOptions, read?: Map<string, PageNeeds>): Promise<SiteScan> {
  const bar = progressBar();
  return scan(root, {
    ...settings(options),
    pages: options.page,
    ...(read && { onPage: (pathname: string, needs: PageNeeds) => void read.set(pathname, needs) }),
    onProgress: bar.show,
    onNotice: bar.note,
  }).finally(bar.end);
}

async function runPages(root: string, options: ManifestOptions, read: ReadonlyMap<string, PageNeeds>) {
  const { runInBrowser } = await import("./manifest-run.js");
  const { base, single, viewport, all = options.page !== undefined } = options;
  return runInBrowser({ root, base, single, viewport }, read, { ...options, all });
}

const tables = (pages: ReadonlyMap<string, PageNeeds>) =>
  [...pages].map(([pathname, needs]) => pageTable(pathname, needs)).join("\n");

const manifestOf = (pages: ReadonlyMap<string, PageNeeds>): PushManifest => ({
  version: 1,
  pages: Object.fromEntries([...pages].map(([pathname, { entries }]) => [pathname, entries])),
});

const json = (manifest: PushManifest) => `${JSON.stringify(manifest, undefined, 2)}\n`;

/** The flags that say how `--run` does it. */
const RUN_FLAGS = { browser: "browser", pages: "pages", all: "all", pageTimeout: "page-timeout" } as const;

/** An explanation is for people, on standard output, and of one page: nothing else is done in silence. */
function checkTogether({ explain, learnFile, ...others }: ManifestOptions): void {
  if (learnFile !== undefined && explain === undefined) {
    const hint = "a page's explanation says what was learned: add --explain PATH";
    throw new H2PushError("usage", `--learn-file ${learnFile} without --explain`, hint);
  }
  const unused = Object.entries(RUN_FLAGS).find(([option]) => others.run !== true && Object.hasOwn(others, option));
  if (unused !== undefined) {
    throw new H2PushError("usage", `--${unused[1]} without --run`, "it says how a browser loads the pages: add --run");
  }
  const other = (["out", "format", "page", "run"] as const).find((option) => others[option] !== undefined);
  if (explain === undefined || other === undefined) return;
  const hint = "--explain prints text for one page: leave one of the two out";
  throw new H2PushError("usage", `--explain ${explain} with --${other}`, hint);
}

/** What one page needs and why, and what was left out and why. */
async function explain(root: string, page: string, options: ManifestOptions): Promise<void> {
  const onPage = (pathname: string, needs: PageNeeds) => printLine(explanation(pathname, needs));
  const { learnFile } = options;
  await scan(root, { ...settings(options), pages: [page], explain: true, learnFile, onPage });
}

function settings({ base, single, viewport, jobs }: ManifestOptions): ScanOptions {
  return { base, single, viewport, jobs, onNotice: printNote };
}
