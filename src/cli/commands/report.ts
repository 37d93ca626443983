import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { H2PushError } from "../../errors.js";
import { readUserFile } from "../../io/disk/read-user-file.js";
import { notMeasured, overBudget, readBudgets, renamed, type Budgets } from "../../report/checks/budget.js";
import { changesSince, readReport } from "../../report/checks/changes.js";
import { conditionsOf } from "../../report/conditions.js";
import { harName, harNames, harOf } from "../../report/report-har.js";
import { htmlReport } from "../../report/html/document.js";
import type { NetworkName } from "../../report/measure/networks.js";
import { runReport } from "../../report/run-report.js";
import type { PageResult, Report } from "../../report/types.js";
import type { PageNeeds } from "../../scanner/types.js";
import { pathOfPage, scan } from "../../server/scan/scan-directory.js";
import type { SiteSetting } from "../../server/scan/scan-options.js";
import { checkGivenRoot, noPages } from "../options/served-root.js";
import { interruptible } from "../output/interrupt.js";
import { printError, printLine, printNote, printToStderr, quiet } from "../output/output.js";
import { checkUserFile, makeUserDirectory, writeUserFile } from "../output/user-file.js";
import { progressBar } from "../output/progress-bar.js";
import { settingsOf } from "./report-settings.js";
import { reportTable } from "../output/report-table.js";

/** The options of `h2push report`, as the command line has them. */
export interface ReportFlags extends SiteSetting {
  /** URL paths. */
  readonly page?: readonly string[];
  readonly runs?: number;
  readonly network?: NetworkName;
  /** Instead of those of `network`. */
  readonly rtt?: string;
  readonly kbps?: string;
  readonly loss?: string;
  readonly think?: number;
  readonly browser?: string;
  /** What is printed; `text` by default. */
  readonly format?: "text" | "json";
  /** A file of budgets; the flags beside it are budgets for all pages. */
  readonly budget?: string;
  readonly maxLcp?: number;
  readonly maxLoad?: number;
  readonly maxRequests?: number;
  readonly maxBytes?: number;
  readonly minGain?: number;
  /** A file for the report as HTML. */
  readonly out?: string;
  /** A directory for HAR files. */
  readonly har?: string;
  /** An earlier report (JSON). */
  readonly compare?: string;
}

/**
 * Carries out `h2push report [root]`. A page that is over its budget makes the exit code 1.
 *
 * @throws {H2PushError} "root", "manifest" for a page that is not there, "browser" when there is none, "config" for a file that is no budget or report
 */
export async function report(root: string, flags: ReportFlags): Promise<void> {
  await checkGivenRoot(root, { kind: "argument" });
  const budgets = await budgetsOf(root, flags);
  const before = flags.compare === undefined ? undefined : await earlierReport(flags.compare);
  checkOut(flags);
  if (flags.out !== undefined) await checkUserFile(flags.out, "--out FILE");
  if (flags.har !== undefined) await makeUserDirectory(flags.har, "--har DIRECTORY");
  const asText = flags.format !== "json";
  const needs = new Map<string, PageNeeds>();
  let heading = `${quiet(conditionsOf(settingsOf(flags)).join("; "))}\n\n`;
  const { measured, leftOut, isStopped } = await measure(root, flags, needs, (page) => {
    if (asText) printLine(heading + reportTable(page));
    heading = "";
  });
  // An earlier report is worth more than an empty one.
  if (measured !== undefined && measured.pages.length > 0) {
    if (!asText) printLine(JSON.stringify(measured, undefined, 2));
    for (const line of before === undefined ? [] : changesSince(before, measured, { isWhole: !isStopped })) {
      (asText ? printLine : printToStderr)(`${quiet("changed:")} ${line}`);
    }
  }
  const pages = measured?.pages ?? [];
  if (!isStopped) tellUnjudged(budgets, pages, leftOut);
  const over = [...pages.flatMap((page) => overBudget(page, budgets)), ...notMeasured(leftOut, budgets)];
  for (const line of over) printError({ message: line, hint: undefined });
  if (over.length > 0 || pages.length === 0) process.exitCode ??= 1;
  // Last: what was measured has been told by then, whatever becomes of a file.
  if (measured !== undefined && pages.length > 0) {
    if (flags.out !== undefined) await writeUserFile(flags.out, htmlReport(measured, needs), "--out FILE");
    if (flags.har !== undefined) await writeHars(flags.har, measured);
  }
}

const HTML_HINT = "--out writes HTML: pass a name such as report.html; --format json > FILE writes JSON";

