import { serverOptions } from "../server/options/options-table.js";
import type { SiteSetting } from "../server/scan/scan-options.js";
import { createCertificate } from "../tls/issue/issue.js";
import { Driver, type DriverOptions } from "./driver.js";
import { findBrowser, type BrowserMachine } from "./find-browser.js";

/** Which browser loads the pages. */
export interface BrowserChoice {
  readonly machine: BrowserMachine;
  /** The browser's program; the first that is found without it. */
  readonly browser?: string | undefined;
  /** Told what the user should know of, in a sentence. */
  readonly onNotice: (text: string) => void;
}

/**
 * Starts an installed browser for the pages of a site, with a certificate that it takes from their servers.
 *
 * @throws {H2PushError} "browser" when there is none, or it does not start
 */
export async function openDriver(
  { viewport: given = serverOptions.viewport.default }: SiteSetting,
  { browser, machine, onNotice }: BrowserChoice,
  options: Pick<DriverOptions, "timeout" | "isolated">,
) {
  const path = await findBrowser(browser, machine);
  const { isRoot } = machine;
  if (isRoot) onNotice("run by root, the browser has no sandbox: only for pages that you trust");
  const certificate = await createCertificate();
  const viewport = serverOptions.viewport.check(given);
  const driver = new Driver({ ...options, path, viewport, unconfined: isRoot, certificate: certificate.cert });
  await driver.start();
  return { driver, certificate, viewport };
}
