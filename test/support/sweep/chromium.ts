import { createHash, X509Certificate } from "node:crypto";
import { setTimeout as after } from "node:timers/promises";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import type { PemPair } from "../../../src/index.js";
import { type Look, type Seen, stateOf, type SweepBrowser, UNTIL, type Visit, type Window } from "./browser.js";

/** A preload that nothing has taken so long after the load event is warned of (milliseconds; Chromium 156: 3 s). */
const UNUSED = 3500;

/** A Chromium to which the certificate is as valid as any, so that its cache, 103 and service workers work. */
export async function openChromium(executablePath: string, { cert }: PemPair): Promise<SweepBrowser> {
  const key = new X509Certificate(cert).publicKey.export({ type: "spki", format: "der" });
  const spki = createHash("sha256").update(key).digest("base64");
  const flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"];
  const browser = await chromium.launch({
    executablePath,
    // Windows that share a few processes take less of the machine.
    args: [...flags, "--renderer-process-limit=4", `--ignore-certificate-errors-spki-list=${spki}`],
  });
  const look = async ({ width = 1280, scale = 1, dark = false }: Look) =>
    browser.newContext({
      viewport: { width, height: 720 },
      deviceScaleFactor: scale,
      colorScheme: dark ? "dark" : "light",
    });
  const shared = await look({});
  return {
    window: async () => windowOf(shared, (page) => page.close()),
    fresh: async (wanted) => windowOf(await look(wanted), (page) => page.context().close()),
    close: () => browser.close(),
  };
}

async function windowOf(context: BrowserContext, close: (page: Page) => Promise<void>): Promise<Window> {
  const page = await context.newPage();
  return { visit: (visit) => see(page, visit), close: () => close(page) };
}

async function see(page: Page, { url, probe, stays, between }: Visit): Promise<Seen> {
  const told: string[] = [];
  page.removeAllListeners();
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") told.push(`${message.type()}: ${message.text()}`);
  });
  page.on("pageerror", ({ message }) => told.push(`thrown: ${message}`));
  for (let visit = 0; visit < (probe.visits ?? 1); visit++) {
    if (visit > 0) {
      await page.evaluate(UNTIL);
      await between();
    }
    await page.goto(url, { waitUntil: "load" }).catch(() => undefined);
    if (stays) await after(UNUSED);
    await page.waitForLoadState("networkidle", { timeout: 10_000 }).catch(() => undefined);
  }
  // A page that goes elsewhere by itself is asked where it has arrived.
  const ask = (): Promise<string> => page.evaluate(stateOf(probe));
  return { state: await ask().catch(ask), console: told };
}