/** @throws {H2PushError} "usage" where the report as HTML would replace what it is held against */
function checkOut({ out, ...flags }: ReportFlags): void {
  if (out === undefined) return;
  if (/\.json$/i.test(out)) throw new H2PushError("usage", `--out ${out}: a report in HTML`, HTML_HINT);
  const read = (["budget", "compare"] as const).find((name) => flags[name] !== undefined && isSame(flags[name], out));
  if (read === undefined) return;
  throw new H2PushError("usage", `--out ${out} with --${read} ${out}`, HTML_HINT);
}

const isSame = (file: string, other: string) => resolve(file) === resolve(other);

/** A budget that is held against nothing is not kept either. */
function tellUnjudged(budgets: Budgets, measured: readonly PageResult[], leftOut: readonly string[]): void {
  const unjudged = Object.keys(budgets.pages ?? {}).filter(
    (path) => !leftOut.includes(path) && !measured.some((page) => page.path === path),
  );
  if (unjudged.length > 0) {
    printNote(`not measured, so not held against its budget: ${unjudged.join(" ")}`);
  }
}

interface Measured {
  /** Undefined when it was stopped before the browser was there. */
  readonly measured: Report | undefined;
  /** Pages that could not be loaded. */
  readonly leftOut: readonly string[];
  /** By Ctrl+C. */
  readonly isStopped: boolean;
}

/** Measures, with a bar on the terminal; Ctrl+C ends it, and what was measured by then is returned. */
async function measure(
  root: string,
  flags: ReportFlags,
  needs: Map<string, PageNeeds>,
  show: (page: PageResult) => void,
): Promise<Measured> {
  const { base, single, viewport, page: pages } = flags;
  const bar = progressBar("loads");
  const leftOut: string[] = [];
  const onPage = (page: PageResult) => {
    bar.end();
    show(page);
  };
  const run = async (signal: AbortSignal) => {
    const onRead = (pathname: string, found: PageNeeds) => void needs.set(pathname, found);
    await scan(root, { base, single, viewport, pages, onPage: onRead, onNotice: bar.note, signal });
    if (needs.size === 0) throw noPages(root);
    return runReport({ root, base, single, viewport }, needs, {
      machine: { platform: process.platform, env: process.env, home: homedir(), isRoot: process.getuid?.() === 0 },
      browser: flags.browser,
      pages,
      ...settingsOf(flags),
      signal,
      onProgress: bar.show,
      onNotice: bar.note,
      onPage,
      onLeftOut: (page) => leftOut.push(page),
    });
  };
  const { value: measured, isStopped } = await interruptible(run).finally(bar.end);
  return { measured, leftOut, isStopped };
}

/** A file for each page and way: `index.auto.har`. */
async function writeHars(directory: string, measured: Report): Promise<void> {
  const names = harNames(measured.pages.map(({ path }) => path));
  for (const page of measured.pages) {
    const name = names.get(page.path) ?? "";
    for (const way of page.ways) {
      const har = JSON.stringify(harOf(page.path, way, measured), undefined, 2);
      await writeUserFile(join(directory, harName(name, way.name)), har, "--har DIRECTORY");
    }
  }
}

async function budgetsOf(root: string, flags: ReportFlags): Promise<Budgets> {
  const { budget, maxLcp, maxLoad, maxRequests, maxBytes, minGain } = flags;
  const read = budget === undefined ? {} : await budgetsIn(budget, root, flags);
  const given = Object.entries({ maxLcp, maxLoad, maxRequests, maxBytes, minGain });
  return { ...read, ...Object.fromEntries(given.filter(([, value]) => value !== undefined)) };
}

/** Those of a file, by the paths that the report has its pages by: a budget for no page would be kept by any. */
async function budgetsIn(file: string, root: string, flags: ReportFlags): Promise<Budgets> {
  const budgets = readBudgets(await readUserFile(file, "config", "pass a file of JSON"), file);
  const names = new Map<string, string>();
  for (const page of Object.keys(budgets.pages ?? {})) {
    try {
      const path = await pathOfPage(root, page, flags);
      if ([...names.values()].includes(path)) {
        throw new H2PushError("config", `two budgets for ${path} in ${file}`, `leave one of them out: ${page}`);
      }
      names.set(page, path);
    } catch (error) {
      if (!(error instanceof H2PushError) || error.code !== "manifest") throw error;
      throw new H2PushError("config", `${error.message} (in pages of ${file})`, error.hint, { cause: error });
    }
  }
  return renamed(budgets, names);
}

const earlierReport = async (file: string) =>
  readReport(await readUserFile(file, "config", "pass what h2push report --format json has written"), file);
