import { homedir } from "node:os";
import { runPages } from "../../browser/run-pages.js";
import type { SiteSource } from "../../server/scan/scan-options.js";
import type { PageNeeds } from "../../scanner/types.js";
import { interruptible } from "../output/interrupt.js";
import { progressBar } from "../output/progress-bar.js";

/** What `h2push manifest --run` is told beside what it shares with reading. */
export interface RunFlags {
  /** Path of the browser's program. */
  readonly browser?: string;
  /** Pages to load at most. */
  readonly pages?: number;
  readonly all?: boolean;
  /** For one load, in seconds. */
  readonly pageTimeout?: number;
}

const DEFAULT_TIMEOUT_SECONDS = 15;

/**
 * Adds to what reading has found what an installed browser asks for. Ctrl+C
 * ends the loads, and what is known by then is returned.
 */
export async function runInBrowser(
  site: SiteSource,
  needs: ReadonlyMap<string, PageNeeds>,
  { browser, pages = Number.POSITIVE_INFINITY, all = false, pageTimeout = DEFAULT_TIMEOUT_SECONDS }: RunFlags,
): Promise<ReadonlyMap<string, PageNeeds>> {
  const bar = progressBar("loads");
  const isRoot = process.getuid?.() === 0;
  const options = {
    all: all || needs.size === 1,
    limit: pages,
    browser,
    timeout: pageTimeout * 1000,
    machine: { platform: process.platform, env: process.env, home: homedir(), isRoot },
    onProgress: bar.show,
    onNotice: bar.note,
  };
  const run = (signal: AbortSignal) => runPages(site, needs, { ...options, signal });
  const { value, isStopped } = await interruptible(run).finally(bar.end);
  if (isStopped) bar.note("stopped: pages that were not loaded by then have what reading finds");
  return value ?? needs;
}
