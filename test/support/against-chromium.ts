import { chromium, type Browser } from "playwright-core";
import { onTestFinished } from "vitest";

import { scan, type ServerOptions } from "../../src/index.js";
import { chromiumPath } from "./browsers.js";
import { startServer } from "./server.js";

/** A page whose list is not what Chromium asked for. */
export interface Mismatch {
  readonly page: string;
  /** Asked for, and not listed. */
  readonly missed: readonly string[];
  /** Listed, and not asked for. */
  readonly wasted: readonly string[];
}

/** Starts a browser that ends with the test. */
export async function startChromium(): Promise<Browser> {
  const browser = await chromium.launch({
    ...(chromiumPath === undefined ? {} : { executablePath: chromiumPath }),
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic"],
  });
  onTestFinished(() => browser.close());
  return browser;
}

/**
 * Serves a directory without announcing anything, loads its pages in Chromium,
 * and holds what that asks for against what the scan lists.
 *
 * @param pages URL paths; those that the manifest has without it
 * @param options of the server: what makes it answer otherwise than the files say
 */
export async function scanAgainstChromium(
  root: string,
  browser: Browser,
  pages?: readonly string[],
  options: ServerOptions = {},
): Promise<Mismatch[]> {
  const { manifest } = await scan(root, pages === undefined ? {} : { pages });
  const { origin } = await startServer({ delivery: "none", ...options, root });
  const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 1280, height: 720 } });
  const tab = await context.newPage();
  let asked = new Set<string>();
  tab.on("request", (request) => {
    const url = request.url();
    if (url.startsWith(`${origin}/`) && !request.isNavigationRequest()) asked.add(url.slice(origin.length));
  });
  const mismatches: Mismatch[] = [];
  for (const [page, entries] of Object.entries(manifest.pages)) {
    asked = new Set();
    await tab.goto(origin + page, { waitUntil: "load" });
    await tab.evaluate(() => document.fonts.ready.then(() => undefined));
    const listed = new Set(entries.map(({ target }) => target));
    const missed = [...asked].filter((target) => !listed.has(target));
    const wasted = [...listed].filter((target) => !asked.has(target));
    if (missed.length + wasted.length > 0) mismatches.push({ page, missed, wasted });
  }
  await context.close();
  return mismatches;
}
