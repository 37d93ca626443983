import type { PageNeeds } from "../scanner/types.js";
import type { SiteSource } from "../server/scan/scan-options.js";
import { openDriver, type BrowserChoice } from "./open-driver.js";
import { Run } from "./site-run.js";
import { chooseTemplates, SAMPLE_PAGES, type PageChoice, type Template } from "./templates.js";

export interface RunOptions extends PageChoice, BrowserChoice {
  /** For one load, in milliseconds. */
  readonly timeout: number;
  /** What is known by then counts when it is aborted. */
  readonly signal: AbortSignal;
  /** Told after each load. */
  readonly onProgress: (count: number, total: number) => void;
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
  site: SiteSource,
  needs: ReadonlyMap<string, PageNeeds>,
  options: RunOptions,
): Promise<ReadonlyMap<string, PageNeeds>> {
  const { driver, certificate } = await openDriver(site, options, { timeout: options.timeout });
  try {
    const templates = chooseTemplates(new Map([...needs].map(([page, { entries }]) => [page, entries])), options);
    sayWhatIsLeft(templates, options);
    const pages = templates.flatMap(({ loaded }) => loaded);
    const run = new Run({ site, needs, pages, driver, certificate, options });
    await run.observe();
    await run.check();
    return run.needs(templates);
  } finally {
    await driver.close();
  }
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
