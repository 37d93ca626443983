import type { Viewport } from "../scanner/css/media-queries.js";
import type { PageNeeds } from "../scanner/types.js";
import { serverOptions } from "../server/options/options-table.js";
import { createCertificate } from "../tls/issue/issue.js";
import { Driver } from "./driver.js";
import { findBrowser, type BrowserMachine } from "./find-browser.js";
import { Run } from "./site-run.js";
import { chooseTemplates, SAMPLE_PAGES, type PageChoice, type Template } from "./templates.js";

/** A site, as its server is told of it. */
export interface RunSite {
  readonly root: string;
  readonly base?: string | undefined;
  /** The page of a single-page application. */
  readonly single?: string | boolean | undefined;
  readonly viewport?: Viewport | string | undefined;
}

export interface RunOptions extends PageChoice {
  readonly machine: BrowserMachine;
  /** The browser's program; the first that is found without it. */
  readonly browser?: string | undefined;
  /** For one load, in milliseconds. */
  readonly timeout: number;
  /** What is known by then counts when it is aborted. */
  readonly signal: AbortSignal;
  /** Told after each load. */
  readonly onProgress: (count: number, total: number) => void;
  /** Told what the user should know of, in a sentence. */
  readonly onNotice: (text: string) => void;
}

/**
 * Loads pages in an installed browser, twice each from nothing, and adds what
 * both loads asked for to what reading has found. Then each is loaded once
 * more with all of it announced: what is asked for twice then has no form in
 * which it can be announced.
 *
 * @param needs of each page, by reading
 * @returns the same pages, in the same order
 * @throws {H2PushError} "browser" when there is none, or it does not start
 */
export async function runPages(
  site: RunSite,
  needs: ReadonlyMap<string, PageNeeds>,
  options: RunOptions,
): Promise<ReadonlyMap<string, PageNeeds>> {
  const path = await findBrowser(options.browser, options.machine);
  const { isRoot } = options.machine;
  if (isRoot) options.onNotice("run by root, the browser has no sandbox: only for pages that you trust");
  const templates = chooseTemplates(new Map([...needs].map(([page, { entries }]) => [page, entries])), options);
  sayWhatIsLeft(templates, options);
  const certificate = await createCertificate();
  const viewport = serverOptions.viewport.check(site.viewport ?? serverOptions.viewport.default);
  const { timeout } = options;
  const driver = new Driver({ path, viewport, unconfined: isRoot, timeout, certificate: certificate.cert });
  const run = new Run({ site, needs, pages: templates.flatMap(({ loaded }) => loaded), driver, certificate, options });
  try {
    await driver.start();
    await run.observe();
    await run.check();
  } finally {
    await driver.close();
  }
  return run.needs(templates);
}

function sayWhatIsLeft(templates: readonly Template[], { onNotice }: RunOptions): void {
  let unloaded = 0;
  for (const { pages, loaded } of templates) {
    if (loaded.length >= SAMPLE_PAGES && loaded.length < pages.length) {
      const alike = `${loaded.length} of ${pages.length} pages like ${pages[0]} are loaded`;
      onNotice(`${alike}, and the others have what these have in common: --all loads all`);
    } else unloaded += pages.length - loaded.length;
  }
  if (unloaded > 0) onNotice(`${unloaded} more pages are not loaded (--pages), and have what reading finds`);
}
